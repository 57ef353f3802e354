// Takes batches into the stream, or refuses them with the reason.

import { AppError, messageOf } from '../../../lib/errors.ts';
import type { PushedBatch } from '../contract.ts';
import { encodeBatch } from '../encode-batch.ts';
import { isRefused } from './client.ts';
import type { Refusal } from './metrics.ts';
import type { Stream } from './stream.ts';

export interface DoorOptions {
  readonly stream: Stream;
  /** Host and port of Redis. */
  readonly where: () => string;
  /** What keeps it shut: words for the pusher; undefined while it is open. */
  readonly brokenPromise: () => string | undefined;
  /** Of one encoded batch. */
  readonly maxBatchBytes: number;
  /** Of all that Redis has not answered yet. */
  readonly maxUnderwayBytes: number;
  readonly refused: (reason: Refusal) => void;
}

/** What Redis says when it takes nothing for want of room. */
const NO_ROOM = /^(OOM|MISCONF) /;

export class Door {
  readonly #options: DoorOptions;
  #underwayBytes = 0;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /**
   * Resolves once Redis has accepted the batch.
   * @throws AppError `overloaded`. When the connection broke before the answer came, the batch may be in the stream after all.
   */
  async push(batch: PushedBatch): Promise<void> {
    const broken = this.#options.brokenPromise();
    if (broken !== undefined) throw this.#refuse('promise', batch, broken);
    const bytes = encodeBatch(batch);
    if (bytes.length > this.#options.maxBatchBytes)
      throw this.#refuse('too_large', batch, `they are ${bytes.length} bytes, more than an entry may have`);
    if (this.#underwayBytes + bytes.length > this.#options.maxUnderwayBytes)
      throw this.#refuse('full', batch, 'Redis does not keep up');
    this.#underwayBytes += bytes.length;
    try {
      await this.#add(batch, bytes);
    } finally {
      this.#underwayBytes -= bytes.length;
    }
  }

  async #add(batch: PushedBatch, bytes: Buffer): Promise<void> {
    const { stream, where } = this.#options;
    let answer: string;
    try {
      answer = await stream.push(bytes, batch.times.length);
    } catch (cause) {
      const why = messageOf(cause);
      if (!isRefused(cause)) throw this.#refuse('away', batch, `Redis is away (${where()}: ${why})`, cause);
      const reason = NO_ROOM.test(why) ? 'full' : 'away';
      throw this.#refuse(reason, batch, `${why} (${stream.key} in Redis at ${where()})`, cause);
    }
    if (answer.startsWith('full'))
      throw this.#refuse('full', batch, 'the queue is full, the store has not taken what came before');
  }

  #refuse(reason: Refusal, { times }: PushedBatch, why: string, cause?: unknown): AppError<'overloaded'> {
    this.#options.refused(reason);
    return new AppError('overloaded', `cannot queue ${times.length} samples: ${why}; push them again later`, {
      cause,
    });
  }
}
