// A secret in a file, read again when the file has changed. No message ever holds what is in it.

import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { formatByteSize } from './byte-size.ts';
import { AppError } from './errors.ts';
import { fileReason } from './file-reasons.ts';

export interface SecretFile {
  readonly path: string;
  /**
   * The text of the file as it is now, without the line end at its end.
   * @throws AppError `credentials` that names the file and what is wrong with it.
   */
  read(): Promise<string>;
}

// A change within one tick of the file system's clock leaves every mark as it was.
const SETTLED_MS = 2_000;

/** A file that is read when it is asked for, and only then. */
export function secretFile(path: string, maxBytes = 65_536): SecretFile {
  let last: { readonly mark: string; readonly text: string } | undefined;
  return {
    path,
    async read() {
      try {
        // What follows links: a secret of Kubernetes changes by a link that leads to another folder.
        if (last !== undefined && markOf(await stat(path, { bigint: true })) === last.mark) return last.text;
        last = undefined;
        const found = await readWhole(path, maxBytes);
        if (found.isSettled) last = found;
        return found.text;
      } catch (cause) {
        throw new AppError('credentials', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
      }
    },
  };
}

async function readWhole(
  path: string,
  maxBytes: number,
): Promise<{ mark: string; text: string; isSettled: boolean }> {
  // Not waiting: a pipe that nobody writes to would be waited for for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat({ bigint: true });
    if (!found.isFile()) throw new Fault('it is no regular file');
    const isSettled = Date.now() - Number(found.ctimeMs) > SETTLED_MS;
    return { mark: markOf(found), text: textOf(await readBounded(file, maxBytes)), isSettled };
  } finally {
    await file.close();
  }
}

async function readBounded(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(maxBytes + 1);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, bytes, buffer.length - bytes);
    bytes += bytesRead;
    if (bytes > maxBytes) throw new Fault(`it is larger than ${formatByteSize(maxBytes)}`);
    if (bytesRead === 0) return buffer.subarray(0, bytes);
  }
}

function textOf(bytes: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/[\r\n]+$/, '');
  } catch {
    throw new Fault('it is no text in UTF-8');
  }
  if (text.trim() === '') throw new Fault('it is empty');
  return text;
}

interface Marked {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

function markOf({ dev, ino, size, mtimeNs, ctimeNs }: Marked): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

class Fault extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof Fault) return error.message;
  return fileReason(error) ?? 'it cannot be read';
}
