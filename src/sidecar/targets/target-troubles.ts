// What will give trouble with the target file, seen at the start, before the first write does.

import { constants } from 'node:fs';
import { access, lstat, readFile, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../lib/errors.ts';
import { realTarget, stagingOf } from './target-file.ts';
import { writeError } from './write-error.ts';

/**
 * Looks at a target file, its folder and its file system.
 * @returns one sentence a trouble, for the log. None of them stops the program: each may be gone when it writes.
 */
export async function findTroubles(path: string): Promise<string[]> {
  // A path that leads to no file at all is told by whoever reads it.
  const target = await realTarget(path).catch(nothing);
  if (target === undefined) return [];
  const looks = [linked(path, target), mounted(target), unwritable(path, target), elsewhere(path, target)];
  const found = await Promise.all([...looks, full(path, target), silent(target)]);
  return found.filter((trouble) => trouble !== undefined);
}

type Trouble = Promise<string | undefined>;

async function linked(path: string, target: string): Trouble {
  const file = await lstat(path).catch(nothing);
  if (!file?.isSymbolicLink()) return undefined;
  return `${path} is a symbolic link: Prometheus does not notice that the file behind it was replaced until its refresh_interval (5m by default); let both use ${target}`;
}

// Linux only; elsewhere there is no such file, and the first write says it.
async function mounted(target: string): Trouble {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const isMount = mounts.split('\n').some((line) => unescapeOctal(line.split(' ')[4] ?? '') === target);
  if (!isMount) return undefined;
  return `${target} is a single file that is mounted: it cannot be replaced, and Prometheus would keep the old one; mount the directory`;
}

// proc(5): space, tab, newline and backslash are written as \040, \011, \012 and \134.
function unescapeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

async function unwritable(path: string, target: string): Trouble {
  const folder = await refusalOf(dirname(target));
  const staging = await refusalOf(stagingOf(target));
  // It is made when it is needed.
  const error = folder ?? (codeOf(staging) === 'ENOENT' ? undefined : staging);
  return error && writeError(`cannot write ${path}`, error).message;
}

function refusalOf(folder: string): Promise<Error | undefined> {
  const asked = access(folder, constants.W_OK | constants.X_OK);
  return asked.then(nothing, (error: Error) => error);
}

async function elsewhere(path: string, target: string): Trouble {
  const deviceOf = (folder: string) => stat(folder).then(({ dev }) => dev, nothing);
  const [folder, staging] = await Promise.all([deviceOf(dirname(target)), deviceOf(stagingOf(target))]);
  if (staging === undefined || folder === staging) return undefined;
  return madeUp(path, 'EXDEV', 'two devices');
}

async function full(path: string, target: string): Trouble {
  const system = await statfs(dirname(target)).catch(nothing);
  // Some file systems count no blocks at all.
  const isFull = system !== undefined && system.blocks > 0 && system.bavail === 0;
  return isFull ? madeUp(path, 'ENOSPC', 'no block is free') : undefined;
}

function madeUp(path: string, code: string, message: string): string {
  return writeError(`cannot write ${path}`, Object.assign(new Error(message), { code })).message;
}

// The numbers of statfs(2).
const SILENT: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x65735546, 'FUSE'],
]);

async function silent(target: string): Trouble {
  const system = await statfs(dirname(target)).catch(nothing);
  const name = SILENT.get((system?.type ?? 0) >>> 0);
  if (name === undefined) return undefined;
  return `${dirname(target)} is on ${name}, which may not tell Prometheus of a change: set refresh_interval: 30s in its file_sd_configs`;
}

function nothing(): undefined {}
