// Batches that are written together, as one.

import type { Labels } from '../../model/labels.ts';
import type { PushedBatch, PushedFamily } from './contract.ts';

/** Rows stay in their order; of what is said of a metric the later counts. */
export function joinBatches(batches: readonly PushedBatch[]): PushedBatch {
  const [first] = batches;
  if (batches.length === 1 && first !== undefined) return first;
  const rows = batches.reduce((sum, { values }) => sum + values.length, 0);
  const labels: Labels[] = [];
  const times = new Float64Array(rows);
  const values = new Float64Array(rows);
  const stale = new Uint8Array(rows);
  const families = new Map<string, PushedFamily>();
  for (const batch of batches) {
    const at = labels.length;
    times.set(batch.times, at);
    values.set(batch.values, at);
    stale.set(batch.stale, at);
    for (const set of batch.labels) labels.push(set);
    for (const [name, family] of batch.families) families.set(name, family);
  }
  return { client: first?.client ?? '', labels, times, values, stale, families };
}
