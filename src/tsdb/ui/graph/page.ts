// The page that shows what the store says: queries, their time, and the picture of it.

import { element } from '../kit/element.ts';
import { showShell } from '../kit/shell.ts';
import { createAsker } from './asker.ts';
import { createExplorer } from './explorer.ts';
import { saveCsv } from './export.ts';
import type { Results } from './queries.ts';
import { createQueryList } from './query-list.ts';
import { MAX_QUERIES, NO_QUERY, type QueryState } from './state.ts';
import { createStore } from './store.ts';
import { createTimeControls } from './time-controls.ts';
import { createView } from './view.ts';
import { createViewBar } from './view-bar.ts';
import { zoneNote } from './zone-note.ts';

const shell = showShell('graph');
const store = createStore(shell.zone.name);
let results: Results | undefined;

const list = createQueryList((queries) => store.change({ queries }, 'step'));
const choose = (text: string) => {
  const queries = list.queries.map((query, i) =>
    i === list.active.place ? { text, isHidden: false } : query,
  );
  store.change({ queries }, 'step');
};
const explorer = createExplorer(choose);
const time = createTimeControls((range) => store.change({ queries: list.queries, range }, 'step'));
const bar = createViewBar({
  tabbed: (tab) => store.change({ queries: list.queries, tab }, 'step'),
  grained: (granularity) => store.change({ queries: list.queries, granularity }, 'step'),
  refreshed: (refresh) => store.change({ refresh }, 'along'),
  exported: () => {
    if (results !== undefined) saveCsv(results, store.state.tab === 'chart' ? view.shownLines : undefined);
  },
});
const view = createView({
  zoomed: (range) => store.change({ range }, 'step'),
  chosen: (choice) => store.change({ choice }, 'along'),
});
const zone = zoneNote((name) => store.change({ zone: name }, 'step'));

const explore = element(
  'button',
  { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'explorer' },
  'Explore metrics',
);
const add = element('button', { type: 'button' }, 'Add query');
const run = element('button', { type: 'button', class: 'primary' }, 'Run');
explorer.element.id = 'explorer';
explorer.element.hidden = true;
explore.addEventListener('click', () => {
  explorer.element.hidden = !explorer.element.hidden;
  explore.setAttribute('aria-expanded', String(!explorer.element.hidden));
  if (!explorer.element.hidden) explorer.follow(list.active.text);
});
add.addEventListener('click', () => {
  const queries: readonly QueryState[] = [...list.queries, NO_QUERY];
  store.change({ queries }, 'step');
  list.focus(queries.length - 1);
});
run.addEventListener('click', () => store.change({ queries: list.queries }, 'step'));

shell.main.classList.add('graph');
shell.main.append(
  element('h1', { class: 'heard' }, 'Graph'),
  explorer.element,
  element(
    'div',
    { class: 'work' },
    list.element,
    element('div', { class: 'toolbar' }, run, add, explore),
    time.element,
    zone.element,
    bar.element,
    view.element,
  ),
);

const asker = createAsker({
  store,
  connection: shell.connection,
  width: () => view.width,
  asking: (isAsking) => view.element.setAttribute('aria-busy', String(isAsking)),
  answered: (found) => {
    results = found;
    list.told(found.queries);
    time.drawn(found.span);
    view.show(found, store.state);
    bar.filled(found.queries.some(({ series, latest }) => series.length + latest.length > 0));
  },
});

store.subscribe((state, before) => {
  show();
  if (state.choice !== before.choice && onlyChoice(state, before)) return;
  asker.ask();
});

function onlyChoice(state: typeof store.state, before: typeof store.state): boolean {
  return state.queries === before.queries && state.range === before.range && state.tab === before.tab;
}

function show(): void {
  const { state } = store;
  list.show(state.queries);
  time.show(state.range, state.zone ?? 'UTC');
  bar.show(state);
  add.disabled = state.queries.length >= MAX_QUERIES;
  zone.show(state.zone ?? 'UTC', shell.zone.name);
  if (!explorer.element.hidden) explorer.follow(list.active.text);
  if (results !== undefined) view.show(results, state);
}

shell.zone.subscribe(() => store.change({ zone: shell.zone.name }, 'step'));
shell.theme.subscribe(() => view.recolour());
show();
asker.ask();
