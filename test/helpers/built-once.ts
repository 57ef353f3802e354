// What several test files need built: made once, in a folder that is named by what it is made of.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../coverage/built');
/** What was made of other sources is removed; a run of them may still use it. */
const KEPT_MS = 3_600_000;

/**
 * The folder that `build` makes of the inputs as they are now.
 * @param inputs files and folders that decide what is made.
 */
export async function builtOnce(
  name: string,
  inputs: readonly string[],
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(FOLDER, `${name}-${await digestOf(inputs)}`);
  if ((await stat(folder).catch(() => undefined)) !== undefined) return folder;
  await mkdir(FOLDER, { recursive: true });
  await removeOld();
  const making = `${folder}-${process.pid}`;
  await build(making);
  // Several files are tested at once: the first to be done is the one that is taken.
  await rename(making, folder).catch(() => rm(making, { recursive: true }));
  return folder;
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(FOLDER)) {
    const path = join(FOLDER, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < Date.now() - KEPT_MS)
      await rm(path, { recursive: true, force: true });
  }
}

async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of (await Promise.all(paths.map(filesIn))).flat().sort())
    hash
      .update(path)
      .update('\0')
      .update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
