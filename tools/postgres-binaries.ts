// The PostgreSQL servers of this machine: on PATH, or in the folders that packages put them in.

import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Debian keeps one folder a major version, Red Hat and Homebrew likewise. */
const PARENTS = ['/usr/lib/postgresql', '/usr/pgsql', '/usr/local/opt', '/opt/homebrew/opt'];

/** The folder that holds `initdb` and `postgres`, of the newest version; undefined when there is none. */
export async function findPostgres(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const onPath = (env.PATH ?? '').split(delimiter).filter((name) => name !== '');
  for (const folder of [...(await packaged()), ...onPath]) {
    if ((await isExecutable(join(folder, 'initdb'))) && (await isExecutable(join(folder, 'postgres')))) {
      return folder;
    }
  }
  return undefined;
}

async function packaged(): Promise<string[]> {
  const lists = await Promise.all(
    PARENTS.map(async (parent) => {
      const names = await readdir(parent).catch(() => []);
      return names
        .filter((name) => /^(postgresql@)?\d+$/.test(name))
        .map((name) => join(parent, name, 'bin'));
    }),
  );
  return lists.flat().sort((a, b) => versionOf(b) - versionOf(a));
}

function versionOf(folder: string): number {
  return Number(/(\d+)\/bin$/.exec(folder)?.[1]);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
