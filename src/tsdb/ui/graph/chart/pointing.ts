// What is pointed at, and where: from the cursor of the plot to a sample, and from a sample to a place in the chart.

import type uPlot from 'uplot';
import type { Line } from '../lines.ts';
import { nearest, type Pointed, type Pointer } from './nearest.ts';

/** What is pointed at, and where in the chart, in pixels of CSS. */
export interface Pointing extends Pointed {
  readonly left: number;
  readonly top: number;
}

/** What is next to the cursor. @returns undefined when that is nowhere. */
export function pointedBy(plot: uPlot, lines: readonly Line[]): Pointed | undefined {
  const { left = -1, top = -1 } = plot.cursor;
  return left < 0 ? undefined : nearest(lines, pointerAt(plot, left, top));
}

function pointerAt(plot: uPlot, left: number, top: number): Pointer {
  const { min: from = 0, max: to = 1 } = plot.scales.x ?? {};
  return {
    left,
    top,
    time: plot.posToVal(left, 'x'),
    scale: (to - from) / Math.max(1, plot.over.clientWidth),
    x: (time) => plot.valToPos(time, 'x'),
    y: (value) => plot.valToPos(value, 'y'),
  };
}

/** Where a sample is. */
export function pointingAt(plot: uPlot, host: HTMLElement, pointed: Pointed): Pointing {
  const { left, top } = plot.over.getBoundingClientRect();
  const origin = host.getBoundingClientRect();
  const value = pointed.line.data.values[pointed.at] as number;
  const y = Number.isFinite(value) ? plot.valToPos(value, 'y') : 0;
  return { ...pointed, left: left - origin.left + leftOf(plot, pointed), top: top - origin.top + y };
}

/** Moves the cursor to a sample, or away, as the mouse would. */
export function moveCursor(plot: uPlot, pointed: Pointed | undefined): void {
  plot.setCursor({ left: pointed === undefined ? -10 : leftOf(plot, pointed), top: 0 }, false);
}

function leftOf(plot: uPlot, { line, at }: Pointed): number {
  return plot.valToPos(middleOf(line, at), 'x');
}

function middleOf({ data }: Line, at: number): number {
  const begin = data.times[at] as number;
  return data.kind === 'raw' ? begin : (begin + (data.ends[at] as number)) / 2;
}
