// A program of this machine, by its name.

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** @param lists folders as PATH has them. @returns its path; undefined when it is in none of them. */
export async function findProgram(
  name: string,
  lists: readonly (string | undefined)[] = [process.env.PATH],
): Promise<string | undefined> {
  const folders = lists.flatMap((list) => (list ?? '').split(delimiter));
  for (const folder of folders.filter((path) => path !== '')) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
