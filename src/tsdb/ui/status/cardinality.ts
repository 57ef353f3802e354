// What takes most room: metrics, labels, pairs, and the memory of labels.

import { element } from '../kit/element.ts';
import { type Content, factRow } from '../kit/facts.ts';
import { formatBytes, formatCount } from '../kit/number-format.ts';
import { plainTable } from '../kit/plain-table.ts';
import type { Answers } from './answers.ts';

type Cardinality = Extract<Answers['tsdb'], { headStats: unknown }>;
type Top = Cardinality['seriesCountByMetricName'];

export function cardinalityContent(answer: Cardinality): Content {
  const { numSeries, numLabelPairs, chunkCount } = answer.headStats;
  const facts = factRow([
    ['Series', formatCount(numSeries)],
    ['Label pairs', formatCount(numLabelPairs)],
    ['Chunks', formatCount(chunkCount)],
  ]);
  if (numSeries === 0) return [facts, element('p', { class: 'quiet-text' }, 'The store is empty.')];
  const tables = element(
    'div',
    { class: 'tops' },
    top('Metrics', 'Series', answer.seriesCountByMetricName, formatCount, metricLink),
    top('Labels', 'Values', answer.labelValueCountByLabelName, formatCount),
    top('Label pairs', 'Series', answer.seriesCountByLabelValuePair, formatCount),
    top('Memory of labels', 'Size', answer.memoryInBytesByLabelName, formatBytes),
  );
  return [facts, tables];
}

function top(
  title: string,
  unit: string,
  list: Top,
  format: (value: number) => string,
  nameOf: (name: string) => Node | string = String,
): HTMLElement {
  const most = Math.max(1, ...list.map(({ value }) => value));
  const rows = list.map(({ name, value }) => [nameOf(name), measured(format(value), value / most)]);
  const table = plainTable(title, [{ title: 'Name' }, { title: unit, isNumber: true }], rows);
  return element('div', {}, element('h3', {}, title), table);
}

// The bar only repeats the number.
function measured(text: string, share: number): HTMLElement {
  const bar = element('span', { class: 'bar-of', 'aria-hidden': 'true' });
  bar.style.setProperty('--share', `${100 * share}%`);
  return element('span', { class: 'measured' }, bar, text);
}

function metricLink(name: string): HTMLElement {
  const isPlain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
  const query = isPlain ? name : `{${JSON.stringify(name)}}`;
  return element('a', { href: `graph?${new URLSearchParams({ q: query })}` }, name);
}
