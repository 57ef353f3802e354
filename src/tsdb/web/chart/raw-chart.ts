// The series of a selector as their samples draw them: read once, reduced while they are read.

import type { Labels } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import { passingBudget } from '../../promql/budget.ts';
import type { Reading } from '../../promql/engine.ts';
import type { Slice } from '../../storage/contract.ts';
import { type ChartPoints, type Frame, MinMax, POINTS_A_PIXEL } from './min-max.ts';

export interface PointSeries {
  readonly labels: Labels;
  readonly points: ChartPoints;
}

/** What a chart shows of the series that it could show. */
export interface Chart<Series> {
  /** How many have a sample there; more than are shown when there is no room for all. */
  readonly total: number;
  readonly series: readonly Series[];
}

/** Of a whole chart; each is some 20 bytes in memory, and again on its way. */
const MOST_POINTS = 2_000_000;

/** How many series fit, of those that are wanted. */
export function roomFor(limit: number, pointsOfEach: number): number {
  return Math.min(limit, Math.max(1, Math.floor(MOST_POINTS / pointsOfEach)));
}

/** The first series, sorted by labels, `limit` at most. What counts against the budget is what is left of them. */
export async function rawChart(
  { store, budget }: Reading,
  matchers: readonly Matcher[],
  frame: Frame,
  limit: number,
): Promise<Chart<PointSeries>> {
  const selection = { matchers, range: { from: frame.start, to: frame.end } };
  const reducer = new MinMax(frame);
  const room = roomFor(limit, POINTS_A_PIXEL * frame.width);
  const series: PointSeries[] = [];
  let open: Slice | undefined;
  const close = () => {
    const points = reducer.end();
    budget.take(points.times.length);
    if (open !== undefined && points.times.length > 0) series.push({ labels: open.labels, points });
  };
  for await (const slices of store.select(selection, passingBudget(budget))) {
    for (const slice of slices) {
      if (slice.ref !== open?.ref) close();
      if (series.length === room) return { total: (await store.series([selection], budget)).length, series };
      open = slice;
      reducer.take(slice);
      await budget.breathe();
    }
  }
  close();
  return { total: series.length, series };
}
