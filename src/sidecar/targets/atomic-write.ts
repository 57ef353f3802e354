// A text file is replaced whole or not at all: on a full disk, by a killed process, beside another writer.

import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { codeOf } from '../../lib/errors.ts';

/** How a file is written. */
export interface AtomicWrite {
  /** Its permissions, whatever the umask: 0o644 for Prometheus, 0o600 for ourselves. */
  readonly mode: number;
  /** The folder it is staged in, on the same file system; made when only it is missing. Default: its own. */
  readonly staging?: string;
}

// Whoever clears leftovers (a second sidecar that starts) may take a file that is being written; three in a row is no chance.
const ATTEMPTS = 3;

/**
 * Writes a text: staged under a name of its own, flushed, renamed into place, both folders flushed.
 * @returns the file as it was written, which need no longer be what stands at the path.
 * @throws the system's error (ENOSPC, EROFS, …); the old file then stands untouched, and nothing of the new is left.
 */
export async function writeAtomically(path: string, text: string, how: AtomicWrite): Promise<BigIntStats> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await replace(path, text, how);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}

async function replace(path: string, text: string, how: AtomicWrite): Promise<BigIntStats> {
  const { mode, staging = dirname(path) } = how;
  const staged = join(staging, stagedName(basename(path)));
  await mkdir(staging).catch(ignoreExisting);
  try {
    await stage(staged, text, mode);
    // Looked at before the rename, which keeps all of it: afterwards the path may be another writer's.
    const file = await stat(staged, { bigint: true });
    await rename(staged, path);
    await Promise.all([...new Set([staging, dirname(path)])].map(syncFolder));
    return file;
  } catch (error) {
    await rm(staged, { force: true }).catch(() => {});
    throw error;
  }
}

// Unlike a number made of the process id, it is unique among containers too, where every program is process 1.
function stagedName(name: string): string {
  return `${name}.${randomBytes(6).toString('hex')}.tmp`;
}

/** Whether a file of this name was staged for the file `of`, by this program or an earlier version of it. */
export function isStagedName(name: string, of: string): boolean {
  return name.startsWith(of) && STAGED.test(name.slice(of.length));
}

// write-file-atomic adds `.<digits>` while it fills the file; earlier versions had nothing else.
const STAGED = /^(\.[0-9a-f]{12}\.tmp(\.\d+)?|\.\d+)$/;

async function stage(staged: string, text: string, mode: number): Promise<void> {
  // write-file-atomic ignores how many bytes a write took and would publish a cut file on a full disk; so it gets no
  // data, and the file is filled by a call that reports ENOSPC. It changes the options object: a fresh one each time.
  const fill = (temporary: string) => writeFile(temporary, text, { flag: 'r+' });
  await writeFileAtomic(staged, '', { mode, tmpfileCreated: fill });
}

// The file is in place by now. A file system that cannot flush a folder, or does not let us, costs only certainty
// about a power cut in the next seconds.
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}
