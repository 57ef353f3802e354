// Pushers: each sends its batches in turn until they are acknowledged, some of them twice, and some later with other values.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../../helpers/postgres.ts';
import { batchOf, conflicting, isStored, KINDS, type Lane, ROWS, type Sample } from './samples.ts';
import { createSender, type Doors } from './send.ts';

export interface Pushing {
  readonly postgres: PostgresServer;
  readonly doors: readonly Doors[];
  /** Time of the first sample of each series. */
  readonly start: number;
  /** Of all lanes together, at least. */
  readonly samples: number;
  /** They go on until it says so, slowly once they have pushed all they must. */
  readonly isOver: () => boolean;
}

/** Rows of pushes that were acknowledged. */
export interface Pushed {
  readonly acknowledged: number;
  readonly duplicates: number;
  readonly conflicts: number;
  /** Pushes that were not acknowledged, and were made again. */
  readonly again: number;
  /** Batches of each lane; they were acknowledged one after the other. */
  readonly batches: ReadonlyMap<Lane, number>;
}

const LANES_OF_A_KIND = 2;
const LANES: readonly Lane[] = KINDS.flatMap((kind) =>
  Array.from({ length: LANES_OF_A_KIND }, (_, i) => ({ kind, name: `${kind} ${i}` })),
);
/** Which of ten batches is sent to both doors at once, which once more, and which with other values when it is stored. */
const TWICE_AT_ONCE = 3;
const ONCE_MORE = 5;
const CONFLICTING = 8;
const PAUSE_MS = 20;
const IDLE_MS = 500;
const LOOK_MS = 200;
/** What is not stored by then is judged as it is. */
const STORED_MS = 300_000;

export async function pushAll(pushing: Pushing): Promise<Pushed> {
  const sender = createSender();
  const counts = { acknowledged: 0, duplicates: 0, conflicts: 0, again: 0 };
  const batches = new Map<Lane, number>();
  const contested: { readonly lane: Lane; readonly batch: readonly Sample[] }[] = [];
  let isPushed = false;
  let end = Number.POSITIVE_INFINITY;

  async function push({ kind }: Lane, samples: readonly Sample[], first: number): Promise<void> {
    for (let n = first; ; n += 1) {
      const doors = pushing.doors[n % pushing.doors.length] as Doors;
      if (await sender.send(kind, doors, samples)) break;
      counts.again += 1;
      await sleep(PAUSE_MS * 2);
    }
    counts.acknowledged += samples.length;
  }

  async function pushNext(lane: Lane, n: number): Promise<void> {
    const batch = batchOf(lane, pushing.start, n);
    const times = n % 10 === TWICE_AT_ONCE ? 2 : 1;
    await Promise.all(Array.from({ length: times }, (_, i) => push(lane, batch, n + i)));
    if (n % 10 === ONCE_MORE) await push(lane, batch, n + 1);
    counts.duplicates += n % 10 === TWICE_AT_ONCE || n % 10 === ONCE_MORE ? ROWS : 0;
    batches.set(lane, n + 1);
    if (n % 10 === CONFLICTING) contested.push({ lane, batch });
  }

  async function run(lane: Lane): Promise<void> {
    const most = Math.ceil(pushing.samples / ROWS / LANES.length);
    for (let n = 0; n < most || !pushing.isOver(); n += 1) {
      await pushNext(lane, n);
      if (n >= most) await sleep(IDLE_MS);
    }
  }

  // Whichever comes first stands: so another value is pushed only once the first is known to be there.
  async function pushConflicts(): Promise<void> {
    for (
      let next = contested[0];
      performance.now() < end && (next !== undefined || !isPushed);
      next = contested[0]
    ) {
      const isThere = next !== undefined && (await isStored(pushing.postgres, next.batch).catch(() => false));
      if (next === undefined || !isThere) {
        await sleep(LOOK_MS);
        continue;
      }
      contested.shift();
      await push(next.lane, conflicting(next.batch), 0);
      counts.conflicts += next.batch.length;
    }
  }

  try {
    const lanes = Promise.all(LANES.map(run)).finally(() => {
      isPushed = true;
      end = performance.now() + STORED_MS;
    });
    await Promise.all([lanes, pushConflicts()]);
  } finally {
    sender.close();
  }
  return { ...counts, batches };
}
