// The picture: the chart with its legend, or the table, or one sentence about what to do.

import { element } from '../kit/element.ts';
import { refill } from '../kit/refill.ts';
import { Chart } from './chart/chart.ts';
import { steer } from './chart/keys.ts';
import { createTooltip, spoken } from './chart/tooltip.ts';
import { emptyWords } from './empty-words.ts';
import { latestTables } from './latest-table.ts';
import { createLegend } from './legend.ts';
import { type Line, linesOf } from './lines.ts';
import type { Results } from './queries.ts';
import { isShown, type SeriesChoice } from './series-choice.ts';
import type { GraphState, TimeRange } from './state.ts';
import { between } from './time-range.ts';

export interface View {
  readonly element: HTMLElement;
  /** Pixels of the screen that lines have, or will have. */
  readonly width: number;
  /** What the chart shows. */
  readonly shownLines: readonly Line[];
  show(results: Results, state: GraphState): void;
  recolour(): void;
}

interface ViewEvents {
  readonly zoomed: (range: TimeRange) => void;
  readonly chosen: (choice: SeriesChoice) => void;
}

/** Pixels beside the lines. */
const AXIS = 75;

export function createView({ zoomed, chosen }: ViewEvents): View {
  const tooltip = createTooltip();
  const heard = element('div', { class: 'heard', 'aria-live': 'polite' });
  let zone = 'UTC';
  let lines: readonly Line[] = [];
  let shown: readonly Line[] = [];
  let from: Results | undefined;

  const chart = new Chart({
    zoomed: (begin, end) => zoomed(between(begin, end)),
    pointed: (pointing) => tooltip.show(pointing, zone),
  });
  chart.element.append(tooltip.element);
  const legend = createLegend({ chosen, stressed: (line) => chart.stress(line) });
  steer(chart.element, {
    lines: () => shown,
    pointed(pointed) {
      chart.point(pointed);
      heard.textContent = pointed === undefined ? '' : spoken(pointed.line.data, pointed.at, zone);
    },
  });
  const words = element('p', { class: 'empty' });
  const tables = element('div', { class: 'tables' });
  const host = element(
    'section',
    { class: 'view', 'aria-label': 'Result' },
    words,
    chart.element,
    legend.element,
    tables,
    heard,
  );

  const showChart = (results: Results, { choice }: GraphState) => {
    if (from !== results) lines = linesOf(results.queries);
    from = results;
    shown = lines.filter(({ id }) => isShown(choice, id));
    zone = results.zone;
    chart.element.setAttribute('aria-label', chartLabel(shown.length, lines.length));
    chart.show({ from: results.span.from, to: results.span.to, zone, lines: shown });
    legend.show(lines, choice);
  };

  const showTable = (results: Results) => {
    if (from !== results) refill(tables, latestTables(results));
    from = results;
    lines = [];
    shown = [];
  };

  const sayEmpty = async (results: Results, state: GraphState) => {
    const text = await emptyWords(state);
    if (from === results) words.replaceChildren(text);
  };

  return {
    element: host,
    get width() {
      return (host.clientWidth - AXIS) * devicePixelRatio;
    },
    get shownLines() {
      return shown;
    },
    show(results, state) {
      const isTable = results.tab === 'table';
      const isEmpty = results.queries.every(({ series, latest }) => (isTable ? latest : series).length === 0);
      chart.element.hidden = isTable || results.queries.length === 0;
      legend.element.hidden = isTable;
      tables.hidden = !isTable;
      words.hidden = !isEmpty;
      host.classList.toggle('blank', isEmpty);
      if (isEmpty) void sayEmpty(results, state);
      if (isTable) showTable(results);
      else showChart(results, state);
    },
    recolour: () => chart.recolour(),
  };
}

function chartLabel(shown: number, all: number): string {
  const count = shown === all ? `${all} series` : `${shown} of ${all} series`;
  return `Chart of ${count}. Left and right go from sample to sample, up and down from series to series.`;
}
