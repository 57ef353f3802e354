// The state in the address: names and words short enough to read; what is not understood there is told.

import { ALL_SERIES, type SeriesChoice } from './series-choice.ts';
import {
  FIRST_STATE,
  GRANULARITIES,
  type GraphState,
  MAX_QUERIES,
  NO_QUERY,
  type QueryState,
  REFRESHES,
  TABS,
  type TimeRange,
} from './state.ts';
import { readLast } from './time-range.ts';
import { isZone } from './zone-math.ts';

const MAX_IDS = 500;
const MAX_TIME = 8.64e15;

/** Writes what is not as at first: `?q=up&off=2&range=6h&by=hour&tz=Europe/Berlin`. */
export function writeState(state: GraphState): string {
  const to = new URLSearchParams();
  for (const { text } of state.queries.filter((query, i) => i > 0 || query.text !== '')) to.append('q', text);
  const off = state.queries.flatMap(({ isHidden }, i) => (isHidden ? [i + 1] : []));
  if (off.length > 0) to.set('off', off.join('.'));
  writeRange(to, state.range);
  for (const [name, value, usual] of [
    ['by', state.granularity, FIRST_STATE.granularity],
    ['tab', state.tab, FIRST_STATE.tab],
    ['refresh', state.refresh, FIRST_STATE.refresh],
    ['tz', state.zone, FIRST_STATE.zone],
  ] as const) {
    if (value !== undefined && value !== usual) to.set(name, value);
  }
  if (state.choice.kind !== 'all') to.set(state.choice.kind, [...state.choice.ids].join('.'));
  return to.toString().replaceAll('%2F', '/').replaceAll('%3A', ':');
}

function writeRange(to: URLSearchParams, range: TimeRange): void {
  if (range.kind === 'last') to.set('range', range.duration);
  else {
    to.set('from', formatTime(range.from));
    to.set('to', formatTime(range.to));
  }
}

function formatTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** A part of the address that was not taken, `range=tomorrow`, by the name of what it is about. */
export interface LinkFault {
  readonly name: 'q' | 'range' | 'by' | 'tab' | 'refresh' | 'tz';
  readonly text: string;
}

export interface Link {
  readonly state: GraphState;
  readonly faults: readonly LinkFault[];
}

/** Reads what is understood; the rest is as at first, and each fault of it is told. */
export function readLink(search: string): Link {
  const from = new URLSearchParams(search);
  const faults: LinkFault[] = [];
  const read = <Value>(name: LinkFault['name'], reader: (text: string) => Value | undefined) => {
    const text = from.get(name);
    const value = text === null ? undefined : reader(text);
    if (text !== null && value === undefined) faults.push({ name, text: `${name}=${text}` });
    return value;
  };
  const state = {
    queries: readQueries(from, faults),
    range: readBetween(from, faults) ?? read('range', readLast) ?? FIRST_STATE.range,
    granularity: read('by', oneOf(GRANULARITIES)) ?? FIRST_STATE.granularity,
    tab: read('tab', oneOf(TABS)) ?? FIRST_STATE.tab,
    refresh: read('refresh', oneOf(REFRESHES)) ?? FIRST_STATE.refresh,
    zone: read('tz', (zone) => (isZone(zone) ? zone : undefined)),
    choice: readChoice(from),
  };
  return { state, faults };
}

function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word | undefined {
  return (text) => words.find((word) => word === text);
}

function readQueries(from: URLSearchParams, faults: LinkFault[]): readonly QueryState[] {
  const off = new Set((from.get('off') ?? '').split('.').map(Number));
  const texts = from.getAll('q');
  if (texts.length > MAX_QUERIES) faults.push({ name: 'q', text: `${texts.length} queries` });
  const queries = texts.slice(0, MAX_QUERIES).map((text, i) => ({ text, isHidden: off.has(i + 1) }));
  return queries.length === 0 ? [NO_QUERY] : queries;
}

function readBetween(from: URLSearchParams, faults: LinkFault[]): TimeRange | undefined {
  const given = (['from', 'to'] as const).filter((name) => from.has(name));
  const [begin, end] = [readTime(from.get('from')), readTime(from.get('to'))];
  if (begin !== undefined && end !== undefined && begin < end)
    return { kind: 'between', from: begin, to: end };
  if (given.length > 0)
    faults.push({ name: 'range', text: given.map((name) => `${name}=${from.get(name)}`).join('&') });
  return undefined;
}

// RFC 3339 with its offset, or Unix seconds: never a time that depends on who opens the link.
function readTime(text: string | null): number | undefined {
  if (text === null) return undefined;
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : /^\d{1,11}(?:\.\d+)?$/.test(text)
      ? Math.round(Number(text) * 1000)
      : Number.NaN;
  return Math.abs(time) <= MAX_TIME ? time : undefined;
}

function readChoice(from: URLSearchParams): SeriesChoice {
  for (const kind of ['only', 'not'] as const) {
    const ids = (from.get(kind) ?? '').split('.').filter((id) => /^[0-9a-z]{1,14}$/.test(id));
    if (ids.length > 0) return { kind, ids: new Set(ids.slice(0, MAX_IDS)) };
  }
  return ALL_SERIES;
}
