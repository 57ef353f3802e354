// A folder that a user names, made with those above it that are missing.

import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from './errors.ts';

/**
 * One step after the other: where a folder is there and yet takes none (/proc), Node's own `recursive` tries for ever.
 * @throws the system's error.
 */
export async function makeFolder(path: string): Promise<void> {
  const whole = resolve(path);
  if (await isFolder(whole)) return;
  const parent = dirname(whole);
  if (parent !== whole) await makeFolder(parent);
  try {
    await mkdir(whole);
  } catch (error) {
    // Another may have made it meanwhile.
    if (codeOf(error) !== 'EEXIST' || !(await isFolder(whole))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
