// Where a time and a value are on a canvas.

import uPlot from 'uplot';
import type { Area, PaintTarget } from './painter.ts';

/** Pixels of CSS that a sample without a neighbour is wide. */
const DOT = 3;

/** @param origin where the canvas begins within that of the plot, in canvas pixels. */
export function targetOf(
  plot: uPlot,
  context: CanvasRenderingContext2D,
  colours: readonly string[],
  origin: { readonly left: number; readonly top: number } = { left: 0, top: 0 },
): PaintTarget {
  const { left, top, width, height } = plot.bbox;
  const area = { left: left - origin.left, top: top - origin.top, width, height };
  const ratio = uPlot.pxRatio;
  return { context, area, ratio, colours, place: { ...placeIn(plot, area), dot: DOT * ratio } };
}

function placeIn({ scales }: uPlot, { left, top, width, height }: Area) {
  const { min: from = 0, max: to = 1 } = scales.x ?? {};
  const { min = 0, max = 1 } = scales.y ?? {};
  const perTime = width / (to - from);
  const perValue = height / (max - min);
  return {
    x: (time: number) => left + (time - from) * perTime,
    y: (value: number) => top + (max - value) * perValue,
  };
}
