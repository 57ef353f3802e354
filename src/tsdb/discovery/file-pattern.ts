// File patterns of file_sd: `targets/*.json`, a glob in the last element of the path, as Go's filepath.Match reads it.

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../lib/errors.ts';

/** Directories are not read past this many files. */
const MOST_FILES = 10_000;

/**
 * The files that match, sorted. A folder that does not exist holds none.
 * @throws Error of a folder that cannot be read.
 */
export async function findFiles(pattern: string): Promise<string[]> {
  const folder = dirname(pattern);
  const matches = globRegExp(basename(pattern));
  try {
    const names = (await readdir(folder)).filter((name) => matches.test(name)).sort();
    return names.slice(0, MOST_FILES).map((name) => join(folder, name));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return [];
    throw error;
  }
}

const PART = /\\(.)|\*+|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|[^*?[\\]+|[\s\S]/g;

/** Dots at the beginning are matched as any character is. */
export function globRegExp(glob: string): RegExp {
  const source = glob.replace(PART, (part, escaped?: string, not = '', set?: string) => {
    if (escaped !== undefined) return RegExp.escape(escaped);
    if (part.startsWith('*')) return '[^/]*';
    if (part === '?') return '[^/]';
    if (set !== undefined) return `[${not}${set.replace(/[[&]/g, '\\$&')}]`;
    return RegExp.escape(part);
  });
  return new RegExp(`^${source}$`, 's');
}
