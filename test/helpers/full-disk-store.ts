// A store on a disk that is full for a while, and what became of it.

import type { FullDiskWay } from './full-disk.ts';
import { withMount } from './own-mounts.ts';
import { startProgram } from './process.ts';
import { tempDir } from './temp-dir.ts';

export interface FullDiskStore {
  readonly full: {
    readonly trouble: string;
    readonly durable: string;
    readonly notDurable: string;
    readonly isAllRead: boolean;
  };
  readonly stillFull: boolean;
  readonly healed: { readonly durable: string; readonly isAllRead: boolean };
  /** After a restart. */
  readonly isAllThere: boolean;
  readonly told: readonly string[];
}

/**
 * Plays test/programs/full-disk-store.ts.
 * @returns undefined when the system lets this user mount nothing.
 */
export async function playFullDiskStore(way: FullDiskWay): Promise<FullDiskStore | undefined> {
  const dir = await tempDir('full-disk');
  const play = [process.execPath, 'test/programs/full-disk-store.ts', dir.path, way];
  try {
    const launcher =
      way === 'limit' ? [] : await withMount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir.path);
    if (launcher === undefined) return undefined;
    const [file = '', ...args] = [...launcher, ...play];
    const program = startProgram(file, args);
    await program.exit;
    return JSON.parse(program.stdout.join('\n') || JSON.stringify(program.stderr));
  } finally {
    await dir.remove();
  }
}
