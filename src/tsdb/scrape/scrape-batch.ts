// One scrape as a batch for the store: its samples, the markers of what is gone, and its report.

import type { Batch } from '../storage/contract.ts';
import { REPORT_ROWS } from './report.ts';
import type { Taken } from './target-series.ts';

export interface ScrapeBatch {
  /** Undefined of a scrape that failed. */
  readonly taken: Taken | undefined;
  readonly honorTimestamps: boolean;
  readonly gone: Uint32Array;
  readonly reportRefs: Uint32Array;
  readonly reportValues: readonly number[];
  /** Unix milliseconds. */
  readonly time: number;
}

/** The rows of samples come first, then the markers, then the report. */
export function scrapeBatch({
  taken,
  honorTimestamps,
  gone,
  reportRefs,
  reportValues,
  time,
}: ScrapeBatch): Batch {
  const samples = taken?.layout.refs.length ?? 0;
  const batch = emptyBatch(samples + gone.length + REPORT_ROWS);
  batch.times.fill(time);
  if (taken !== undefined) fillSamples(batch, taken, honorTimestamps);
  batch.refs.set(gone, samples);
  batch.stale.fill(1, samples, samples + gone.length);
  batch.refs.set(reportRefs, samples + gone.length);
  batch.values.set(reportValues, samples + gone.length);
  return batch;
}

/** Markers that these series have ended. */
export function staleBatch(refs: Uint32Array, time: number): Batch {
  const batch = emptyBatch(refs.length);
  batch.refs.set(refs);
  batch.times.fill(time);
  batch.stale.fill(1);
  return batch;
}

function emptyBatch(rows: number): Batch {
  return {
    refs: new Uint32Array(rows),
    times: new Float64Array(rows),
    values: new Float64Array(rows),
    stale: new Uint8Array(rows),
  };
}

function fillSamples(
  batch: Batch,
  { scrape, layout: { refs, picked } }: Taken,
  honorTimestamps: boolean,
): void {
  batch.refs.set(refs);
  if (picked === undefined) batch.values.set(scrape.values);
  else
    for (let i = 0; i < picked.length; i += 1) batch.values[i] = scrape.values[picked[i] as number] as number;
  if (!scrape.timed || !honorTimestamps) return;
  for (let i = 0; i < refs.length; i += 1) {
    const own = scrape.times[picked?.[i] ?? i] as number;
    if (!Number.isNaN(own)) batch.times[i] = own;
  }
}
