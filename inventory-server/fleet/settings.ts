// The fleet's settings: environment variables, read once; every faulty one is named in one message.

import env from 'env-var';
import { parseDuration } from '../../src/lib/duration.ts';
import { AppError, messageOf } from '../../src/lib/errors.ts';
import { type ListenAddress, parseListenAddress } from '../../src/lib/listen-address.ts';
import { LOG_LEVELS, type LogLevel } from '../../src/lib/log.ts';

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

const MIN_INTERVAL_MS = 100;
const MAX_DURATION_MS = 3_600_000;

/**
 * Reads the settings; an empty variable counts as unset.
 * @throws AppError `settings` that names every fault.
 */
export function readSettings(environment: NodeJS.ProcessEnv): FleetSettings {
  const present = Object.entries(environment).filter(([, value]) => value !== '');
  const { get } = env.from(Object.fromEntries(present), { listenAddress, adminUrl, duration, seed, names });
  const faults: string[] = [];
  // What stands for a faulty value is never seen: the faults are thrown below.
  const read = <Value>(value: () => Value): Value => {
    try {
      return value();
    } catch (error) {
      faults.push(messageOf(error).replace('env-var: ', '').replaceAll('"', ''));
      return undefined as Value;
    }
  };
  const settings: FleetSettings = {
    listenAddress: read(get('LISTEN_ADDRESS').default(':1338').listenAddress),
    adminUrl: read(get('ADMIN_URL').default('http://127.0.0.1:1339').adminUrl),
    listIntervalMs: read(() => get('LIST_INTERVAL').default('2s').duration(MIN_INTERVAL_MS)),
    listFile: get('LIST_FILE').asString(),
    seed: read(get('SEED').default('1').seed),
    down: read(get('SENSORS_DOWN').default('').names),
    slow: read(get('SENSORS_SLOW').default('').names),
    slowDelayMs: read(() => get('SLOW_DELAY').default('2s').duration(0)),
    logLevel: read(() => get('LOG_LEVEL').default('info').asEnum(LOG_LEVELS)),
  };
  if (faults.length > 0) throw new AppError('settings', `cannot start: ${faults.join('; ')}`);
  return Object.freeze(settings);
}

function listenAddress(text: string): ListenAddress {
  const address = parseListenAddress(text);
  if (address === undefined) throw new Error(`is ${text}, no :port, host:port or [v6]:port`);
  return address;
}

function adminUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Error(`is ${text}, no http:// or https:// URL`);
  if (url.username !== '' || url.password !== '') throw new Error('must not hold a user or a password');
  if (url.search !== '' || url.hash !== '') throw new Error('must not hold a query or a fragment');
  return url.href.replace(/\/+$/, '');
}

function duration(text: string, minMs: number): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new Error(`is ${text}, no duration like 2s or 500ms`);
  if (milliseconds < minMs || milliseconds > MAX_DURATION_MS)
    throw new Error(`is ${text}, it must lie between ${minMs}ms and 1h`);
  return milliseconds;
}

function seed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`is ${text}, no whole number of at most 15 digits`);
  return Number(text);
}

function names(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}
