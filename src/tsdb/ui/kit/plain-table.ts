// A table of a few rows, as it is; one that is wider than its place is scrolled there, not the page.

import { element } from './element.ts';

type Cell = Node | string;

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** @param rows whose first cell is the name of the row. */
export function plainTable(
  title: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): HTMLElement {
  const heads = columns.map(({ title, isNumber = false }) =>
    element('th', { scope: 'col', class: isNumber && 'number' }, title),
  );
  const table = element(
    'table',
    { class: 'rows' },
    element('caption', { class: 'heard' }, title),
    element('thead', {}, element('tr', {}, ...heads)),
    element(
      'tbody',
      {},
      ...rows.map((cells) => element('tr', {}, ...cells.map((cell, i) => cellOf(cell, i, columns)))),
    ),
  );
  return element('div', { class: 'sideways', tabindex: '0', role: 'group', 'aria-label': title }, table);
}

function cellOf(cell: Cell, i: number, columns: readonly Column[]): HTMLElement {
  if (i === 0) return element('th', { scope: 'row' }, cell);
  return element('td', { class: columns[i]?.isNumber === true && 'number' }, cell);
}
