// The series of any expression, evaluated about once a pixel.

import type { Engine, QueryOptions } from '../../promql/engine.ts';
import type { Series } from '../../promql/result.ts';
import type { Steps } from '../../promql/stepped.ts';
import type { ChartPoints, Frame } from './min-max.ts';
import { type Chart, type PointSeries, roomFor } from './raw-chart.ts';

const LEAST_STEP_MS = 1000;

/**
 * The first series, `limit` at most. A step without a value after one with a value is a gap.
 * @throws AppError as `Engine.range`.
 */
export async function stepChart(
  engine: Engine,
  query: string,
  frame: Omit<Frame, 'lookbackMs'>,
  limit: number,
  options: QueryOptions,
): Promise<Chart<PointSeries>> {
  const steps = stepsOf(frame);
  const all = await engine.range(query, steps, options);
  const shown = all.slice(0, roomFor(limit, steps.count));
  return {
    total: all.length,
    series: shown.map((series) => ({ labels: series.labels, points: withGaps(series, steps) })),
  };
}

// At whole multiples of the step, so that a picture that moves on does not tremble.
function stepsOf({ start, end, width }: Omit<Frame, 'lookbackMs'>): Steps {
  const step = Math.max(LEAST_STEP_MS, Math.ceil((end - start) / width));
  const first = Math.ceil(start / step) * step;
  if (first > end) return { start, end, step, count: 1 };
  return { start: first, end, step, count: Math.floor((end - first) / step) + 1 };
}

function withGaps({ times, values }: Series, { step }: Steps): ChartPoints {
  const all: { time: number; value: number; gap: number }[] = [];
  for (let i = 0; i < times.length; i++) {
    const time = times[i] as number;
    const before = times[i - 1] ?? time;
    if (time - before > step) all.push({ time: before + step, value: Number.NaN, gap: 1 });
    all.push({ time, value: values[i] as number, gap: 0 });
  }
  return {
    times: Float64Array.from(all, ({ time }) => time),
    values: Float64Array.from(all, ({ value }) => value),
    gaps: Uint8Array.from(all, ({ gap }) => gap),
  };
}
