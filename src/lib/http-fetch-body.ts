// The body of an answer: bounded as it is sent, as it is inflated, and together with all others.

import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import type { BodyRoom } from './body-room.ts';
import { formatByteSize } from './byte-size.ts';
import { AppError, codeOf } from './errors.ts';

/** Small answers are inflated at once: 27 µs against 136 in a thread. Larger ones do not hold the event loop. */
const AT_ONCE = { sent: 65_536, inflated: 1_048_576 };

const inflate = promisify(gunzip);

export class FetchedBody {
  readonly #room: BodyRoom;
  readonly #bound: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param bound a body of so many bytes is too large. */
  constructor(bound: number, room: BodyRoom) {
    this.#bound = bound;
    this.#room = room;
  }

  /** @throws AppError `too_large`. */
  add(chunk: Buffer): void {
    if (this.#bytes + chunk.length >= this.#bound) throw tooLarge(this.#bound);
    this.#take(chunk.length);
    this.#chunks.push(chunk);
  }

  /**
   * All of it, inflated when it was sent as gzip. It stays counted until it is dropped.
   * @param stopped why nobody waits for it any more: those that are still to come must not wait for it either.
   * @throws AppError `too_large` or `encoding`, or what `stopped` says.
   */
  whole(encoding: string | undefined, stopped: () => Error | undefined): Buffer | Promise<Buffer> {
    const [first] = this.#chunks;
    const isOne = this.#chunks.length === 1 && first !== undefined;
    const sent = isOne ? first : Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [];
    return encoding === 'gzip' ? this.#inflated(sent, stopped) : sent;
  }

  /** Nobody needs it any more. */
  drop(): void {
    this.#room.release(this.#bytes);
    this.#bytes = 0;
    this.#chunks = [];
  }

  #inflated(sent: Buffer, stopped: () => Error | undefined): Buffer | Promise<Buffer> {
    if (sent.length > AT_ONCE.sent) return this.#inflatedApart(sent, stopped);
    try {
      return gunzipSync(sent, { maxOutputLength: Math.min(this.#bound - 1, AT_ONCE.inflated) });
    } catch (error) {
      if (isTooLong(error)) return this.#inflatedApart(sent, stopped);
      throw badGzip(error);
    }
  }

  // One after the other: nobody knows how large it becomes before it is there.
  #inflatedApart(sent: Buffer, stopped: () => Error | undefined): Promise<Buffer> {
    return this.#room.oneAtATime(async () => {
      const reason = stopped();
      if (reason !== undefined) throw reason;
      try {
        const inflated = await inflate(sent, { maxOutputLength: this.#bound - 1 });
        this.#take(inflated.length - sent.length);
        return inflated;
      } catch (error) {
        if (error instanceof AppError) throw error;
        throw isTooLong(error) ? tooLarge(this.#bound) : badGzip(error);
      }
    });
  }

  #take(bytes: number): void {
    if (!this.#room.take(bytes, this.#bytes))
      throw new AppError('too_large', 'all bodies that arrive at this time are together too large');
    this.#bytes += bytes;
  }
}

function tooLarge(bound: number): AppError<'too_large'> {
  return new AppError('too_large', `the body is not smaller than ${formatByteSize(bound)}`);
}

function isTooLong(error: unknown): boolean {
  return codeOf(error) === 'ERR_BUFFER_TOO_LARGE';
}

function badGzip(cause: unknown): AppError<'encoding'> {
  return new AppError('encoding', 'the body is no valid gzip, although the answer says so', { cause });
}
