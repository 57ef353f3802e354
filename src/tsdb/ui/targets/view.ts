// What is shown of the targets: filters, order, and the one that is open; written in the address.

import { TARGET_STATES, type TargetState } from './row.ts';

export const SORT_COLUMNS = ['state', 'target', 'job', 'scrape', 'duration', 'samples'] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

/** `active`: all that are not dropped. */
export type ShownState = TargetState | 'active';

export interface View {
  readonly text: string;
  /** Empty: all. */
  readonly job: string;
  readonly state: ShownState;
  readonly sort: SortColumn;
  readonly isDescending: boolean;
  /** The key of the target whose details are open; empty: none. */
  readonly open: string;
}

export const ALL: View = {
  text: '',
  job: '',
  state: 'active',
  sort: 'state',
  isDescending: false,
  open: '',
};

/** Reads the query of an address; what it does not know it takes for the default. */
export function readView(query: string): View {
  const given = new URLSearchParams(query);
  const sort = given.get('sort') ?? '';
  return {
    text: given.get('q') ?? '',
    job: given.get('job') ?? '',
    state: TARGET_STATES.find((state) => state === given.get('state')) ?? ALL.state,
    sort: SORT_COLUMNS.find((column) => column === sort.replace(/^-/, '')) ?? ALL.sort,
    isDescending: sort.startsWith('-'),
    open: given.get('open') ?? '',
  };
}

/** @returns `?…` with what is not the default, or an empty text. */
export function writeView({ text, job, state, sort, isDescending, open }: View): string {
  const written = new URLSearchParams();
  if (text !== '') written.set('q', text);
  if (job !== '') written.set('job', job);
  if (state !== ALL.state) written.set('state', state);
  if (sort !== ALL.sort || isDescending) written.set('sort', `${isDescending ? '-' : ''}${sort}`);
  if (open !== '') written.set('open', open);
  return written.size === 0 ? '' : `?${written}`;
}

/** The order after a click on the head of a column. */
export function sortedBy(view: View, column: SortColumn): View {
  return { ...view, sort: column, isDescending: view.sort === column && !view.isDescending };
}
