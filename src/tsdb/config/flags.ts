// The command line of mini-tsdb: Prometheus' flags by Prometheus' names.

import { AppError, messageOf } from '../../lib/errors.ts';
import type { ListenAddress } from '../../lib/listen-address.ts';
import type { LogLevel } from '../../lib/log.ts';
import {
  durationBetween,
  integerBetween,
  quoted,
  readFileName,
  readListenAddress,
  readLogLevel,
} from '../../lib/setting-values.ts';
import { parseBase2Bytes } from './base2-bytes.ts';
import { readGiven } from './given-flags.ts';

/** Durations are milliseconds. */
export interface Flags {
  readonly configFile: string;
  readonly listenAddress: ListenAddress;
  readonly webConfigFile: string | undefined;
  readonly enableLifecycle: boolean;
  /** Undefined: memory only. */
  readonly storagePath: string | undefined;
  readonly retentionMs: number;
  /** 0 is no limit. */
  readonly retentionBytes: number;
  readonly maxSeries: number;
  readonly lookbackMs: number;
  readonly queryTimeoutMs: number;
  readonly queryMaxSamples: number;
  readonly queryMaxConcurrency: number;
  readonly logLevel: LogLevel;
  /** Every flag as text, for /api/v1/status/flags. */
  readonly effective: Readonly<Record<string, string>>;
}

/** What the command line asks for. */
export type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly flags: Flags };

interface Flag<Value> {
  readonly default: string;
  readonly read: (text: string) => Value;
  readonly says: string;
}

const DAY = 86_400_000;
const YEAR = 365 * DAY;

const FLAGS = {
  'config.file': {
    default: 'prometheus.yml',
    read: readConfigName,
    says: 'what to scrape, in the format of Prometheus',
  },
  'web.listen-address': { default: ':9095', read: readListenAddress, says: 'where to listen' },
  'web.config.file': {
    default: '',
    read: readFileName,
    says: "TLS and users, in Prometheus' web configuration format",
  },
  'web.enable-lifecycle': {
    default: 'false',
    read: readBoolean,
    says: 'POST /-/reload reads config.file again',
  },
  'storage.tsdb.path': { default: '', read: readFileName, says: 'folder of the data; none: memory only' },
  'storage.tsdb.retention.time': {
    default: '15d',
    read: durationBetween(1000, 100 * YEAR),
    says: 'how long samples are kept',
  },
  'storage.tsdb.retention.size': {
    default: '0',
    read: readSize,
    says: 'how much is kept, e.g. 512MB; 0: no limit',
  },
  'storage.tsdb.max-series': {
    default: '1000000',
    read: integerBetween(1, 8_000_000),
    says: 'how many series there may be; each takes about 2 kB',
  },
  'query.lookback-delta': {
    default: '5m',
    read: durationBetween(1, YEAR),
    says: 'how old the last sample of a series may be in a query',
  },
  'query.timeout': { default: '2m', read: durationBetween(1, DAY), says: 'the longest that a query takes' },
  'query.max-samples': {
    default: '50000000',
    read: integerBetween(1, 1e12),
    says: 'the most samples that a query holds in memory',
  },
  'query.max-concurrency': {
    default: '20',
    read: integerBetween(1, 1000),
    says: 'how many queries run at once',
  },
  'log.level': { default: 'info', read: readLogLevel, says: 'debug, info, warn or error' },
} as const satisfies Record<string, Flag<unknown>>;

type Name = keyof typeof FLAGS;
type Values = { readonly [N in Name]: ReturnType<(typeof FLAGS)[N]['read']> };

const NAMES = Object.keys(FLAGS) as Name[];
const SWITCHES: readonly string[] = NAMES.filter((name) => FLAGS[name].read === readBoolean);

/** @throws AppError `flags`: one line that counts what is wrong, then a line for each. */
export function readFlags(args: readonly string[]): CommandLine {
  if (args.some((arg) => arg === '--help' || arg === '-h')) return { kind: 'help' };
  if (args.includes('--version')) return { kind: 'version' };
  const { given, faults: misused } = readGiven(args, NAMES, SWITCHES);
  const { values, faults } = readValues(given);
  const all = [...misused, ...faults];
  if (all.length > 0) throw new AppError('flags', describe(all));
  return { kind: 'run', flags: flagsOf(values, effectiveOf(given)) };
}

function readValues(given: ReadonlyMap<string, string>): { values: Values; faults: string[] } {
  const faults: string[] = [];
  const values = NAMES.map((name) => {
    try {
      return [name, FLAGS[name].read(given.get(name) ?? FLAGS[name].default)];
    } catch (error) {
      faults.push(`--${name} ${messageOf(error)}`);
      return [name, undefined];
    }
  });
  return { values: Object.fromEntries(values), faults };
}

function flagsOf(values: Values, effective: Flags['effective']): Flags {
  return Object.freeze({
    configFile: values['config.file'],
    listenAddress: values['web.listen-address'],
    webConfigFile: values['web.config.file'],
    enableLifecycle: values['web.enable-lifecycle'],
    storagePath: values['storage.tsdb.path'],
    retentionMs: values['storage.tsdb.retention.time'],
    retentionBytes: values['storage.tsdb.retention.size'],
    maxSeries: values['storage.tsdb.max-series'],
    lookbackMs: values['query.lookback-delta'],
    queryTimeoutMs: values['query.timeout'],
    queryMaxSamples: values['query.max-samples'],
    queryMaxConcurrency: values['query.max-concurrency'],
    logLevel: values['log.level'],
    effective,
  });
}

function effectiveOf(given: ReadonlyMap<string, string>): Flags['effective'] {
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? FLAGS[name].default]));
}

function describe(faults: readonly string[]): string {
  const count = faults.length === 1 ? '1 faulty flag' : `${faults.length} faulty flags`;
  return [`cannot start: ${count}; see --help`, ...faults].join('\n  ');
}

/** What --help prints. */
export function flagsHelp(version: string): string {
  const rows = NAMES.map((name): [string, string] => {
    const { default: otherwise, says } = FLAGS[name];
    if (SWITCHES.includes(name)) return [`--${name}`, says];
    return [`--${name}=${otherwise === '' ? '…' : otherwise}`, says];
  });
  const all = [...rows, ['--help, --version', '']] as const;
  const width = Math.max(...all.map(([left]) => left.length)) + 3;
  return `mini-tsdb ${version}: scrapes, stores and answers as Prometheus does

${all.map(([left, right]) => `  ${left.padEnd(width)}${right}`.trimEnd()).join('\n')}`;
}

function readConfigName(text: string): string {
  if (text === '') throw new Error('is empty; name a file');
  return text;
}

function readBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error(`is ${quoted(text)}, neither true nor false`);
  return text === 'true';
}

function readSize(text: string): number {
  const bytes = parseBase2Bytes(text);
  if (bytes === undefined) throw new Error(`is ${quoted(text)}, no size; write e.g. 512MB or 0`);
  return bytes;
}
