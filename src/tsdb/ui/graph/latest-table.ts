// The table: the latest values, what series have in common above it, what tells them apart in columns.

import { element } from '../kit/element.ts';
import { formatExact } from '../kit/time-format.ts';
import { labelText } from './label-text.ts';
import type { QueryResult, Results } from './queries.ts';
import { type Labels, labelOf, tellApart } from './series-name.ts';
import { formatValue } from './value-format.ts';

export function latestTables({ queries, zone }: Results): HTMLElement[] {
  return queries.filter(({ latest }) => latest.length > 0).map((query) => tableOf(query, zone));
}

function tableOf({ text, latest }: QueryResult, zone: string): HTMLElement {
  const { common, own } = tellApart(latest.map(({ labels }) => labels));
  const columns = [...new Set(own.flatMap(Object.keys))].sort();
  const times = new Set(latest.map(({ time }) => time));
  const head = [...columns.map(columnName), ...(times.size > 1 ? ['time'] : [])];
  const rows = latest.map(({ time, value }, i) => {
    const labels = columns.map((name) => element('td', {}, labelOf(own[i] ?? {}, name)));
    const at = times.size > 1 ? [element('td', {}, formatExact(time, zone))] : [];
    return element('tr', {}, ...labels, ...at, element('td', { class: 'number' }, formatValue(value)));
  });
  const caption = element('caption', {}, element('code', {}, text), ...commonWords(common));
  const header = element(
    'tr',
    {},
    ...head.map((name) => element('th', { scope: 'col' }, name)),
    element('th', { scope: 'col', class: 'number' }, 'value'),
  );
  const table = element(
    'table',
    { class: 'rows' },
    caption,
    element('thead', {}, header),
    element('tbody', {}, ...rows),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Latest values of ${text}` },
    table,
  );
}

function columnName(name: string): string {
  return name === '__name__' ? 'metric' : name;
}

function commonWords({ __name__, ...common }: Labels): HTMLElement[] {
  if (Object.keys(common).length === 0) return [];
  return [element('div', { class: 'common' }, 'all: ', labelText(common, ''))];
}
