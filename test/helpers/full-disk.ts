// A disk that is full for one process only, and what happened on it.

import { withMount } from './own-mounts.ts';
import { startProgram } from './process.ts';
import { tempDir } from './temp-dir.ts';

/** Targets of the list that stands and of the one that does not fit, and what is left of the disk (bytes). */
export const FULL_DISK = { small: 100, large: 5000, bytesLeft: 61_440 } as const;

/** A mounted file system of 256 KiB; or a limit on what the process may write to a file, which needs no permission. */
export type FullDiskWay = 'mount' | 'limit';

interface Attempt {
  readonly outcome: string;
  /** Which list the file holds. */
  readonly holds: string;
  readonly staged: readonly string[];
}

export interface FullDisk {
  readonly nearlyFull: Attempt;
  readonly naive: { readonly outcome: string; readonly bytes: number; readonly wanted: number };
  readonly full: Attempt;
  readonly troubles: readonly string[];
  readonly healed: { readonly outcome: string; readonly stands: boolean };
  readonly told: readonly string[];
}

/**
 * Plays test/programs/full-disk.ts.
 * @returns undefined when the system lets this user mount nothing.
 */
export async function playFullDisk(way: FullDiskWay): Promise<FullDisk | undefined> {
  const dir = await tempDir('full-disk');
  const play = [process.execPath, 'test/programs/full-disk.ts', dir.path, way];
  try {
    const launcher =
      way === 'limit' ? [] : await withMount('-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', dir.path);
    return launcher && JSON.parse(await run([...launcher, ...play]));
  } finally {
    await dir.remove();
  }
}

async function run([file = '', ...args]: readonly string[]): Promise<string> {
  const program = startProgram(file, args);
  await program.exit;
  return program.stdout.join('\n') || JSON.stringify(program.stderr);
}
