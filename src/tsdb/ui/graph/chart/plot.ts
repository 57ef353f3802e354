// The plot of uPlot: its axes, cursor and selection, without lines of its own.

import uPlot from 'uplot';
import { type PlotLook, timeAxis, valueAxis } from './axes.ts';
import { sizeOf } from './fit.ts';

export interface PlotEvents {
  /** The axes are drawn: the lines go over them. */
  readonly draw: (plot: uPlot) => void;
  /** The cursor has moved, or left. */
  readonly moved: (plot: uPlot) => void;
  /** A span was dragged over. */
  readonly selected: (plot: uPlot) => void;
}

/** Pixels that the mouse goes before it is a drag. */
export const MIN_DRAG = 4;

/** uPlot wants data: its ranges come from the picture, and this is never drawn. */
const NO_DATA: uPlot.AlignedData = [
  [0, 1],
  [0, 1],
];

export function createPlot(host: HTMLElement, look: PlotLook, events: PlotEvents): uPlot {
  return new uPlot({ ...optionsOf(look, events), ...sizeOf(host) }, NO_DATA, host);
}

function optionsOf(look: PlotLook, { draw, moved, selected }: PlotEvents) {
  return {
    ms: 1,
    legend: { show: false },
    padding: [12, 28, 0, 0],
    series: [{}, { paths: () => null, points: { show: false } }],
    scales: {
      x: { time: true, range: (_, from, to) => [from, to] },
      y: { range: (_, min, max) => [min, max] },
    },
    axes: [timeAxis(look), valueAxis(look)],
    cursor: CURSOR,
    hooks: { draw: [draw], setCursor: [moved], setSelect: [selected] },
  } satisfies Omit<uPlot.Options, 'width' | 'height'>;
}

const CURSOR: uPlot.Cursor = {
  y: false,
  points: { show: false },
  drag: { x: true, y: false, setScale: false, dist: MIN_DRAG },
  // A double click would bring the whole of the data back, which here is all there is.
  bind: { dblclick: () => null },
};
