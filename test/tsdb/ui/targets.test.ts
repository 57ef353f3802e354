// What the page of targets makes of an answer, a filter and an address, without a browser.

import { expect, test } from 'vitest';
import { naturalOrder, readAnswer } from '../../../src/tsdb/ui/targets/answer.ts';
import { activeOf, countTargets } from '../../../src/tsdb/ui/targets/counts.ts';
import { labelSetsOf } from '../../../src/tsdb/ui/targets/row.ts';
import { selectRows, sortRows, wordsOf } from '../../../src/tsdb/ui/targets/select.ts';
import { ALL, readView, sortedBy, type View, writeView } from '../../../src/tsdb/ui/targets/view.ts';

const active = (number: number, changed: object = {}) => ({
  discoveredLabels: { __address__: `sensor_${number}:9100` },
  labels: {
    instance: `sensor_${number}:9100`,
    job: 'sensors',
    site: number % 2 === 0 ? 'New York' : 'Berlin',
  },
  scrapePool: 'sensors',
  scrapeUrl: `http://sensor_${number}:9100/metrics`,
  lastError: '',
  lastScrape: '2026-03-29T12:00:00.000Z',
  lastScrapeDuration: 0.0125,
  lastSamples: 40,
  health: 'up',
  scrapeInterval: '15s',
  scrapeTimeout: '10s',
  ...changed,
});

function read(activeTargets: object[], droppedTargets: object[] = [], droppedTargetCounts = {}) {
  return readAnswer(
    JSON.stringify({ status: 'success', data: { activeTargets, droppedTargets, droppedTargetCounts } }),
  );
}

const urls = (rows: readonly { url: string }[]) => rows.map(({ url }) => url.replace(/^http:..|:.*/g, ''));

test('the troubled targets come first, then by the numbers in their names', () => {
  const { rows } = read([
    active(10),
    active(9),
    active(200, { health: 'down' }),
    active(5, { health: 'unknown' }),
  ]);
  expect(urls(rows)).toEqual(['sensor_200', 'sensor_5', 'sensor_9', 'sensor_10']);
  expect(naturalOrder('a2b') < naturalOrder('a10b')).toBe(true);
});

test('a row has what the table shows, and both label sets for who asks', () => {
  const [row] = read([active(1)]).rows;
  expect(row).toMatchObject({
    key: 'sensors http://sensor_1:9100/metrics',
    labels: 'instance="sensor_1:9100"  site="Berlin"',
    lastScrape: Date.UTC(2026, 2, 29, 12),
    duration: 0.0125,
    samples: 40,
  });
  expect(row && labelSetsOf(row)).toEqual({
    after: active(1).labels,
    before: { __address__: 'sensor_1:9100' },
  });
});

test('a target that was never scraped has no time, and a server that tells no samples no number', () => {
  const [row] = read([active(1, { lastScrape: '0001-01-01T00:00:00Z', lastSamples: undefined })]).rows;
  expect(row).toMatchObject({ lastScrape: 0, samples: -1 });
});

test('targets of one URL have keys of their own', () => {
  const keys = read([active(1), active(1, { labels: { a: 'b' } }), active(1)]).rows.map(({ key }) => key);
  expect(new Set(keys).size).toBe(3);
});

test.each([
  ['sensor_1', ['sensor_1', 'sensor_12']],
  ['SENSOR_12', ['sensor_12']],
  ['site=berlin', ['sensor_3', 'sensor_1']],
  ['site="New York"', ['sensor_12']],
  ['"new york" sensor_1', ['sensor_12']],
  ['refused', ['sensor_3']],
  ['site=berlin down', ['sensor_3']],
  ['nowhere', []],
  ['   ', ['sensor_3', 'sensor_1', 'sensor_12']],
])('the filter %s leaves %j', (text, wanted) => {
  const { rows } = read([
    active(1),
    active(12),
    active(3, { health: 'down', lastError: 'connection Refused' }),
  ]);
  expect(urls(selectRows(rows, { ...ALL, text }))).toEqual(wanted);
});

test('blanks part the words of a filter, but not within quotes', () => {
  expect(wordsOf(' a  b="c d" "e')).toEqual(['a', 'b=c d', 'e']);
});

test('dropped targets are shown only when they are asked for', () => {
  const dropped = [{ scrapePool: 'sensors', discoveredLabels: { __address__: 'old:1', gone: 'yes' } }];
  const { rows } = read([active(1)], dropped, { sensors: 7, other: 0 });
  expect(urls(selectRows(rows, ALL))).toEqual(['sensor_1']);
  expect(selectRows(rows, { ...ALL, state: 'dropped', text: 'gone=yes' }).map(({ url }) => url)).toEqual([
    'old:1',
  ]);
});

test('targets are counted by state and job; of the dropped all count, not only those that are listed', () => {
  const reading = read(
    [active(1), active(2, { health: 'down' }), active(3, { scrapePool: 'a' })],
    [{ scrapePool: 'sensors', discoveredLabels: {} }],
    { sensors: 7, none: 0, a: 0 },
  );
  const { all, jobs } = countTargets(reading);
  expect(all).toEqual({ up: 2, down: 1, unknown: 0, dropped: 7 });
  expect(jobs.map(([job, counts]) => [job, activeOf(counts)])).toEqual([
    ['sensors', 2],
    ['a', 1],
    ['none', 0],
  ]);
});

test('rows are sorted by a column, and keep their order where it is equal', () => {
  const { rows } = read([
    active(1),
    active(2, { lastSamples: 90 }),
    active(3),
    active(4, { lastScrapeDuration: 2 }),
  ]);
  const f = (view: Partial<View>) =>
    urls(sortRows(rows, { ...ALL, ...view }))
      .map((url) => url.slice(-1))
      .join('');
  expect(f({ sort: 'samples' })).toBe('1342');
  expect(f({ sort: 'samples', isDescending: true })).toBe('2134');
  expect(f({ sort: 'duration', isDescending: true })).toBe('4123');
  expect(f({ sort: 'target', isDescending: true })).toBe('4321');
});

test('a view is written into the address and read again; the first one needs nothing', () => {
  const view: View = {
    text: 'a b',
    job: 'x&y',
    state: 'down',
    sort: 'duration',
    isDescending: true,
    open: 'k',
  };
  expect(readView(writeView(view))).toEqual(view);
  expect(writeView(ALL)).toBe('');
  expect(readView('')).toEqual(ALL);
  expect(readView('?state=<b>&sort=nothing&other=1')).toEqual(ALL);
});

test('a second click on a head turns the order around', () => {
  const once = sortedBy(ALL, 'duration');
  expect([once.isDescending, sortedBy(once, 'duration').isDescending]).toEqual([false, true]);
  expect(sortedBy({ ...once, isDescending: true }, 'job').isDescending).toBe(false);
});
