// The built pages, made once for all test files, in a folder that is named by what they are made of.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PageFile, readPageFiles } from '../../src/tsdb/web/page-files.ts';
import { buildPages, PAGE_INPUTS } from '../../tools/build-pages.ts';

const FOLDER = 'coverage/pages';

/** The files, of sources as they are now. */
export async function builtPages(): Promise<ReadonlyMap<string, PageFile>> {
  const digest = await digestOf(PAGE_INPUTS);
  const folder = join(FOLDER, digest);
  const isThere = await stat(folder).catch(() => undefined);
  if (isThere === undefined) await build(folder);
  return readPageFiles(folder);
}

// Several files may be tested at once: the first to be done is the one that is taken.
async function build(folder: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const making = `${folder}-${process.pid}`;
  await buildPages(making);
  await rename(making, folder).catch(() => rm(making, { recursive: true }));
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
