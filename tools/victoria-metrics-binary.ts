// The VictoriaMetrics of this machine: on PATH, or in a folder of PROMETHEUS_DIRS.

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Its path; undefined when there is none. */
export async function findVictoriaMetrics(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const folders = [env.PATH, env.PROMETHEUS_DIRS].flatMap((list) => (list ?? '').split(delimiter));
  for (const folder of folders.filter((name) => name !== '')) {
    const path = join(folder, 'victoria-metrics');
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
