// The chart: uPlot's axes, cursor and selection, with lines of our own that each have their own times.

import type uPlot from 'uplot';
import { element } from '../../kit/element.ts';
import type { Line } from '../lines.ts';
import { readColours } from './colours.ts';
import { fitInto } from './fit.ts';
import type { Pointed } from './nearest.ts';
import { paint } from './painter.ts';
import { NO_PICTURE, type Picture, valuesOf } from './picture.ts';
import { targetOf } from './place.ts';
import { createPlot } from './plot.ts';
import { moveCursor, type Pointing, pointedBy, pointingAt } from './pointing.ts';
import { createStress, type Stress } from './stress.ts';
import { takeSelection } from './zoom.ts';

export interface ChartEvents {
  readonly zoomed: (from: number, to: number) => void;
  readonly pointed: (pointing: Pointing | undefined) => void;
}

export class Chart {
  readonly element = element('div', { class: 'plot' });
  readonly #events: ChartEvents;
  readonly #plot: uPlot;
  readonly #stress: Stress;
  #picture = NO_PICTURE;
  #colours = readColours();
  #stopPainting = () => {};

  constructor(events: ChartEvents) {
    this.#events = events;
    const look = { colours: () => this.#colours, zone: () => this.#picture.zone };
    this.#plot = createPlot(this.element, look, {
      draw: (plot) => this.#draw(plot),
      moved: (plot) => this.#moved(plot),
      selected: (plot) => this.#selected(plot),
    });
    this.#stress = createStress(this.#plot, look.colours);
    new ResizeObserver(() => fitInto(this.#plot, this.element)).observe(this.element);
  }

  show(picture: Picture): void {
    this.#picture = picture;
    this.#stress.show(undefined);
    const plot = this.#plot;
    plot.batch(() => {
      fitInto(plot, this.element);
      plot.setScale('x', { min: picture.from, max: picture.to });
      plot.setScale('y', valuesOf(picture));
      plot.redraw(false, true);
    });
  }

  /** Makes one line stand out. */
  stress(line: Line | undefined): void {
    this.#stress.show(line);
  }

  /** Points at a sample, as the mouse would. */
  point(pointed: Pointed | undefined): void {
    moveCursor(this.#plot, pointed);
    this.#tell(pointed);
  }

  /** The colours have changed. */
  recolour(): void {
    this.#colours = readColours();
    this.#plot.redraw(false);
    this.#stress.again();
  }

  #draw(plot: uPlot): void {
    this.#stopPainting();
    this.element.dataset.state = 'drawing';
    const target = targetOf(plot, plot.ctx, this.#colours.lines);
    this.#stopPainting = paint(this.#picture.lines, target, () => {
      this.element.dataset.state = 'drawn';
    });
  }

  // A cursor that was set by the page has no event.
  #moved(plot: uPlot): void {
    if (plot.cursor.event !== undefined) this.#tell(pointedBy(plot, this.#picture.lines));
  }

  #selected(plot: uPlot): void {
    const span = takeSelection(plot);
    if (span !== undefined) this.#events.zoomed(...span);
  }

  #tell(found: Pointed | undefined): void {
    this.#stress.show(found?.line);
    this.#events.pointed(found && pointingAt(this.#plot, this.element, found));
  }
}
