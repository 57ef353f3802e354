// The line that stands out: painted once more, wider, on a canvas over the others.

import uPlot from 'uplot';
import { element } from '../../kit/element.ts';
import type { Line } from '../lines.ts';
import type { ChartColours } from './colours.ts';
import { paintLine } from './painter.ts';
import { targetOf } from './place.ts';

export interface Stress {
  /** Takes the place of the one before. */
  show(line: Line | undefined): void;
  /** The colours have changed. */
  again(): void;
}

/** Pixels of CSS: of the line, and of what parts it from the others. */
const WIDTH = { line: 3, edge: 5 };

export function createStress(plot: uPlot, colours: () => ChartColours): Stress {
  const canvas = element('canvas', { class: 'stress', 'aria-hidden': 'true' });
  plot.over.append(canvas);
  let stressed: Line | undefined;
  const again = () => {
    clear(canvas, plot, stressed === undefined);
    if (stressed !== undefined) paintStress(canvas, plot, stressed, colours());
  };
  plot.hooks.setSize = [again];
  return {
    show(line) {
      if (line === stressed) return;
      stressed = line;
      again();
    },
    again,
  };
}

// One that shows nothing takes no memory.
function clear(canvas: HTMLCanvasElement, { bbox: { width, height } }: uPlot, isEmpty: boolean): void {
  canvas.width = isEmpty ? 0 : width;
  canvas.height = height;
  canvas.style.width = `${width / uPlot.pxRatio}px`;
  canvas.style.height = `${height / uPlot.pxRatio}px`;
}

function paintStress(
  canvas: HTMLCanvasElement,
  plot: uPlot,
  line: Line,
  { lines, page }: ChartColours,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const target = targetOf(plot, context, lines, plot.bbox);
  paintLine(line, { ...target, colours: lines.map(() => page) }, WIDTH.edge);
  paintLine(line, target, WIDTH.line);
}
