// The files of the pages, read once: what tools/build has put into a folder.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** By their path inside the folder; of a folder that is not there, none. */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(nothingThere);
  const known = entries.filter((entry) => entry.isFile() && Object.hasOwn(TYPES, extname(entry.name)));
  const paths = known.map(({ parentPath, name }) => join(parentPath, name));
  const files = await Promise.all(paths.map(async (path) => fileOf(path, await readFile(path))));
  return new Map(files.map((file, i) => [(paths[i] as string).slice(folder.length + 1), file]));
}

function nothingThere(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function fileOf(path: string, bytes: Buffer): PageFile {
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return {
    type: TYPES[extname(path)] as string,
    bytes,
    gzipped: gzipSync(bytes, { level: 9 }),
    // Weak: the same for both encodings.
    etag: `W/"${digest}"`,
  };
}
