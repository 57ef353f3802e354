// Batches of one client as one batch, in their order.

import type { PushedBatch } from '../contract.ts';

/** @param batches at least one, all of one client. */
export function mergeBatches(batches: readonly PushedBatch[]): PushedBatch {
  const [first] = batches;
  if (first === undefined) throw new Error('BUG: no batches to merge');
  if (batches.length === 1) return first;
  const rows = batches.reduce((sum, { times }) => sum + times.length, 0);
  const merged = {
    times: new Float64Array(rows),
    values: new Float64Array(rows),
    stale: new Uint8Array(rows),
  };
  let at = 0;
  for (const { times, values, stale } of batches) {
    merged.times.set(times, at);
    merged.values.set(values, at);
    merged.stale.set(stale, at);
    at += times.length;
  }
  return {
    client: first.client,
    labels: batches.flatMap(({ labels }) => labels),
    families: new Map(batches.flatMap(({ families }) => [...families])),
    ...merged,
  };
}
