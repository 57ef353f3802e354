// Small files that are read again when they have changed: contents together with a mark that any change alters.

import { readFileSync, statSync } from 'node:fs';
import { codeOf, messageOf } from './errors.ts';

const MAX_BYTES = 1_048_576;

/** Marks by path, as they were before the files were read. */
export type Marks = Map<string, string>;

/** Reads a file and notes its mark. @throws Error that names the file. */
export function readMarked(path: string, marks: Marks): Buffer {
  marks.set(path, markOf(path));
  try {
    const found = statSync(path);
    // A pipe would be waited for.
    if (!found.isFile()) throw new Error('it is no regular file');
    if (found.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    return readFileSync(path);
  } catch (cause) {
    const why = codeOf(cause) === 'ENOENT' ? 'there is no such file' : (codeOf(cause) ?? messageOf(cause));
    throw new Error(`cannot read ${path}: ${why}`, { cause });
  }
}

export function hasChanged(marks: Marks): boolean {
  return [...marks].some(([path, mark]) => markOf(path) !== mark);
}

// Follows links: a secret of Kubernetes changes by a link that points to another folder.
function markOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return codeOf(error) ?? 'unreadable';
  }
}
