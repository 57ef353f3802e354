// The page that shows what the store says: queries, their time, and the picture of it.

import { element } from '../kit/element.ts';
import { showShell } from '../kit/shell.ts';
import { createAsker } from './asker.ts';
import { Explorer } from './explorer.ts';
import { saveCsv } from './export.ts';
import { linkNote } from './link-note.ts';
import type { Results } from './queries.ts';
import { QueryList } from './query-list.ts';
import { type GraphState, MAX_QUERIES, NO_QUERY, withChosen } from './state.ts';
import { createStore } from './store.ts';
import { TimeControls } from './time-controls.ts';
import { View } from './view.ts';
import { createViewBar } from './view-bar.ts';
import { zoneNote } from './zone-note.ts';

const shell = showShell('graph');
const store = createStore(shell.zone.name);
let results: Results | undefined;
let askedWidth = 0;

const list = new QueryList((queries) => store.change({ queries }, 'step'));
/** A step, with what has been typed and not been run yet. */
const go = (changed: Partial<GraphState> = {}) => store.change({ queries: list.queries, ...changed }, 'step');
const explorer = new Explorer((text) => go({ queries: withChosen(list.queries, list.active.place, text) }));
const time = new TimeControls((range) => go({ range }));
const bar = createViewBar({
  tabbed: (tab) => go({ tab }),
  grained: (granularity) => go({ granularity }),
  refreshed: (refresh) => store.change({ refresh }, 'along'),
  exported: async () => (results === undefined ? '' : saveCsv(results, view.shownLines)),
});
const view = new View({
  zoomed: (range) => go({ range }),
  chosen: (choice) => store.change({ choice }, 'along'),
});
const link = linkNote();
const zone = zoneNote((name) => go({ zone: name }));

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
  if (explorer.element.hidden) return;
  explorer.follow(list.active.text);
  explorer.focus();
});
add.addEventListener('click', () => {
  const queries = [...list.queries, NO_QUERY];
  go({ queries });
  list.focus(queries.length - 1);
});
run.addEventListener('click', () => go());

shell.main.classList.add('graph');
shell.main.append(
  explorer.element,
  element(
    'div',
    { class: 'work' },
    link.element,
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
  width: () => {
    askedWidth = view.width;
    return askedWidth;
  },
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

function titleOf({ queries }: GraphState): string {
  const texts = queries.map(({ text }) => text.trim()).filter((text) => text !== '');
  return [texts.join(', ').slice(0, 100), 'Graph', 'mini-tsdb'].filter((word) => word !== '').join(' · ');
}

function show(): void {
  const { state } = store;
  list.show(state.queries);
  time.show(state.range, state.zone ?? 'UTC');
  bar.show(state);
  add.disabled = state.queries.length >= MAX_QUERIES;
  link.show(store.faults, state);
  zone.show(state.zone ?? 'UTC', shell.zone.name);
  if (!explorer.element.hidden) explorer.follow(list.active.text);
  if (results !== undefined) view.show(results, state);
  document.title = titleOf(state);
}

shell.zone.subscribe(() => go({ zone: shell.zone.name }));
shell.theme.subscribe(() => view.recolour());
// A picture that has become much wider has room for more.
new ResizeObserver(() => {
  if (view.width > 1.5 * askedWidth) asker.ask();
}).observe(view.element);
show();
asker.ask();
