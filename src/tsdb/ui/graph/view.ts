// The picture: the chart with its legend, or the table, or one sentence about what to do.

import { element } from '../kit/element.ts';
import { refill } from '../kit/refill.ts';
import { Chart } from './chart/chart.ts';
import { steer } from './chart/keys.ts';
import type { Pointed } from './chart/nearest.ts';
import { createTooltip, spoken } from './chart/tooltip.ts';
import { emptyWords } from './empty-words.ts';
import { latestTables } from './latest-table.ts';
import { Legend } from './legend.ts';
import { type Line, linesOf } from './lines.ts';
import type { Results } from './queries.ts';
import { choiceAmong, isShown, type SeriesChoice } from './series-choice.ts';
import type { GraphState, TimeRange } from './state.ts';
import { between } from './time-range.ts';

interface ViewEvents {
  readonly zoomed: (range: TimeRange) => void;
  readonly chosen: (choice: SeriesChoice) => void;
}

/** Pixels beside the lines. */
const AXIS = 75;

export class View {
  readonly element: HTMLElement;
  readonly #tooltip = createTooltip();
  readonly #heard = element('div', { class: 'heard', 'aria-live': 'polite' });
  readonly #words = element('p', { class: 'empty' });
  readonly #tables = element('div', { class: 'tables' });
  readonly #chart: Chart;
  readonly #legend: Legend;
  #zone = 'UTC';
  #lines: readonly Line[] = [];
  #shown: readonly Line[] = [];
  #results: Results | undefined;

  constructor({ zoomed, chosen }: ViewEvents) {
    this.#chart = new Chart({
      zoomed: (begin, end) => zoomed(between(begin, end)),
      pointed: (pointing) => this.#tooltip.show(pointing, this.#zone),
    });
    this.#chart.element.append(this.#tooltip.element);
    this.#legend = new Legend({ chosen, stressed: (line) => this.#chart.stress(line) });
    steer(this.#chart.element, { lines: () => this.#shown, pointed: (pointed) => this.#point(pointed) });
    const parts = [this.#words, this.#chart.element, this.#legend.element, this.#tables, this.#heard];
    this.element = element('section', { class: 'view', 'aria-label': 'Result' }, ...parts);
  }

  /** Pixels of the screen that lines have, or will have. */
  get width(): number {
    return (this.element.clientWidth - AXIS) * devicePixelRatio;
  }

  /** What the chart shows. */
  get shownLines(): readonly Line[] {
    return this.#shown;
  }

  show(results: Results, state: GraphState): void {
    const isTable = results.tab === 'table';
    const isEmpty = results.queries.every(({ series, latest }) => (isTable ? latest : series).length === 0);
    this.#chart.element.hidden = isTable || results.queries.length === 0;
    this.#legend.element.hidden = isTable;
    this.#tables.hidden = !isTable;
    this.#words.hidden = !isEmpty;
    this.element.classList.toggle('blank', isEmpty);
    if (isEmpty) void this.#sayEmpty(results, state);
    if (isTable) this.#showTable(results);
    else this.#showChart(results, state);
    this.#results = results;
  }

  recolour(): void {
    this.#chart.recolour();
  }

  #showChart(results: Results, state: GraphState): void {
    const { span, zone, queries } = results;
    if (this.#results !== results) this.#lines = linesOf(queries);
    const choice = choiceAmong(
      state.choice,
      this.#lines.map(({ id }) => id),
    );
    this.#shown = this.#lines.filter(({ id }) => isShown(choice, id));
    this.#zone = zone;
    this.#chart.element.setAttribute('aria-label', chartLabel(this.#shown.length, this.#lines.length));
    this.#chart.show({ from: span.from, to: span.to, zone, lines: this.#shown });
    this.#legend.show(this.#lines, choice);
  }

  #showTable(results: Results): void {
    if (this.#results !== results) refill(this.#tables, latestTables(results));
    this.#lines = [];
    this.#shown = [];
  }

  async #sayEmpty(results: Results, state: GraphState): Promise<void> {
    const text = await emptyWords(state, results);
    if (this.#results === results) this.#words.replaceChildren(text);
  }

  #point(pointed: Pointed | undefined): void {
    this.#chart.point(pointed);
    this.#heard.textContent = pointed === undefined ? '' : spoken(pointed.line.data, pointed.at, this.#zone);
  }
}

function chartLabel(shown: number, all: number): string {
  const count = shown === all ? `${all} series` : `${shown} of ${all} series`;
  return `Chart of ${count}. Left and right go from sample to sample, up and down from series to series.`;
}
