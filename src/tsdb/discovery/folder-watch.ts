// Watches folders for any event in them; one that is missing, or another one by now, is watched again on demand.

import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';

export interface FolderWatch {
  /** Looks which folders are there now. */
  renew(): Promise<void>;
  stop(): void;
}

interface Watched {
  readonly identity: string;
  readonly watcher: FSWatcher;
}

export function createFolderWatch(folders: readonly string[], happened: () => void): FolderWatch {
  const watched = new Map<string, Watched>();
  let isStopped = false;

  function drop(folder: string): void {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  }

  async function renewOne(folder: string): Promise<void> {
    const identity = await identityOf(folder);
    if (isStopped || watched.get(folder)?.identity === identity) return;
    drop(folder);
    if (identity === undefined) return;
    try {
      const watcher = watch(folder, { persistent: false }, happened);
      watcher.on('error', () => drop(folder));
      watched.set(folder, { identity, watcher });
    } catch {
      // Too many watches on this machine: the refresh interval does it alone.
    }
  }

  return {
    renew: async () => {
      await Promise.all(folders.map(renewOne));
    },
    stop() {
      isStopped = true;
      for (const folder of [...watched.keys()]) drop(folder);
    },
  };
}

async function identityOf(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
