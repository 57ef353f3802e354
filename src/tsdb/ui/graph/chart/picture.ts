// What the chart shows: lines over a span of time, and between which values.

import uPlot from 'uplot';
import { extremesOf, type Line } from '../lines.ts';

export interface Picture {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly zone: string;
  /** Those that are shown. */
  readonly lines: readonly Line[];
}

export const NO_PICTURE: Picture = { from: 0, to: 3_600_000, zone: 'UTC', lines: [] };

/** Round values around those of the lines. */
export function valuesOf({ lines, from, to }: Picture): { min: number; max: number } {
  const { min, max } = extremesOf(lines, from, to) ?? { min: 0, max: 1 };
  // A line of zeros stands in the middle, as any other that never changes.
  if (min === 0 && max === 0) return { min: -1, max: 1 };
  const [low, high] = uPlot.rangeNum(min, max, 0.1, true);
  return { min: low ?? 0, max: high ?? 1 };
}
