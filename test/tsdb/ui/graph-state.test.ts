// The state of the Graph page in its address, and which series are shown.

import { describe, expect, test } from 'vitest';
import { faultWords } from '../../../src/tsdb/ui/graph/link-note.ts';
import {
  ALL_SERIES,
  choiceAmong,
  chooseOnly,
  isShown,
  toggleSeries,
} from '../../../src/tsdb/ui/graph/series-choice.ts';
import { FIRST_STATE, type GraphState, MAX_QUERIES } from '../../../src/tsdb/ui/graph/state.ts';
import { readLink, writeState } from '../../../src/tsdb/ui/graph/url-state.ts';

const FULL: GraphState = {
  queries: [
    { text: 'up{job="a b"}', isHidden: false },
    { text: 'rate(x[5m]) + on() group_left y & "ü"\n', isHidden: true },
    { text: '', isHidden: false },
    { text: 'z', isHidden: true },
  ],
  range: { kind: 'between', from: Date.UTC(2026, 2, 29, 0, 30), to: Date.UTC(2026, 2, 29, 2, 30, 0, 250) },
  granularity: 'hour',
  tab: 'table',
  refresh: '15s',
  zone: 'Europe/Berlin',
  choice: { kind: 'not', ids: new Set(['1abc', 'zz9']) },
};

test('a state is the same again after it was written and read', () => {
  expect(readLink(writeState(FULL))).toEqual({ state: FULL, faults: [] });
  expect(readLink(writeState(FIRST_STATE))).toEqual({ state: FIRST_STATE, faults: [] });
});

test('an address is short and can be read', () => {
  expect(writeState(FIRST_STATE)).toBe('range=1h');
  expect(writeState({ ...FULL, queries: [{ text: 'up', isHidden: false }] })).toBe(
    'q=up&from=2026-03-29T00:30:00Z&to=2026-03-29T02:30:00.250Z&by=hour&tab=table&refresh=15s&tz=Europe/Berlin&not=1abc.zz9',
  );
});

describe('what is not understood in an address is as at first, and told', () => {
  const f = (search: string, wanted: Partial<GraphState>, ...faults: string[]) =>
    test(search, () => {
      const link = readLink(search);
      expect(link.state).toEqual({ ...FIRST_STATE, ...wanted });
      expect(link.faults.map(({ name, text }) => `${name}: ${text}`)).toEqual(faults);
    });
  const last = (duration: string) => ({ range: { kind: 'last', duration } as const });
  f('', {});
  f('range=90', last('90'));
  f('range=1h30m', last('1h30m'));
  f('range=0s', {}, 'range: range=0s');
  f('range=-1h', {}, 'range: range=-1h');
  f('range=', {}, 'range: range=');
  f('range=tomorrow', {}, 'range: range=tomorrow');
  f('range=101y', {}, 'range: range=101y'); // too long to be drawn
  const naive = 'from=2026-01-01T00:00:00&to=2026-01-02T00:00:00'; // whose midnight?
  f(naive, {}, `range: ${naive}`);
  f(`${naive}&range=6h`, last('6h'), `range: ${naive}`);
  const back = 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z';
  f(back, {}, `range: ${back}`);
  f('from=2026-01-01T00:00:00Z', {}, 'range: from=2026-01-01T00:00:00Z');
  f('from=1e99&to=2026-01-01T00:00:00Z', {}, 'range: from=1e99&to=2026-01-01T00:00:00Z');
  f('from=1760000000&to=1760003600.5', {
    range: { kind: 'between', from: 1_760_000_000_000, to: 1_760_003_600_500 },
  });
  f('by=year&tab=pie&refresh=1ms', {}, 'by: by=year', 'tab: tab=pie', 'refresh: refresh=1ms');
  f('tz=Mars/Olympus', {}, 'tz: tz=Mars/Olympus');
  f('tz=%3Cscript%3E', {}, 'tz: tz=<script>');
  f('only=', {});
  f('only=../../x.ok1', { choice: { kind: 'only', ids: new Set(['x', 'ok1'].slice(1)) } });
  f('q=up&off=7.x', { queries: [{ text: 'up', isHidden: false }] });
});

test('what was not understood is told with what is shown instead, however long it is', () => {
  const words = (search: string) => {
    const { state, faults } = readLink(search);
    return faultWords(faults, { ...state, zone: state.zone ?? 'Europe/Berlin' });
  };
  expect(words('range=soon&by=year&tab=pie&refresh=1ms&tz=Mars')).toBe(
    'Not taken from the link: “range=soon” (shown is the last 1h), “by=year” (shown is raw), ' +
      '“tab=pie” (shown is the chart), “refresh=1ms” (refresh is off), “tz=Mars” (times are those of Europe/Berlin).',
  );
  expect(words('from=x&to=y&range=6h')).toContain('“from=x&to=y” (shown is the last 6h)');
  expect(words(`tz=${'x'.repeat(5000)}`).length).toBeLessThan(200);
});

test('an address of any length is bounded', () => {
  const many = new URLSearchParams(Array.from({ length: 50 }, (_, i) => ['q', `q${i}`]));
  const { state, faults } = readLink(many.toString());
  expect(state.queries).toHaveLength(MAX_QUERIES);
  expect(faultWords(faults, state)).toBe('Not taken from the link: “50 queries” (shown are the first 10).');
  const ids = Array.from({ length: 5000 }, (_, i) => `a${i}`).join('.');
  expect(readLink(`not=${ids}`).state.choice.ids.size).toBe(500);
});

describe('the legend', () => {
  const all = ['a', 'b', 'c', 'd', 'e'];
  const shown = (choice: Parameters<typeof isShown>[0]) => all.filter((id) => isShown(choice, id)).join('');

  test('a click shows only this one, a second click all again', () => {
    const only = chooseOnly(ALL_SERIES, 'b', all);
    expect(shown(only)).toBe('b');
    expect(shown(chooseOnly(only, 'c', all))).toBe('c');
    expect(chooseOnly(only, 'b', all)).toBe(ALL_SERIES);
  });

  test('a toggle takes away and brings back, and is told by whichever are fewer', () => {
    const without = toggleSeries(ALL_SERIES, 'b', all);
    expect([shown(without), without.kind]).toEqual(['acde', 'not']);
    expect(toggleSeries(without, 'b', all)).toBe(ALL_SERIES);
    const two = toggleSeries(chooseOnly(ALL_SERIES, 'b', all), 'd', all);
    expect([shown(two), two.kind]).toEqual(['bd', 'only']);
    expect(shown(toggleSeries(two, 'b', all))).toBe('d');
  });

  test('the last one that goes brings all back', () => {
    expect(toggleSeries(chooseOnly(ALL_SERIES, 'b', all), 'b', all)).toBe(ALL_SERIES);
  });

  test('a choice that would show none of them is of others, and shows all', () => {
    const only = chooseOnly(ALL_SERIES, 'b', all);
    expect(choiceAmong(only, all)).toBe(only);
    expect(choiceAmong(only, ['x', 'y'])).toBe(ALL_SERIES);
    const without = toggleSeries(ALL_SERIES, 'b', all);
    expect(choiceAmong(without, all)).toBe(without);
    expect(choiceAmong(without, ['b'])).toBe(ALL_SERIES);
  });

  test('a series that appears later is shown beside those that were not hidden', () => {
    expect(isShown(toggleSeries(ALL_SERIES, 'b', all), 'new')).toBe(true);
    expect(isShown(chooseOnly(ALL_SERIES, 'b', all), 'new')).toBe(false);
  });
});
