// A folder of its own for one test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir {
  readonly path: string;
  /** Removes the folder with everything in it. */
  remove(): Promise<void>;
}

/** Makes an empty folder; `name` shows whose it was when one is left behind. */
export async function tempDir(name = 'test'): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `inventory-sd-${name}-`));
  // A server that has just been killed may still be writing its last file.
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
