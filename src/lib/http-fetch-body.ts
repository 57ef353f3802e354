// The body of an answer while it arrives: bounded as it is sent and as it is inflated.

import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { formatByteSize } from './byte-size.ts';
import { AppError, codeOf } from './errors.ts';

/** Small answers are inflated at once: 27 µs against 136 in a thread. Larger ones do not hold the event loop. */
const AT_ONCE = { sent: 65_536, inflated: 1_048_576 };

const inflate = promisify(gunzip);

export class FetchedBody {
  readonly #chunks: Buffer[] = [];
  readonly #bound: number;
  #bytes = 0;

  /** @param bound a body of so many bytes is too large. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** @returns whether it still fits. */
  add(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes >= this.#bound) return false;
    this.#chunks.push(chunk);
    return true;
  }

  /** All of it, inflated when it was sent as gzip. @throws AppError `too_large` or `encoding`. */
  whole(encoding: string | undefined): Buffer | Promise<Buffer> {
    const [first] = this.#chunks;
    const sent =
      this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#bytes);
    return encoding === 'gzip' ? inflated(sent, this.#bound) : sent;
  }
}

export function tooLarge(bound: number): AppError<'too_large'> {
  return new AppError('too_large', `the body is not smaller than ${formatByteSize(bound)}`);
}

function inflated(sent: Buffer, bound: number): Buffer | Promise<Buffer> {
  if (sent.length > AT_ONCE.sent) return inflatedApart(sent, bound);
  try {
    return gunzipSync(sent, { maxOutputLength: Math.min(bound - 1, AT_ONCE.inflated) });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return inflatedApart(sent, bound);
    throw badGzip(error);
  }
}

async function inflatedApart(sent: Buffer, bound: number): Promise<Buffer> {
  try {
    return await inflate(sent, { maxOutputLength: bound - 1 });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(bound);
    throw badGzip(error);
  }
}

function badGzip(cause: unknown): AppError<'encoding'> {
  return new AppError('encoding', 'the body is no valid gzip, although the answer says so', { cause });
}
