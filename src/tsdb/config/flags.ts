// The command line of mini-tsdb: Prometheus' flags by Prometheus' names.

import { type FlagTable, type FlagValues, flagRows, isHelp, readFlagTable } from '../../lib/flag-table.ts';
import type { ListenAddress } from '../../lib/listen-address.ts';
import { LOG_LEVELS, type LogLevel } from '../../lib/log.ts';
import { optional, readListenAddress, readLogLevel } from '../../lib/setting-values.ts';
import { EXPORT_FLAGS, type ExportFlags, exportConflicts, exportFlags } from './flags/export.ts';
import {
  INVENTORY_SD_FLAGS,
  type InventorySdFlags,
  inventorySdConflicts,
  inventorySdFlags,
} from './flags/inventory-sd.ts';
import { PUSH_FLAGS, type PushFlags, pushConflicts, pushFlags, pushWarnings } from './flags/push.ts';
import { QUERY_FLAGS, type QueryFlags, queryFlags } from './flags/query.ts';
import { QUEUE_FLAGS, type QueueFlags, queueConflicts, queueFlags, queueWarnings } from './flags/queue.ts';
import { STORAGE_FLAGS, type StorageFlags, storageConflicts, storageFlags } from './flags/storage.ts';
import { WEB_FLAGS, type WebFlags, webFlags } from './flags/web.ts';

/** Durations are milliseconds. */
export interface Flags extends WebFlags, StorageFlags, QueryFlags {
  readonly configFile: string;
  readonly export: ExportFlags;
  /** Undefined: no gRPC. */
  readonly grpcAddress: ListenAddress | undefined;
  readonly push: PushFlags;
  readonly queue: QueueFlags;
  /** Undefined: no sidecar is asked. */
  readonly inventorySd: InventorySdFlags | undefined;
  readonly logLevel: LogLevel;
  /** Of flags that have no effect, which may be meant so. */
  readonly warnings: readonly string[];
  /** Every flag as text, for /api/v1/status/flags. */
  readonly effective: Readonly<Record<string, string>>;
}

/** What the command line asks for. */
export type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly flags: Flags };

// In the order of --help.
const FLAGS = {
  'config.file': {
    default: 'prometheus.yml',
    read: readConfigName,
    says: 'what to scrape, in the format of Prometheus',
  },
  ...WEB_FLAGS,
  ...EXPORT_FLAGS,
  'grpc.listen-address': {
    default: '',
    read: optional(readListenAddress),
    says: 'where samples are taken by gRPC, e.g. :50051; none: nowhere',
  },
  ...PUSH_FLAGS,
  ...QUEUE_FLAGS,
  ...STORAGE_FLAGS,
  ...QUERY_FLAGS,
  ...INVENTORY_SD_FLAGS,
  'log.level': { default: 'info', read: readLogLevel, says: `one of ${LOG_LEVELS.join(', ')}` },
} as const satisfies FlagTable;

type Values = FlagValues<typeof FLAGS>;

/** @throws AppError `flags`: one line that counts what is wrong, then a line for each. */
export function readFlags(args: readonly string[]): CommandLine {
  if (isHelp(args)) return { kind: 'help' };
  if (args.includes('--version')) return { kind: 'version' };
  const { values, texts } = readFlagTable(FLAGS, args, { help: '--help', conflicts });
  return { kind: 'run', flags: flagsOf(values, texts) };
}

function conflicts(values: Values): string[] {
  return [
    ...exportConflicts(values),
    ...pushConflicts(values),
    ...queueConflicts(values),
    ...storageConflicts(values),
    ...inventorySdConflicts(values),
  ];
}

function flagsOf(values: Values, effective: Flags['effective']): Flags {
  return Object.freeze({
    configFile: values['config.file'],
    ...webFlags(values),
    export: exportFlags(values),
    grpcAddress: values['grpc.listen-address'],
    push: pushFlags(values),
    queue: queueFlags(values),
    ...storageFlags(values),
    ...queryFlags(values),
    inventorySd: inventorySdFlags(values),
    logLevel: values['log.level'],
    warnings: [...pushWarnings(values), ...queueWarnings(values)],
    effective,
  });
}

/** What --help prints. */
export function flagsHelp(version: string): string {
  return `mini-tsdb ${version}: scrapes, stores and answers as Prometheus does

${flagRows(FLAGS, [['--help, --version', '']])}`;
}

function readConfigName(text: string): string {
  if (text === '') throw new Error('is empty; name a file');
  return text;
}
