// The flags of the store: which it is, and how much it keeps for how long.

import { changedFlags, type FlagTable, type FlagValues } from '../../../lib/flag-table.ts';
import { durationWithUnitBetween, integerBetween, oneOf, readFileName } from '../../../lib/setting-values.ts';
import { readSize } from './sizes.ts';

/** Durations are milliseconds. */
export interface StorageFlags {
  readonly storageEngine: 'memory' | 'postgres';
  /** A file that holds the URL of the database; undefined unless the engine is `postgres`. */
  readonly postgresUrlFile: string | undefined;
  /** Undefined: memory only. */
  readonly storagePath: string | undefined;
  readonly retentionMs: number;
  /** 0 is no limit. */
  readonly retentionBytes: number;
  readonly maxSeries: number;
}

const YEAR = 365 * 86_400_000;

export const STORAGE_FLAGS = {
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
    read: durationWithUnitBetween(1000, 100 * YEAR),
    says: 'how long samples are kept',
  },
  'storage.tsdb.retention.size': {
    default: '0',
    read: (text) => readSize(text, '512MB or 0'),
    says: 'how much is kept, e.g. 512MB; 0: no limit',
  },
  'storage.tsdb.max-series': {
    default: '1000000',
    read: integerBetween(1, 8_000_000),
    says: 'how many series there may be; each takes about 2 kB',
  },
} as const satisfies FlagTable;

type Values = FlagValues<typeof STORAGE_FLAGS>;

export function storageFlags(values: Values): StorageFlags {
  return {
    storageEngine: values['storage.engine'],
    postgresUrlFile: values['storage.postgres.url-file'],
    storagePath: values['storage.tsdb.path'],
    retentionMs: values['storage.tsdb.retention.time'],
    retentionBytes: values['storage.tsdb.retention.size'],
    maxSeries: values['storage.tsdb.max-series'],
  };
}

export function storageConflicts(values: Values): string[] {
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
    ...(changedFlags(STORAGE_FLAGS, values).includes('storage.tsdb.max-series')
      ? ['--storage.tsdb.max-series is known to --storage.engine=memory only']
      : []),
  ];
}
