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
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns whether it still fits. */
  add(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) return false;
    this.#chunks.push(chunk);
    return true;
  }

  /** All of it, inflated when it was sent as gzip. @throws AppError `too_large` or `encoding`. */
  whole(encoding: string | undefined): Buffer | Promise<Buffer> {
    const [first] = this.#chunks;
    const sent =
      this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#bytes);
    return encoding === 'gzip' ? inflated(sent, this.#maxBytes) : sent;
  }
}

export function tooLarge(maxBytes: number): AppError<'too_large'> {
  return new AppError('too_large', `the body is larger than ${formatByteSize(maxBytes)}`);
}

function inflated(sent: Buffer, maxBytes: number): Buffer | Promise<Buffer> {
  if (sent.length > AT_ONCE.sent) return inflatedApart(sent, maxBytes);
  try {
    return gunzipSync(sent, { maxOutputLength: Math.min(maxBytes, AT_ONCE.inflated) });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return inflatedApart(sent, maxBytes);
    throw badGzip(error);
  }
}

async function inflatedApart(sent: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await inflate(sent, { maxOutputLength: maxBytes });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw badGzip(error);
  }
}

function badGzip(cause: unknown): AppError<'encoding'> {
  return new AppError('encoding', 'the body is no valid gzip, although the answer says so', { cause });
}
