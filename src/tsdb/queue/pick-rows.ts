// Some rows of a batch, as a batch.

import type { Labels } from '../../model/labels.ts';
import type { PushedBatch } from './contract.ts';

export function pickRows(batch: PushedBatch, rows: readonly number[]): PushedBatch {
  return {
    ...batch,
    labels: rows.map((row) => batch.labels[row] as Labels),
    times: Float64Array.from(rows, (row) => batch.times[row] as number),
    values: Float64Array.from(rows, (row) => batch.values[row] as number),
    stale: Uint8Array.from(rows, (row) => batch.stale[row] as number),
  };
}
