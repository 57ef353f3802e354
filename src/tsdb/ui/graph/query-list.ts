// The queries: a row each with its box, what can be done with it, and what the server says about it.

import { element } from '../kit/element.ts';
import type { QueryResult } from './queries.ts';
import { createQueryBox, type QueryBox } from './query-box.ts';
import { queryNote } from './query-note.ts';
import { MAX_QUERIES, NO_QUERY, type QueryState } from './state.ts';

export interface QueryList {
  readonly element: HTMLElement;
  show(queries: readonly QueryState[]): void;
  /** What came. */
  told(results: readonly QueryResult[]): void;
  /** The query that was edited last. */
  readonly active: { readonly place: number; readonly text: string };
  /** With what has been typed and not been run yet. */
  readonly queries: readonly QueryState[];
  focus(place: number): void;
}

interface Row {
  readonly element: HTMLElement;
  readonly box: QueryBox;
  readonly hide: HTMLButtonElement;
  readonly note: HTMLElement;
  /** What the state said last; what somebody types stands beside it until it is run. */
  text: string;
  isHidden: boolean;
}

/** @param run with the queries as they then are. */
export function createQueryList(run: (queries: readonly QueryState[]) => void): QueryList {
  const host = element('section', { class: 'queries', 'aria-label': 'Queries' });
  const rows: Row[] = [];
  let active = 0;
  const current = () => rows.map(({ box, isHidden }) => ({ text: box.text, isHidden }));

  const createRow = (): Row => {
    const box = createQueryBox(`Query ${rows.length + 1}`, () => run(current()));
    const hide = element('button', { type: 'button', class: 'quiet' });
    const remove = element('button', { type: 'button', class: 'quiet' }, 'Remove');
    const note = element('div', { class: 'query-note', 'aria-live': 'polite' });
    const line = element('div', { class: 'query-line' }, box.element, hide, remove);
    const row: Row = {
      element: element('div', { class: 'query' }, line, note),
      box,
      hide,
      note,
      text: '',
      isHidden: false,
    };
    const place = () => rows.indexOf(row);
    remove.setAttribute('aria-label', `Remove query ${rows.length + 1}`);
    hide.addEventListener('click', () => {
      run(current().map((query, i) => (i === place() ? { ...query, isHidden: !query.isHidden } : query)));
    });
    remove.addEventListener('click', () => {
      const others = current().filter((_, i) => i !== place());
      run(others.length === 0 ? [NO_QUERY] : others);
      rows[Math.min(active, rows.length - 1)]?.box.focus();
    });
    row.element.addEventListener('focusin', () => {
      active = place();
    });
    return row;
  };

  return {
    element: host,
    show(queries) {
      while (rows.length < Math.min(queries.length, MAX_QUERIES)) {
        const row = createRow();
        rows.push(row);
        host.append(row.element);
      }
      for (const { element: gone, box } of rows.splice(queries.length)) {
        box.destroy();
        gone.remove();
      }
      active = Math.min(active, rows.length - 1);
      for (const [i, row] of rows.entries()) showRow(row, queries[i] as QueryState, i);
      host.classList.toggle('single', rows.length === 1);
    },
    told(results) {
      const isAlone = results.every(({ total }) => total === 0);
      for (const [place, row] of rows.entries()) {
        const result = results.find((one) => one.place === place && one.text === row.text);
        const words = queryNote(result, isAlone, (text) => {
          run(current().map((query, i) => (i === place ? { ...query, text } : query)));
        });
        tell(row.note, words);
      }
    },
    get active() {
      return { place: active, text: rows[active]?.box.text ?? '' };
    },
    get queries() {
      return current();
    },
    focus: (place) => rows[place]?.box.focus(),
  };
}

function showRow(row: Row, { text, isHidden }: QueryState, i: number): void {
  if (row.text !== text) {
    row.text = text;
    row.box.text = text;
    row.note.replaceChildren();
  }
  row.isHidden = isHidden;
  row.element.classList.toggle('hidden', isHidden);
  row.hide.textContent = isHidden ? 'Show' : 'Hide';
  row.hide.setAttribute('aria-label', `${isHidden ? 'Show' : 'Hide'} query ${i + 1}`);
}

// What says the same is not said again, and a button in it keeps the focus.
function tell(note: HTMLElement, words: readonly HTMLElement[]): void {
  const text = words.map(({ textContent }) => textContent).join('');
  if (note.textContent !== text) note.replaceChildren(...words);
}
