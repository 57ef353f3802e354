// The VictoriaMetrics of this machine: on PATH, or in a folder of PROMETHEUS_DIRS.

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The path of one of its programs; undefined when there is none. */
export async function findVictoriaMetrics(
  env: NodeJS.ProcessEnv = process.env,
  program: 'victoria-metrics' | 'vmagent' = 'victoria-metrics',
): Promise<string | undefined> {
  const folders = [env.PATH, env.PROMETHEUS_DIRS].flatMap((list) => (list ?? '').split(delimiter));
  for (const folder of folders.filter((name) => name !== '')) {
    const path = join(folder, program);
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
