// The flags of pushed samples that wait to be handed over.

import { join } from 'node:path';
import { changedFlags, type FlagTable, type FlagValues, readSwitch } from '../../../lib/flag-table.ts';
import { integerBetween, readFileName } from '../../../lib/setting-values.ts';
import type { QUEUE_FLAGS } from './queue.ts';
import { readQueueSize } from './sizes.ts';
import type { STORAGE_FLAGS } from './storage.ts';

export interface ExportFlags {
  /** Otherwise nothing is handed over, and nothing waits. */
  readonly enableDrain: boolean;
  /** Undefined: memory only, or Redis. */
  readonly path: string | undefined;
  readonly maxSamples: number;
  /** Bytes. */
  readonly maxSize: number;
}

export const EXPORT_FLAGS = {
  'web.enable-export-drain': {
    default: 'false',
    read: readSwitch,
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
} as const satisfies FlagTable;

type Values = FlagValues<typeof EXPORT_FLAGS & typeof QUEUE_FLAGS & typeof STORAGE_FLAGS>;

export function exportFlags(values: Values): ExportFlags {
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

export function exportConflicts(values: Values): string[] {
  if (!values['web.enable-export-drain'])
    return changedFlags(EXPORT_FLAGS, values).map((name) => `--${name} needs --web.enable-export-drain`);
  const isShared = values['queue.engine'] === 'redis' && values['export.path'] !== undefined;
  return isShared ? ['--export.path is known to --queue.engine=direct only'] : [];
}
