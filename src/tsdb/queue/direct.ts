// The queue of one process: what comes in one turn of the event loop, or while the store writes, is written together.

import { AppError } from '../../lib/errors.ts';
import type { PushedBatch, Queue, Writer } from './contract.ts';
import { joinBatches } from './join-batches.ts';
import { Room } from './room.ts';

export interface DirectQueueOptions {
  readonly write: Writer;
  /** Samples that may wait; one client may fill half of it. */
  readonly mostSamples?: number;
  /** What has waited so long without its turn is given back. Milliseconds. */
  readonly mostWaitMs?: number;
  /** How long closing waits for the store. Milliseconds. */
  readonly closeWithinMs?: number;
  /** Milliseconds that never jump. */
  readonly clock?: () => number;
}

interface Waiting {
  readonly batch: PushedBatch;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const MOST_SAMPLES = 1_000_000;
const MOST_WAIT_MS = 5000;
const CLOSE_WITHIN_MS = 10_000;
/** Of batches that are written together. */
const TOGETHER = 10_000;
const LOOK_MS = 500;

export function createDirectQueue(options: DirectQueueOptions): Queue {
  return new DirectQueue(options);
}

class DirectQueue implements Queue {
  readonly #write: Writer;
  readonly #mostWaitMs: number;
  readonly #closeWithinMs: number;
  readonly #clock: () => number;
  readonly #room: Room;
  readonly #waiting: Waiting[] = [];
  #writing: readonly Waiting[] = [];
  #isBusy = false;
  #isClosed = false;
  #idle: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DirectQueueOptions) {
    this.#write = options.write;
    this.#mostWaitMs = options.mostWaitMs ?? MOST_WAIT_MS;
    this.#closeWithinMs = options.closeWithinMs ?? CLOSE_WITHIN_MS;
    this.#clock = options.clock ?? (() => performance.now());
    this.#room = new Room(options.mostSamples ?? MOST_SAMPLES);
  }

  push(batch: PushedBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new AppError('overloaded', 'cannot queue samples: the program ends');
      this.#room.take(batch);
      this.#waiting.push({ batch, since: this.#clock(), resolve, reject });
      if (!this.#isBusy) this.#begin();
      else this.#timer ??= setInterval(() => this.#giveBack(), LOOK_MS).unref();
    });
  }

  async stats() {
    const oldest = (this.#writing[0] ?? this.#waiting[0])?.since;
    const oldestMs = oldest === undefined ? 0 : this.#clock() - oldest;
    return { waiting: this.#room.samples, oldestMs, deadLetters: 0 };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (!this.#isBusy) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
      setTimeout(resolve, this.#closeWithinMs).unref();
    });
  }

  // Not at once: a write costs as much for one sample as for the hundred that other requests bring in the same turn.
  #begin(): void {
    this.#isBusy = true;
    setImmediate(() => void this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#writing = this.#next();
      await writeTogether(this.#writing, this.#write);
      for (const { batch } of this.#writing) this.#room.free(batch);
    }
    this.#writing = [];
    this.#isBusy = false;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#idle?.();
  }

  /** The next batches, as many as are written together. */
  #next(): readonly Waiting[] {
    let rows = 0;
    let end = 0;
    while (end < this.#waiting.length) {
      rows += (this.#waiting[end] as Waiting).batch.values.length;
      if (end > 0 && rows > TOGETHER) break;
      end += 1;
    }
    return this.#waiting.splice(0, end);
  }

  // Those whose turn has not come are nobody's yet.
  #giveBack(): void {
    const latest = this.#clock() - this.#mostWaitMs;
    const end = this.#waiting.findIndex(({ since }) => since > latest);
    for (const { batch, reject } of this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)) {
      this.#room.free(batch);
      const why = `the store did not take them in ${this.#mostWaitMs} ms`;
      reject(new AppError('overloaded', `cannot store samples: ${why}`));
    }
  }
}

// One batch whose series have no place must not keep the others out.
async function writeTogether(all: readonly Waiting[], write: Writer): Promise<void> {
  try {
    await write(joinBatches(all.map(({ batch }) => batch)));
    for (const { resolve } of all) resolve();
  } catch (error) {
    const isOfOne = error instanceof AppError && error.reason === 'too_many_series' && all.length > 1;
    if (isOfOne) for (const one of all) await writeTogether([one], write);
    else for (const { reject } of all) reject(error);
  }
}
