// The queries: a row each.

import { element } from '../kit/element.ts';
import type { QueryResult } from './queries.ts';
import { queryNote } from './query-note.ts';
import { QueryRow } from './query-row.ts';
import { MAX_QUERIES, NO_QUERY, type QueryState } from './state.ts';

export class QueryList {
  readonly element = element('section', { class: 'queries', 'aria-label': 'Queries' });
  readonly #run: (queries: readonly QueryState[]) => void;
  readonly #rows: QueryRow[] = [];
  #active = 0;

  /** @param run with the queries as they then are. */
  constructor(run: (queries: readonly QueryState[]) => void) {
    this.#run = run;
  }

  /** With what has been typed and not been run yet. */
  get queries(): readonly QueryState[] {
    return this.#rows.map(({ current }) => current);
  }

  /** The query that was edited last. */
  get active(): { readonly place: number; readonly text: string } {
    return { place: this.#active, text: this.#rows[this.#active]?.box.text ?? '' };
  }

  show(queries: readonly QueryState[]): void {
    while (this.#rows.length < Math.min(queries.length, MAX_QUERIES)) this.#add();
    for (const row of this.#rows.splice(queries.length)) row.remove();
    this.#active = Math.min(this.#active, this.#rows.length - 1);
    for (const [i, row] of this.#rows.entries()) row.show(queries[i] as QueryState, i + 1);
    this.element.classList.toggle('single', this.#rows.length === 1);
  }

  /** What came. */
  told(results: readonly QueryResult[]): void {
    const isAlone = results.every(({ total }) => total === 0);
    for (const [place, row] of this.#rows.entries()) {
      const result = results.find((one) => one.place === place && one.text === row.text);
      row.tell(queryNote(result, isAlone, (text) => this.#change(row, (query) => ({ ...query, text }))));
    }
  }

  focus(place: number): void {
    this.#rows[place]?.box.focus();
  }

  #add(): void {
    const row: QueryRow = new QueryRow(this.#rows.length + 1, {
      run: () => this.#run(this.queries),
      hide: () => this.#change(row, (query) => ({ ...query, isHidden: !query.isHidden })),
      remove: () => this.#remove(row),
      entered: () => {
        this.#active = this.#rows.indexOf(row);
      },
    });
    this.#rows.push(row);
    this.element.append(row.element);
  }

  #change(row: QueryRow, change: (query: QueryState) => QueryState): void {
    const place = this.#rows.indexOf(row);
    this.#run(this.queries.map((query, i) => (i === place ? change(query) : query)));
  }

  #remove(row: QueryRow): void {
    const others = this.queries.filter((_, i) => i !== this.#rows.indexOf(row));
    this.#run(others.length === 0 ? [NO_QUERY] : others);
    this.#rows[Math.min(this.#active, this.#rows.length - 1)]?.box.focus();
  }
}
