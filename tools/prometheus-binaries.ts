// The real Prometheus programs of this machine: on PATH and in each folder of PROMETHEUS_DIRS.

import { execFile } from 'node:child_process';
import { access, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export interface PrometheusBinary {
  /** `2.42.0`, without the packager's additions. */
  readonly version: string;
  readonly path: string;
  readonly promtool: string;
}

const VERSION_TIMEOUT_MS = 30_000;

/**
 * Finds one program per version, the first found of each, in the order of PATH and then PROMETHEUS_DIRS.
 * @throws Error when a folder of PROMETHEUS_DIRS holds none, or one stands without promtool beside it.
 */
export async function findPrometheus(env: NodeJS.ProcessEnv = process.env): Promise<PrometheusBinary[]> {
  const found = new Map<string, PrometheusBinary>();
  const named = foldersOf(env.PROMETHEUS_DIRS);
  for (const folder of new Set([...foldersOf(env.PATH), ...named])) {
    const binary = await binaryIn(folder);
    if (binary === undefined && named.includes(folder))
      throw new Error(`cannot use PROMETHEUS_DIRS: no prometheus in ${folder}`);
    if (binary !== undefined && !found.has(binary.version)) found.set(binary.version, binary);
  }
  return [...found.values()];
}

/** The versions of REQUIRE_PROMETHEUS (`2.42,3.5`) that are not among the found: `3.5` is answered by any 3.5.x. */
export function missingVersions(required: string | undefined, found: readonly PrometheusBinary[]): string[] {
  const wanted = (required ?? '').split(',').map((version) => version.trim());
  return wanted.filter(
    (wish) => wish !== '' && !found.some(({ version }) => `${version}.`.startsWith(`${wish}.`)),
  );
}

function foldersOf(list: string | undefined): string[] {
  return (list ?? '').split(delimiter).filter((folder) => folder !== '');
}

async function binaryIn(folder: string): Promise<PrometheusBinary | undefined> {
  const path = join(folder, 'prometheus');
  if (!(await isExecutable(path))) return undefined;
  const promtool = join(folder, 'promtool');
  if (!(await isExecutable(promtool)))
    throw new Error(`cannot use ${path}: promtool must stand beside it, and ${promtool} is missing`);
  return { version: await versionOf(path), path: await realpath(path), promtool: await realpath(promtool) };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function versionOf(path: string): Promise<string> {
  // Releases differ in which output they write it to.
  const { stdout, stderr } = await promisify(execFile)(path, ['--version'], { timeout: VERSION_TIMEOUT_MS });
  const version = /version (\d+\.\d+\.\d+)/.exec(`${stdout}\n${stderr}`)?.[1];
  if (version === undefined) throw new Error(`cannot read the version of ${path} from: ${stdout}${stderr}`);
  return version;
}
