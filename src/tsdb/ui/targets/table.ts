// The table of targets: its heads sort it, its rows open their details.

import { element } from '../kit/element.ts';
import { icon } from '../kit/icon.ts';
import { VirtualRows } from '../kit/virtual-rows.ts';
import type { Zone } from '../kit/zone.ts';
import type { TargetRow } from './row.ts';
import { TargetRowElement } from './target-row.ts';
import type { SortColumn, View } from './view.ts';

const COLUMNS: readonly (readonly [name: SortColumn | 'labels' | 'error', title: string])[] = [
  ['state', 'State'],
  ['target', 'Target'],
  ['job', 'Job'],
  ['labels', 'Labels'],
  ['scrape', 'Last scrape'],
  ['duration', 'Duration'],
  ['samples', 'Samples'],
  ['error', 'Error'],
];

export interface TargetTable {
  readonly element: HTMLElement;
  show(rows: readonly TargetRow[], view: View): void;
  /** Brings the first row into sight when the table's beginning is above it. */
  toTop(): void;
}

export interface TableParts {
  readonly zone: Zone;
  readonly sort: (column: SortColumn) => void;
  readonly open: (row: TargetRow) => void;
}

export function createTable({ zone, sort, open }: TableParts): TargetTable {
  let rows: readonly TargetRow[] = [];
  const parts = { rowAt: (index: number) => rows[index] as TargetRow, open, zone };
  const body = new VirtualRows(() => new TargetRowElement(parts));
  const heads = COLUMNS.map(([name, title]) => head(name, title, sort));
  const table = element(
    'div',
    { role: 'table', class: 'targets', 'aria-label': 'Targets', 'aria-colcount': String(COLUMNS.length) },
    element(
      'div',
      { role: 'rowgroup', class: 'heads' },
      element('div', { role: 'row', class: 'target', 'aria-rowindex': '1' }, ...heads),
    ),
    body.element,
  );
  return {
    element: table,
    show(newRows, view) {
      rows = newRows;
      table.ariaRowCount = String(rows.length + 1);
      COLUMNS.forEach(([name], i) => {
        showOrder(heads[i] as HTMLElement, name === view.sort, view.isDescending);
      });
      body.show(rows.length);
    },
    toTop() {
      if (table.getBoundingClientRect().top < 0) table.scrollIntoView({ behavior: 'instant' });
    },
  };
}

function head(
  name: (typeof COLUMNS)[number][0],
  title: string,
  sort: (column: SortColumn) => void,
): HTMLElement {
  const cell = element('div', { role: 'columnheader', class: `of-${name}` });
  if (name === 'labels' || name === 'error') {
    // Errors stand below their targets.
    if (name === 'error') cell.classList.add('heard');
    cell.append(title);
    return cell;
  }
  const button = element('button', { type: 'button', class: 'quiet' }, title);
  button.addEventListener('click', () => sort(name));
  cell.append(button);
  return cell;
}

function showOrder(cell: HTMLElement, isSorted: boolean, isDescending: boolean): void {
  cell.querySelector('.icon')?.remove();
  cell.ariaSort = isSorted ? (isDescending ? 'descending' : 'ascending') : null;
  if (isSorted) cell.querySelector('button')?.append(icon(isDescending ? 'descending' : 'ascending'));
}
