// The command line of mini-tsdb: Prometheus' flags by Prometheus' names.

import { join } from 'node:path';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { ListenAddress } from '../../lib/listen-address.ts';
import type { LogLevel } from '../../lib/log.ts';
import {
  durationBetween,
  integerBetween,
  quoted,
  readFileName,
  readHttpUrl,
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
  readonly enablePush: boolean;
  readonly enableRemoteWrite: boolean;
  readonly export: ExportFlags;
  /** Undefined: no gRPC. */
  readonly grpcAddress: ListenAddress | undefined;
  readonly push: PushFlags;
  readonly queue: QueueFlags;
  readonly storageEngine: 'memory' | 'postgres';
  /** A file that holds the URL of the database; undefined unless the engine is `postgres`. */
  readonly postgresUrlFile: string | undefined;
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
  /** Undefined: no sidecar is asked. */
  readonly inventorySd: InventorySdFlags | undefined;
  readonly logLevel: LogLevel;
  /** Every flag as text, for /api/v1/status/flags. */
  readonly effective: Readonly<Record<string, string>>;
}

/** Where inventory-sd is, and what it is shown. */
export interface InventorySdFlags {
  /** Without a slash at its end. */
  readonly url: string;
  readonly caFile: string | undefined;
  /** A file that holds `user:password`. */
  readonly basicAuthFile: string | undefined;
}

/** Of pushed samples. Rates are of one client, a second. */
export interface PushFlags {
  /** Undefined: everybody may push. */
  readonly clientsFile: string | undefined;
  readonly samplesPerSecond: number;
  readonly requestsPerSecond: number;
  /** Of one client. */
  readonly maxSeries: number;
  /** Bytes. */
  readonly maxBody: number;
  /** Requests at once. */
  readonly maxConcurrency: number;
}

/** Of pushed samples that wait to be handed over. */
export interface ExportFlags {
  /** Otherwise nothing is handed over, and nothing waits. */
  readonly enableDrain: boolean;
  /** Undefined: memory only, or Redis. */
  readonly path: string | undefined;
  readonly maxSamples: number;
  /** Bytes. */
  readonly maxSize: number;
}

/** Of what stands between the doors and the store. */
export interface QueueFlags {
  readonly engine: 'direct' | 'redis';
  /** Of `redis` only, as are those below. */
  readonly urlFile: string | undefined;
  readonly caFile: string | undefined;
  readonly stream: string;
  readonly appendfsync: 'any' | 'everysec' | 'always';
  readonly maxEntries: number;
  /** Bytes. */
  readonly maxSize: number;
  readonly claimAfterMs: number;
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
const MOST_RATE = 10_000_000;
const MOST_BODY = 2 ** 29;

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
  'web.enable-push': {
    default: 'false',
    read: readBoolean,
    says: 'POST /v1/metrics and POST /metrics take samples in JSON',
  },
  'web.enable-remote-write-receiver': {
    default: 'false',
    read: readBoolean,
    says: 'POST /api/v1/write takes samples by remote write',
  },
  'web.enable-export-drain': {
    default: 'false',
    read: readBoolean,
    says: 'GET /export?drain=true hands pushed samples over, each once',
  },
  'export.path': {
    default: '',
    read: readFileName,
    says: 'folder of samples to be handed over; none: export in storage.tsdb.path',
  },
  'export.max-samples': {
    default: '5000000',
    read: integerBetween(1000, 1e9),
    says: 'that wait to be handed over; then pushes are refused',
  },
  'export.max-size': {
    default: '512MB',
    read: readQueueSize,
    says: 'bytes of the samples that wait to be handed over; then pushes are refused',
  },
  'grpc.listen-address': {
    default: '',
    read: readGrpcAddress,
    says: 'where samples are taken by gRPC, e.g. :50051; none: nowhere',
  },
  'push.clients-file': {
    default: '',
    read: readFileName,
    says: 'who may push, with tokens and limits; none: everybody',
  },
  'push.samples-per-second': {
    default: '10000',
    read: integerBetween(1, MOST_RATE),
    says: 'samples of one client; as many at once are its burst',
  },
  'push.requests-per-second': {
    default: '10000',
    read: integerBetween(1, MOST_RATE),
    says: 'requests of one client',
  },
  'push.max-series-per-client': {
    default: '100000',
    read: integerBetween(1, 1e9),
    says: 'series that one client pushed within an hour',
  },
  'push.max-body-size': {
    default: '8MB',
    read: readBodySize,
    says: 'of one request, also when it is unpacked',
  },
  'push.max-concurrency': {
    default: '512',
    read: integerBetween(1, 100_000),
    says: 'requests at once; a quarter of them by one client',
  },
  'queue.engine': {
    default: 'direct',
    read: oneOf('direct', 'redis'),
    says: 'direct: pushed samples go to the store at once; redis: by Redis Streams',
  },
  'queue.redis.url-file': {
    default: '',
    read: readFileName,
    says: 'file with the URL of Redis, redis:// or rediss://, perhaps with a password',
  },
  'queue.redis.ca-file': {
    default: '',
    read: readFileName,
    says: "certificates that a rediss:// server is checked against; none: the system's",
  },
  'queue.redis.stream': { default: 'mini-tsdb:{push}', read: readStream, says: 'key of the stream' },
  'queue.redis.appendfsync': {
    default: 'any',
    read: oneOf('any', 'everysec', 'always'),
    says: 'pushes are refused while Redis writes to its disk less surely than this',
  },
  'queue.redis.max-entries': {
    default: '100000',
    read: integerBetween(1, 1e9),
    says: 'batches in the stream; then pushes are refused',
  },
  'queue.redis.max-size': {
    default: '512MB',
    read: readQueueSize,
    says: 'bytes of the batches in the stream; then pushes are refused',
  },
  'queue.redis.claim-after': {
    default: '1m',
    read: durationBetween(1000, DAY),
    says: 'batches of a process that gave no sign for so long are taken over',
  },
  'storage.engine': {
    default: 'memory',
    read: oneOf('memory', 'postgres'),
    says: 'memory, or postgres: several processes may share it',
  },
  'storage.postgres.url-file': {
    default: '',
    read: readFileName,
    says: 'a file that holds postgres://user:password@host/database',
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
  'inventory-sd.url': {
    default: '',
    read: readSidecarUrl,
    says: 'where inventory-sd is, e.g. http://localhost:9098, to show its state; none: nowhere',
  },
  'inventory-sd.ca-file': {
    default: '',
    read: readFileName,
    says: "certificates that inventory-sd is checked against over https; none: the system's",
  },
  'inventory-sd.basic-auth-file': {
    default: '',
    read: readFileName,
    says: 'a file that holds the user:password that inventory-sd is shown',
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
  const all = [...misused, ...faults, ...(faults.length === 0 ? contradictions(values) : [])];
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

function contradictions(values: Values): string[] {
  const isShared = values['queue.engine'] === 'redis' && values['export.path'] !== undefined;
  const faults = isShared ? ['--export.path is known to --queue.engine=direct only'] : [];
  return [...faults, ...storageContradictions(values), ...sidecarContradictions(values)];
}

function sidecarContradictions(values: Values): string[] {
  if (values['inventory-sd.url'] !== undefined) return [];
  const files = ['inventory-sd.ca-file', 'inventory-sd.basic-auth-file'] as const;
  return files
    .filter((name) => values[name] !== undefined)
    .map((name) => `--${name} needs --inventory-sd.url`);
}

function storageContradictions(values: Values): string[] {
  const urlFile = values['storage.postgres.url-file'];
  if (values['storage.engine'] === 'memory')
    return urlFile === undefined ? [] : ['--storage.postgres.url-file needs --storage.engine=postgres'];
  return [
    ...(urlFile === undefined ? ['--storage.engine=postgres needs --storage.postgres.url-file'] : []),
    ...(values['storage.tsdb.path'] === undefined
      ? []
      : ['--storage.tsdb.path is a folder of --storage.engine=memory']),
    ...(values['storage.tsdb.retention.size'] === 0
      ? []
      : ['--storage.tsdb.retention.size is known to --storage.engine=memory only']),
  ];
}

function flagsOf(values: Values, effective: Flags['effective']): Flags {
  return Object.freeze({
    configFile: values['config.file'],
    listenAddress: values['web.listen-address'],
    webConfigFile: values['web.config.file'],
    enableLifecycle: values['web.enable-lifecycle'],
    enablePush: values['web.enable-push'],
    enableRemoteWrite: values['web.enable-remote-write-receiver'],
    export: exportFlags(values),
    grpcAddress: values['grpc.listen-address'],
    push: pushFlags(values),
    queue: queueFlags(values),
    storageEngine: values['storage.engine'],
    postgresUrlFile: values['storage.postgres.url-file'],
    storagePath: values['storage.tsdb.path'],
    retentionMs: values['storage.tsdb.retention.time'],
    retentionBytes: values['storage.tsdb.retention.size'],
    maxSeries: values['storage.tsdb.max-series'],
    lookbackMs: values['query.lookback-delta'],
    queryTimeoutMs: values['query.timeout'],
    queryMaxSamples: values['query.max-samples'],
    queryMaxConcurrency: values['query.max-concurrency'],
    inventorySd: inventorySdFlags(values),
    logLevel: values['log.level'],
    effective,
  });
}

function inventorySdFlags(values: Values): InventorySdFlags | undefined {
  const url = values['inventory-sd.url'];
  if (url === undefined) return undefined;
  const [caFile, basicAuthFile] = [values['inventory-sd.ca-file'], values['inventory-sd.basic-auth-file']];
  return Object.freeze({ url, caFile, basicAuthFile });
}

function pushFlags(values: Values): PushFlags {
  return Object.freeze({
    clientsFile: values['push.clients-file'],
    samplesPerSecond: values['push.samples-per-second'],
    requestsPerSecond: values['push.requests-per-second'],
    maxSeries: values['push.max-series-per-client'],
    maxBody: values['push.max-body-size'],
    maxConcurrency: values['push.max-concurrency'],
  });
}

function exportFlags(values: Values): ExportFlags {
  const storagePath = values['storage.tsdb.path'];
  const isShared = values['queue.engine'] === 'redis';
  const beside = storagePath === undefined || isShared ? undefined : join(storagePath, 'export');
  return Object.freeze({
    enableDrain: values['web.enable-export-drain'],
    path: values['export.path'] ?? beside,
    maxSamples: values['export.max-samples'],
    maxSize: values['export.max-size'],
  });
}

function queueFlags(values: Values): QueueFlags {
  return Object.freeze({
    engine: values['queue.engine'],
    urlFile: values['queue.redis.url-file'],
    caFile: values['queue.redis.ca-file'],
    stream: values['queue.redis.stream'],
    appendfsync: values['queue.redis.appendfsync'],
    maxEntries: values['queue.redis.max-entries'],
    maxSize: values['queue.redis.max-size'],
    claimAfterMs: values['queue.redis.claim-after'],
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

function readGrpcAddress(text: string): ListenAddress | undefined {
  return text === '' ? undefined : readListenAddress(text);
}

// It is shown in logs and on pages, so nothing secret belongs there.
function readSidecarUrl(text: string): string | undefined {
  if (text === '') return undefined;
  if (!URL.canParse(text)) throw new Error('is no URL; write e.g. http://localhost:9098');
  const url = readHttpUrl(text);
  if (/[?#]/.test(url)) throw new Error('has a query; give the address alone, e.g. http://localhost:9098');
  return url.replace(/\/+$/, '');
}

function readBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error(`is ${quoted(text)}, neither true nor false`);
  return text === 'true';
}

function oneOf<const Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new Error(`is ${quoted(text)}; it is one of ${words.join(', ')}`);
    return found;
  };
}

function readStream(text: string): string {
  if (text === '') throw new Error('is empty; name a key');
  return text;
}

function readQueueSize(text: string): number {
  const bytes = readSize(text);
  if (bytes < 2 ** 20) throw new Error(`is ${quoted(text)}, less than 1MB`);
  return bytes;
}

function readSize(text: string): number {
  const bytes = parseBase2Bytes(text);
  if (bytes === undefined) throw new Error(`is ${quoted(text)}, no size; write e.g. 512MB or 0`);
  return bytes;
}

// A text has at most so many characters in this program.
function readBodySize(text: string): number {
  const bytes = readSize(text);
  if (bytes < 1 || bytes > MOST_BODY) throw new Error(`is ${quoted(text)}, not between 1B and 512MB`);
  return bytes;
}
