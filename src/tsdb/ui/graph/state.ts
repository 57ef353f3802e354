// What the page shows, as one value: it stands in the address and is all that a shared link carries.

import { parseSelector } from './selector.ts';
import { ALL_SERIES, type SeriesChoice } from './series-choice.ts';

export const GRANULARITIES = ['raw', 'minute', 'hour', 'day'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export const TABS = ['chart', 'table'] as const;
export type Tab = (typeof TABS)[number];

/** How often it is asked again by itself. */
export const REFRESHES = ['off', '5s', '15s', '1m'] as const;
export type Refresh = (typeof REFRESHES)[number];

/** The last while until now, as a Prometheus duration, or a span between two times in Unix milliseconds. */
export type TimeRange =
  | { readonly kind: 'last'; readonly duration: string }
  | { readonly kind: 'between'; readonly from: number; readonly to: number };

export interface QueryState {
  readonly text: string;
  readonly isHidden: boolean;
}

export interface GraphState {
  readonly queries: readonly QueryState[];
  readonly range: TimeRange;
  readonly granularity: Granularity;
  readonly tab: Tab;
  readonly refresh: Refresh;
  /** The zone of a link; undefined: the one that is preferred. */
  readonly zone: string | undefined;
  readonly choice: SeriesChoice;
}

export const MAX_QUERIES = 10;

export const NO_QUERY: QueryState = { text: '', isHidden: false };

export const FIRST_STATE: GraphState = {
  queries: [NO_QUERY],
  range: { kind: 'last', duration: '1h' },
  granularity: 'raw',
  tab: 'chart',
  refresh: 'off',
  zone: undefined,
  choice: ALL_SERIES,
};

/** The queries with one that was chosen elsewhere: in the place of a plain one, beside one that says more. */
export function withChosen(
  queries: readonly QueryState[],
  place: number,
  text: string,
): readonly QueryState[] {
  const isPlain = parseSelector(queries[place]?.text ?? '') !== undefined;
  const chosen = { text, isHidden: false };
  if (!isPlain && queries.length < MAX_QUERIES) return [...queries, chosen];
  return queries.map((query, i) => (i === place ? chosen : query));
}
