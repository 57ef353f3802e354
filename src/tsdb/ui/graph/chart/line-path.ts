// The way of a pen along a line: up where nothing is known, a dot where a sample stands alone.

import type { BucketSeries, RawSeries, SeriesData } from '../chart-data.ts';

/** The part of a Path2D that is used. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  rect(x: number, y: number, width: number, height: number): void;
}

export interface LinePaths<Path extends Pen> {
  readonly line: Path;
  /** Buckets that hold only a part. */
  readonly partial: Path;
  /** From the least to the greatest of each bucket. */
  readonly band: Path;
  /** Samples without a neighbour. */
  readonly dots: Path;
}

export interface Place {
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  /** Pixels of the canvas that a dot is wide. */
  readonly dot: number;
}

/** Draws the series with fresh pens. */
export function tracePaths<Path extends Pen>(
  data: SeriesData,
  place: Place,
  pen: () => Path,
): LinePaths<Path> {
  const paths = { line: pen(), partial: pen(), band: pen(), dots: pen() };
  if (data.kind === 'raw') traceRaw(data, place, paths);
  else traceBuckets(data, place, paths);
  return paths;
}

function traceRaw(
  { times, values, breaks }: RawSeries,
  { x, y, dot }: Place,
  { line, dots }: LinePaths<Pen>,
) {
  let isDown = false;
  for (let i = 0; i < times.length; i++) {
    const value = values[i] as number;
    if (breaks[i] === 1) isDown = false;
    if (!Number.isFinite(value)) {
      isDown = false;
      continue;
    }
    const [left, top] = [x(times[i] as number), y(value)];
    if (isDown) line.lineTo(left, top);
    else line.moveTo(left, top);
    const isLast = i + 1 === times.length || breaks[i + 1] === 1 || !Number.isFinite(values[i + 1]);
    if (!isDown && isLast) dots.rect(left - dot / 2, top - dot / 2, dot, dot);
    isDown = true;
  }
}

// A step a bucket: its average holds from its begin to its end, and for nothing else.
function traceBuckets(data: BucketSeries, { x, y }: Place, { line, partial, band }: LinePaths<Pen>) {
  let end: readonly [number, number] | undefined;
  for (let i = 0; i < data.times.length; i++) {
    const value = data.values[i] as number;
    const [left, right] = [x(data.times[i] as number), x(data.ends[i] as number)];
    traceBand(data, i, left, right, y, band);
    if (data.breaks[i] === 1 || !Number.isFinite(value)) end = undefined;
    if (!Number.isFinite(value)) continue;
    const pen = data.partial[i] === 1 ? partial : line;
    const top = y(value);
    pen.moveTo(...(end ?? [left, top]));
    if (end !== undefined) pen.lineTo(left, top);
    pen.lineTo(right, top);
    end = [right, top];
  }
}

function traceBand(
  { mins, maxs }: BucketSeries,
  i: number,
  left: number,
  right: number,
  y: Place['y'],
  band: Pen,
): void {
  const [low, high] = [mins[i] as number, maxs[i] as number];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return;
  const top = y(high);
  band.rect(left, top, Math.max(1, right - left), Math.max(1, y(low) - top));
}
