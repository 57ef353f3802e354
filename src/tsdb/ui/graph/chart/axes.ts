// The axes of the plot: time below, values at the left.

import type uPlot from 'uplot';
import { formatMarks } from '../value-format.ts';
import type { ChartColours } from './colours.ts';
import { timeTicks } from './time-ticks.ts';

/** What may change while the plot stands. */
export interface PlotLook {
  readonly colours: () => ChartColours;
  readonly zone: () => string;
}

const FONT = '12px system-ui, sans-serif';
/** Pixels that a mark needs. */
const MARK = { x: 84, y: 40 };
const TIME_HEIGHT = 50;
/** Pixels beside the text of a value, and of each of its letters. */
const VALUE = { beside: 22, letter: 7.2, leastLetters: 3 };

export function timeAxis({ colours, zone }: PlotLook): uPlot.Axis {
  const ticks = (from: number, to: number, width: number) => timeTicks(from, to, zone(), width / MARK.x);
  return {
    ...lineLook(colours),
    splits: ({ width }, _, from, to) => [...ticks(from, to, width).times],
    values: ({ width, scales }, marks) => {
      const { times, labels } = ticks(scales.x?.min ?? 0, scales.x?.max ?? 0, width);
      return marks.map((mark) => labels[times.indexOf(mark)] ?? '');
    },
    size: TIME_HEIGHT,
  };
}

export function valueAxis({ colours }: PlotLook): uPlot.Axis {
  return {
    ...lineLook(colours),
    space: MARK.y,
    values: (_, marks) => formatMarks(marks),
    size: (_, values) => widthOf(values ?? []),
  };
}

function widthOf(texts: readonly string[]): number {
  const letters = Math.max(VALUE.leastLetters, ...texts.map(({ length }) => length));
  return VALUE.beside + VALUE.letter * letters;
}

function lineLook(colours: PlotLook['colours']): uPlot.Axis {
  return {
    stroke: () => colours().text,
    font: FONT,
    grid: { stroke: () => colours().grid, width: 1 },
    ticks: { stroke: () => colours().grid, width: 1, size: 6 },
  };
}
