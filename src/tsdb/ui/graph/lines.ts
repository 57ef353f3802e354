// The lines of the picture: every series of every query with its id, its words and its colour.

import { placeOf, type SeriesData } from './chart-data.ts';
import type { QueryResult } from './queries.ts';
import { type Labels, seriesId, tellApart } from './series-name.ts';

/** As many as there are colours in style.css. */
export const COLOURS = 10;

export interface Line {
  readonly id: string;
  /** The place of its query. */
  readonly place: number;
  readonly data: SeriesData;
  /** What tells it from the others of its query. */
  readonly own: Labels;
  /** From 0 to COLOURS - 1. */
  readonly colour: number;
}

export function linesOf(queries: readonly QueryResult[]): Line[] {
  let colour = 0;
  return queries.flatMap(({ place, text, series }) => {
    const { own } = tellApart(series.map(({ labels }) => labels));
    return series.map((data, i): Line => {
      const id = seriesId(text, data.labels);
      return { id, place, data, own: own[i] as Labels, colour: colour++ % COLOURS };
    });
  });
}

export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** Between which values the lines lie in a span; undefined when there is nothing to draw. */
export function extremesOf(lines: readonly Line[], from: number, to: number): Extremes | undefined {
  const all = lines.map(({ data }) => extremesIn(data, from, to));
  const min = Math.min(...all.map((one) => one.min));
  const max = Math.max(...all.map((one) => one.max));
  return min <= max ? { min, max } : undefined;
}

function extremesIn(data: SeriesData, from: number, to: number): Extremes {
  const [lows, highs, ends] =
    data.kind === 'raw' ? [data.values, data.values, data.times] : [data.mins, data.maxs, data.ends];
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = placeOf(ends, from); i < lows.length && (data.times[i] as number) <= to; i++) {
    const [low, high] = [lows[i] as number, highs[i] as number];
    if (Number.isFinite(low)) min = Math.min(min, low);
    if (Number.isFinite(high)) max = Math.max(max, high);
  }
  return { min, max };
}
