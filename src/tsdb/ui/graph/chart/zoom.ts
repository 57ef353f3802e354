// The span of time that somebody has dragged over.

import type uPlot from 'uplot';
import { MIN_DRAG } from './plot.ts';

/** Takes the selection off the plot. @returns its times, Unix milliseconds; undefined when it is no drag. */
export function takeSelection(plot: uPlot): readonly [from: number, to: number] | undefined {
  const { left, width } = plot.select;
  if (width < MIN_DRAG) return undefined;
  const span = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')] as const;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  return span;
}
