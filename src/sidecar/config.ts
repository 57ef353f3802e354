// Settings, from the environment only, read once: every fault is named in one go.

import env from 'env-var';
import { formatByteSize } from '../lib/byte-size.ts';
import { formatDuration } from '../lib/duration.ts';
import { messageOf } from '../lib/errors.ts';
import { hostPort, type ListenAddress } from '../lib/listen-address.ts';
import type { LogLevel } from '../lib/log.ts';
import { publicUrl } from '../lib/public-url.ts';
import type { Labels } from '../model/labels.ts';
import {
  durationBetween,
  integerBetween,
  readByteSize,
  readLabels,
  readListenAddress,
  readLogLevel,
  readPath,
  readTargetsFile,
  readUrl,
} from './setting-values.ts';
import { type Environment, INJECTED, isInjected, unknownSettings } from './unknown-settings.ts';

export interface Config {
  readonly inventoryUrl: string;
  readonly updateIntervalMs: number;
  readonly targetsFile: string;
  readonly metricsPort: number;
  readonly metricsPath: string;
  readonly targetLabels: Labels;
  readonly listenAddress: ListenAddress;
  readonly inventoryTimeoutMs: number;
  readonly inventoryRetries: number;
  readonly inventoryMaxBytes: number;
  readonly staleAfterMs: number;
  readonly logLevel: LogLevel;
}

export interface ReadConfig {
  /** Undefined when there are faults. */
  readonly config: Config | undefined;
  /** One sentence for each faulty setting. */
  readonly faults: readonly string[];
  /** What is odd but does no harm. */
  readonly warnings: readonly string[];
}

const HOUR = 3_600_000;

/** Every setting: its default as a user would write it, and how its text is read (throws with what is wrong). */
const SETTINGS = {
  INVENTORY_URL: { default: 'http://inventory-server:1337/inventory', read: readUrl },
  UPDATE_INTERVAL: { default: '30', read: durationBetween(50, 24 * HOUR) },
  TARGETS_FILE: { default: '/shared/targets.json', read: readTargetsFile },
  METRICS_PORT: { default: '9100', read: integerBetween(1, 65_535) },
  METRICS_PATH: { default: '/metrics', read: readPath },
  TARGET_LABELS: { default: '', read: readLabels },
  LISTEN_ADDRESS: { default: ':9098', read: readListenAddress },
  INVENTORY_TIMEOUT: { default: '30s', read: durationBetween(10, HOUR) },
  INVENTORY_RETRIES: { default: '3', read: integerBetween(0, 20) },
  INVENTORY_MAX_BYTES: { default: '256MB', read: readByteSize },
  STALE_AFTER: {
    default: '',
    read: (text: string) => (text === '' ? undefined : durationBetween(1, 30 * 24 * HOUR)(text)),
  },
  LOG_LEVEL: { default: 'info', read: readLogLevel },
} as const;

type Name = keyof typeof SETTINGS;

/** Reads the settings; an empty value counts as none, as compose files write it. */
export function readConfig(environment: Environment): ReadConfig {
  const faults: string[] = [];
  const set = env.from(Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')));
  const values = Object.fromEntries(
    Object.keys(SETTINGS).map((name) => [name, read(name as Name)]),
  ) as Values;
  const config = faults.length > 0 ? undefined : toConfig(values);
  const warnings = [...unknownSettings(environment, Object.keys(SETTINGS)), ...oddities(config)];
  return { config, faults, warnings };

  function read(name: Name): unknown {
    const text = set.get(name).default(SETTINGS[name].default).asString().trim();
    try {
      return SETTINGS[name].read(text);
    } catch (error) {
      faults.push(`${name} ${isInjected(text) ? INJECTED : messageOf(error)}`);
      return undefined;
    }
  }
}

type Values = { readonly [Key in Name]: ReturnType<(typeof SETTINGS)[Key]['read']> };

function toConfig(values: Values): Config {
  return Object.freeze({
    inventoryUrl: values.INVENTORY_URL,
    updateIntervalMs: values.UPDATE_INTERVAL,
    targetsFile: values.TARGETS_FILE,
    metricsPort: values.METRICS_PORT,
    metricsPath: values.METRICS_PATH,
    targetLabels: values.TARGET_LABELS,
    listenAddress: values.LISTEN_ADDRESS,
    inventoryTimeoutMs: values.INVENTORY_TIMEOUT,
    inventoryRetries: values.INVENTORY_RETRIES,
    inventoryMaxBytes: values.INVENTORY_MAX_BYTES,
    staleAfterMs: values.STALE_AFTER ?? Math.max(3 * values.UPDATE_INTERVAL, 120_000),
    logLevel: values.LOG_LEVEL,
  });
}

function oddities(config: Config | undefined): string[] {
  if (config === undefined || config.staleAfterMs >= config.updateIntervalMs) return [];
  return ['STALE_AFTER is shorter than UPDATE_INTERVAL: the list counts as stale before each poll'];
}

/** The effective settings under their own names, for the log: no query strings, which may hold secrets. */
export function showConfig(config: Config): Record<Name, string | number> {
  return {
    INVENTORY_URL: publicUrl(config.inventoryUrl),
    UPDATE_INTERVAL: formatDuration(config.updateIntervalMs),
    TARGETS_FILE: config.targetsFile,
    METRICS_PORT: config.metricsPort,
    METRICS_PATH: config.metricsPath,
    TARGET_LABELS: Object.entries(config.targetLabels)
      .map((pair) => pair.join('='))
      .join(','),
    LISTEN_ADDRESS: hostPort(config.listenAddress.host, config.listenAddress.port),
    INVENTORY_TIMEOUT: formatDuration(config.inventoryTimeoutMs),
    INVENTORY_RETRIES: config.inventoryRetries,
    INVENTORY_MAX_BYTES: formatByteSize(config.inventoryMaxBytes),
    STALE_AFTER: formatDuration(config.staleAfterMs),
    LOG_LEVEL: config.logLevel,
  };
}
