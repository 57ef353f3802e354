// The fleet's settings.

import type { ListenAddress } from '../../src/lib/listen-address.ts';
import type { LogLevel } from '../../src/lib/log.ts';
import {
  durationBetween,
  integerBetween,
  readHttpUrl,
  readListenAddress,
  readLogLevel,
} from '../../src/lib/setting-values.ts';
import { type Environment, readSettings } from '../../src/lib/settings.ts';

export interface FleetSettings {
  readonly listenAddress: ListenAddress;
  /** The inventory's admin API, without a slash at its end. */
  readonly adminUrl: string;
  readonly listIntervalMs: number;
  /** Where the last list is kept; undefined keeps none. */
  readonly listFile: string | undefined;
  readonly seed: number;
  /** Names as the inventory writes them; a sensor that is down and slow is down. */
  readonly down: ReadonlySet<string>;
  readonly slow: ReadonlySet<string>;
  readonly slowDelayMs: number;
  readonly logLevel: LogLevel;
}

const HOUR = 3_600_000;
const MAX_SEED = 999_999_999_999_999;

const SETTINGS = {
  LISTEN_ADDRESS: { default: ':1338', read: readListenAddress },
  ADMIN_URL: { default: 'http://127.0.0.1:1339', read: readAdminUrl },
  LIST_INTERVAL: { default: '2s', read: durationBetween(100, HOUR) },
  LIST_FILE: { default: '', read: (text: string) => (text === '' ? undefined : text) },
  SEED: { default: '1', read: integerBetween(0, MAX_SEED) },
  SENSORS_DOWN: { default: '', read: readNames },
  SENSORS_SLOW: { default: '', read: readNames },
  SLOW_DELAY: { default: '2s', read: durationBetween(0, HOUR) },
  LOG_LEVEL: { default: 'info', read: readLogLevel },
} as const;

/** @throws AppError `settings` that names every faulty one. */
export function readFleetSettings(environment: Environment): FleetSettings {
  const values = readSettings(SETTINGS, environment);
  return Object.freeze({
    listenAddress: values.LISTEN_ADDRESS,
    adminUrl: values.ADMIN_URL,
    listIntervalMs: values.LIST_INTERVAL,
    listFile: values.LIST_FILE,
    seed: values.SEED,
    down: values.SENSORS_DOWN,
    slow: values.SENSORS_SLOW,
    slowDelayMs: values.SLOW_DELAY,
    logLevel: values.LOG_LEVEL,
  });
}

function readAdminUrl(text: string): string {
  const { search, hash, href } = new URL(readHttpUrl(text));
  if (search !== '' || hash !== '') throw new Error('must not hold a query or a fragment');
  return href.replace(/\/+$/, '');
}

function readNames(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}
