// The queue of one process: what comes in one turn of the event loop, or while the store writes, is written together.

import { AppError } from '../../lib/errors.ts';
import type { PushedBatch, Queue, Writer } from './contract.ts';
import { joinBatches } from './join-batches.ts';

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
  const { write, mostSamples = MOST_SAMPLES, mostWaitMs = MOST_WAIT_MS } = options;
  const { closeWithinMs = CLOSE_WITHIN_MS, clock = () => performance.now() } = options;
  const queue: Waiting[] = [];
  const samplesOf = new Map<string, number>();
  let writing: readonly Waiting[] = [];
  let busy = false;
  let samples = 0;
  let closed = false;
  let idle: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  function count({ client, values }: PushedBatch, sign: 1 | -1): void {
    const own = (samplesOf.get(client) ?? 0) + sign * values.length;
    samples += sign * values.length;
    if (own > 0) samplesOf.set(client, own);
    else samplesOf.delete(client);
  }

  function refuseWithoutRoom({ client, values }: PushedBatch): void {
    if (closed) throw new AppError('overloaded', 'cannot queue samples: the program ends');
    const own = samplesOf.get(client) ?? 0;
    const isFull = samples + values.length > mostSamples || own + values.length > mostSamples / 2;
    if (isFull && samples > 0)
      throw new AppError('overloaded', `cannot queue samples: ${samples} wait for the store already`);
  }

  /** The next batches, as many as are written together. */
  function next(): readonly Waiting[] {
    let rows = 0;
    let end = 0;
    while (end < queue.length) {
      rows += (queue[end] as Waiting).batch.values.length;
      if (end > 0 && rows > TOGETHER) break;
      end += 1;
    }
    return queue.splice(0, end);
  }

  // Not at once: a write costs as much for one sample as for the hundred that other requests bring in the same turn.
  function begin(): void {
    busy = true;
    setImmediate(() => void writeAll());
  }

  async function writeAll(): Promise<void> {
    while (queue.length > 0) {
      writing = next();
      await writeTogether(writing, write);
      for (const { batch } of writing) count(batch, -1);
    }
    writing = [];
    busy = false;
    clearInterval(timer);
    timer = undefined;
    idle?.();
  }

  // Those whose turn has not come are nobody's yet.
  function giveBack(): void {
    const latest = clock() - mostWaitMs;
    const end = queue.findIndex(({ since }) => since > latest);
    for (const { batch, reject } of queue.splice(0, end < 0 ? queue.length : end)) {
      count(batch, -1);
      reject(
        new AppError('overloaded', `cannot store samples: the store did not take them in ${mostWaitMs} ms`),
      );
    }
  }

  return {
    push(batch) {
      return new Promise((resolve, reject) => {
        refuseWithoutRoom(batch);
        count(batch, 1);
        queue.push({ batch, since: clock(), resolve, reject });
        if (!busy) begin();
        else timer ??= setInterval(giveBack, LOOK_MS).unref();
      });
    },
    async stats() {
      const oldest = (writing[0] ?? queue[0])?.since;
      return { waiting: samples, oldestMs: oldest === undefined ? 0 : clock() - oldest, deadLetters: 0 };
    },
    async close() {
      closed = true;
      if (!busy) return;
      await new Promise<void>((resolve) => {
        idle = resolve;
        setTimeout(resolve, closeWithinMs).unref();
      });
    },
  };
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
