// Frees what has expired: whole chunks and pages, then series that have nothing left.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SeriesRef } from '../contract.ts';
import type { Readable } from './select.ts';
import { LAST_TIME, type Slot } from './series-rows.ts';

const SERIES_A_BREATH = 512;
/** A series that is found empty so often in a row goes. One that was just made has time to get its first sample. */
const FOUND_EMPTY = 2;
/** The page of a series that is silent so long is sealed. */
const SILENT_MS = 3_600_000;

/** Looks at every series once. */
export async function dropExpired(store: Readable, breathe: () => Promise<void> | undefined): Promise<void> {
  const { rows, index, samples, turnstile } = store;
  const oldest = store.oldestKept();
  const ended: SeriesRef[] = [];
  for (let slot = 0; slot < rows.limit; slot += 1) {
    if (slot % SERIES_A_BREATH === SERIES_A_BREATH - 1) await breathe();
    if (rows.isAlive(slot) && hasEnded(store, slot, oldest)) ended.push(rows.refOf(slot));
  }
  if (ended.length === 0) return;
  await turnstile.remove(() => index.remove(ended, (slot) => samples.isEmpty(slot), breathe));
}

function hasEnded({ rows, samples, newest }: Readable, slot: Slot, oldest: number): boolean {
  if (samples.dropBefore(slot, oldest)) return rows.countIdle(slot) >= FOUND_EMPTY;
  rows.clearIdle(slot);
  if (rows.double(slot, LAST_TIME) < newest() - SILENT_MS) samples.settle(slot);
  return false;
}

/** What goes on until it is stopped. */
export interface Expiry {
  /** Resolves when nothing is going on any more. */
  stop(): Promise<void>;
}

const LEAST_BETWEEN_MS = 1000;
const MOST_BETWEEN_MS = 60_000;
const PASSES_IN_RETENTION = 20;

/** Has `expire` called again and again. */
export function startExpiry(store: { expire(): Promise<void> }, retentionMs: number): Expiry {
  const stopping = new AbortController();
  const everyMs = Math.max(LEAST_BETWEEN_MS, Math.min(MOST_BETWEEN_MS, retentionMs / PASSES_IN_RETENTION));
  const running = expireForEver(store, everyMs, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function expireForEver(
  store: { expire(): Promise<void> },
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {});
    if (!signal.aborted) await store.expire();
  }
}
