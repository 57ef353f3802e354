// The page of targets: what is scraped, how it goes, and what the sidecar says of the list.

import { onAddress, writeAddress } from '../kit/address.ts';
import { startAgo } from '../kit/ago.ts';
import { element } from '../kit/element.ts';
import { Poll } from '../kit/poll.ts';
import { request, requestBytes } from '../kit/request.ts';
import { showShell } from '../kit/shell.ts';
import { type Counts, countTargets } from './counts.ts';
import { Details } from './details.ts';
import { Filters } from './filters.ts';
import { createInventoryPanel } from './inventory-panel.ts';
import type { InventoryAnswer } from './inventory-report.ts';
import { createNothing } from './nothing.ts';
import { createReader } from './reader.ts';
import type { TargetRow } from './row.ts';
import { selectRows, sortRows } from './select.ts';
import { createTable } from './table.ts';
import { readView, sortedBy, type View, writeView } from './view.ts';

const EVERY_MS = 5000;
/** An answer about so many more targets is asked for so many times more seldom. */
const TARGETS_EACH_TIME = 2000;
const DEADLINE_MS = 20_000;

const { main, zone, connection } = showShell('targets');
let view = readView(location.search);
let counts: Counts | undefined;
/** In the order of the view. */
let sorted: readonly TargetRow[] = [];

const inventory = createInventoryPanel(zone);
const filters = new Filters((changed, isStep) => change({ ...view, ...changed }, isStep));
const table = createTable({
  zone,
  sort: (column) => change(sortedBy(view, column), false),
  open: (row) => change({ ...view, open: row.key }, true),
});
const details = new Details(zone, () => change({ ...view, open: '' }, true));
const nothing = createNothing();
const trouble = element('p', { class: 'notice bad', role: 'status' });
trouble.hidden = true;
main.append(inventory.element, trouble, filters.element, table.element, nothing.element, details.element);
startAgo(zone);
// The heads of the table stick below the filters.
new ResizeObserver(() => {
  table.element.style.setProperty('--filters-height', `${filters.element.offsetHeight}px`);
}).observe(filters.element);
onAddress((query) => {
  const before = view;
  view = readView(query);
  draw(before);
});

function change(next: View, isStep: boolean): void {
  const before = view;
  view = next;
  writeAddress(writeView(view), isStep);
  draw(before);
}

function draw(before: View | undefined): void {
  if (counts === undefined) return;
  if (before?.sort !== view.sort || before.isDescending !== view.isDescending)
    sorted = sortRows(sorted, view);
  const rows = selectRows(sorted, view);
  for (const { element } of [filters, table]) element.hidden = counts.jobs.length === 0;
  filters.show(view, counts, rows.length);
  table.show(rows, view);
  nothing.show(rows.length, view.job, counts);
  const isFilteredAnew =
    before !== undefined && writeView({ ...view, open: '' }) !== writeView({ ...before, open: '' });
  if (isFilteredAnew) table.toTop();
  details.show(
    view.open,
    sorted.find(({ key }) => key === view.open),
  );
}

const read = createReader();
new Poll({
  get everyMs() {
    return EVERY_MS * Math.max(1, sorted.length / TARGETS_EACH_TIME);
  },
  load: async (signal) => read(await requestBytes('api/v1/targets', { signal, deadlineMs: DEADLINE_MS })),
  show(reading) {
    counts = countTargets(reading);
    sorted = reading.rows;
    trouble.hidden = true;
    draw(undefined);
  },
  refused({ message }) {
    trouble.textContent = `mini-tsdb cannot tell its targets: ${message}`;
    trouble.hidden = false;
  },
  connection,
});
new Poll({
  everyMs: EVERY_MS,
  load: (signal) => request<InventoryAnswer>('api/v1/inventory_sd', { signal }),
  show: inventory.show,
  connection,
});
