// What a selector gives, computed as the definition says: every sample looked at for every step.

import type { Steps } from '../../../src/tsdb/promql/stepped.ts';

/** Rising times in Unix milliseconds; `undefined` is a stale marker. */
export type Row = readonly [time: number, value: number | undefined];

/** The value at `time`: that of the newest sample of `(time − lookback, time]`, if it is no stale marker. */
export function valueAt(rows: readonly Row[], time: number, lookbackMs: number): number | undefined {
  return rows.findLast(([at]) => at <= time && at > time - lookbackMs)?.[1];
}

/** The steps that have a value, each with the value of `offsetMs` before. */
export function valuesAtSteps(
  rows: readonly Row[],
  { start, step, count }: Pick<Steps, 'start' | 'step' | 'count'>,
  offsetMs: number,
  lookbackMs: number,
): [time: number, value: number][] {
  return Array.from({ length: count }, (_, i) => start + i * step).flatMap((time) => {
    const value = valueAt(rows, time - offsetMs, lookbackMs);
    return value === undefined ? [] : [[time, value] as [number, number]];
  });
}

/** The values of `(time − range, time]`. */
export function valuesOver(rows: readonly Row[], time: number, rangeMs: number): [number, number][] {
  return rows.flatMap(([at, value]) =>
    value !== undefined && at > time - rangeMs && at <= time ? [[at, value] as [number, number]] : [],
  );
}
