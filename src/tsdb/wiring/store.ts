// The store that the flags ask for.

import type { Registry } from 'prom-client';
import type { Logger } from '../../lib/log.ts';
import type { StorageFlags } from '../config/flags/storage.ts';
import type { Store } from '../storage/contract.ts';
import { openMemoryStore } from '../storage/memory/store.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Whether samples are kept in memory only because the disk fails; also once the store is closed. */
  readonly isDiskTroubled: () => boolean;
}

interface StoreParts {
  readonly flags: StorageFlags;
  readonly registry: Registry;
  readonly stopping: AbortSignal;
  readonly log: Logger;
}

export async function openStore({ flags, registry, stopping, log }: StoreParts): Promise<OpenedStore> {
  const { retentionMs, postgresUrlFile: urlFile } = flags;
  if (urlFile === undefined) return openMemory(flags, log);
  // Loaded only when it is needed.
  const { openPostgresStore } = await import('../storage/postgres/open.ts');
  const store = await openPostgresStore({ urlFile, retentionMs, log, registry, stopping });
  return { store, isDiskTroubled: () => false };
}

async function openMemory(flags: StorageFlags, log: Logger): Promise<OpenedStore> {
  const { storagePath: path, retentionMs, maxSeries } = flags;
  const retentionBytes = flags.retentionBytes || Number.POSITIVE_INFINITY;
  const bounds = { retentionMs, retentionBytes, maxSeries };
  const store = await openMemoryStore({ log, ...(path !== undefined && { path }), ...bounds });
  return { store, isDiskTroubled: () => store.diskTrouble() !== undefined };
}
