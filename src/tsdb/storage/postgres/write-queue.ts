// Batches that wait to be written: a bound on how much, and many small ones in one transaction.

import { AppError } from '../../../lib/errors.ts';
import type { AppendResult, Batch } from '../contract.ts';
import { WRITERS } from './connections.ts';
import { within } from './within.ts';

/** A transaction costs about as much as a thousand samples, so what has gathered meanwhile goes together. */
const ROWS_A_TRANSACTION = 50_000;

interface Waiting {
  readonly batch: Batch;
  readonly durable: boolean;
  /** Milliseconds of a clock that never jumps. */
  readonly since: number;
  readonly done: (result: AppendResult) => void;
  readonly failed: (error: unknown) => void;
}

/** @param since when the first of the batches began to wait. */
export type WriteBatches = (
  batches: readonly Batch[],
  durable: boolean,
  since: number,
) => Promise<readonly AppendResult[]>;

export class WriteQueue {
  readonly #write: WriteBatches;
  readonly #maxWaiting: number;
  readonly #durableMs: number;
  #waiting: Waiting[] = [];
  #rows = 0;
  #writers = new Set<Promise<void>>();

  /** @param durableMs in which whoever pushes durable samples has an answer. */
  constructor(write: WriteBatches, maxWaiting: number, durableMs: number) {
    this.#write = write;
    this.#maxWaiting = maxWaiting;
    this.#durableMs = durableMs;
  }

  /** Samples that wait. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * @throws AppError `overloaded` when too much waits already, what writing threw, and for durable ones Error when the
   * bound is over: then none of them is written, unless that has begun. It goes on, and its end is nobody's.
   */
  push(batch: Batch, durable: boolean): Promise<AppendResult> {
    const rows = batch.refs.length;
    // A batch that is larger than the bound is taken when nothing else waits.
    if (this.#rows > 0 && this.#rows + rows > this.#maxWaiting) {
      const why = `${this.#rows} samples wait for PostgreSQL already`;
      return Promise.reject(
        new AppError('overloaded', `cannot take ${rows} samples: ${why}; none was taken`),
      );
    }
    this.#rows += rows;
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<AppendResult>();
    const waiting = { batch, durable, since: performance.now(), done, failed };
    this.#waiting.push(waiting);
    if (this.#writers.size < WRITERS) this.#startWriter();
    const result = promise.finally(() => {
      this.#rows -= rows;
    });
    return durable ? this.#inTime(waiting, result) : result;
  }

  async #inTime(waiting: Waiting, result: Promise<AppendResult>): Promise<AppendResult> {
    try {
      return await within(result, this.#durableMs);
    } catch (error) {
      const left = this.#waiting.filter((one) => one !== waiting);
      if (left.length < this.#waiting.length) waiting.failed(error);
      this.#waiting = left;
      throw error;
    }
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    while (this.#writers.size > 0) await Promise.all(this.#writers);
  }

  #startWriter(): void {
    const writer = this.#run().finally(() => this.#writers.delete(writer));
    this.#writers.add(writer);
  }

  async #run(): Promise<void> {
    // Whoever calls in this turn of the event loop comes along.
    await new Promise(setImmediate);
    for (let taken = this.#take(); taken.length > 0; taken = this.#take()) await this.#writeTaken(taken);
  }

  // Durable ones are given up sooner, and must not take others along.
  #take(): Waiting[] {
    let rows = 0;
    let isFull = false;
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    for (const one of this.#waiting) {
      const first = taken[0] ?? one;
      isFull ||= taken.length > 0 && rows + one.batch.refs.length > ROWS_A_TRANSACTION;
      if (isFull || one.durable !== first.durable) left.push(one);
      else {
        taken.push(one);
        rows += one.batch.refs.length;
      }
    }
    this.#waiting = left;
    return taken;
  }

  async #writeTaken(taken: readonly Waiting[]): Promise<void> {
    try {
      const batches = taken.map(({ batch }) => batch);
      const { durable, since } = taken[0] as Waiting;
      const results = await this.#write(batches, durable, since);
      for (const [i, { done }] of taken.entries()) done(results[i] as AppendResult);
    } catch (error) {
      for (const { failed } of taken) failed(error);
    }
  }
}
