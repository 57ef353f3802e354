// What `/api/v1/chart` answers.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Labels } from '../../../../src/model/labels.ts';
import { createEngine } from '../../../../src/tsdb/promql/engine.ts';
import type { Store } from '../../../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import type { Sources } from '../../../../src/tsdb/web/all-routes.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { methodsOf } from '../../storage/store-methods.ts';
import { startTestWeb, type TestWeb } from '../test-web.ts';
import { MINUTE, NOON, SERIES } from './chart-series.ts';

async function startOver(store: Store): Promise<TestWeb> {
  return startTestWeb(store, { now: () => NOON + 90 * MINUTE }, SERIES);
}

function emptyStore() {
  return openMemoryStore({ retentionMs: 1e13, outOfOrderMs: 1e13, now: () => NOON + 1e10 });
}

let web: TestWeb;
beforeAll(async () => {
  web = await startOver(await emptyStore());
});
afterAll(() => web?.stop());

const opened: TestWeb[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
});

interface Answer {
  readonly status: number;
  readonly error?: string;
  readonly data: {
    readonly granularity: string;
    readonly total: number;
    readonly times?: readonly number[];
    readonly partial?: readonly boolean[];
    readonly series: readonly (Record<string, readonly unknown[]> & { readonly metric: Labels })[];
  };
}

async function ask(parameters: Record<string, unknown>, method = 'GET', url = web.url): Promise<Answer> {
  const all = { start: NOON / 1000, end: NOON / 1000 + 3600, ...parameters };
  const form = new URLSearchParams(
    Object.entries(all).map(([name, value]) => [name, String(value)] as [string, string]),
  );
  const asked =
    method === 'GET'
      ? fetch(`${url}/api/v1/chart?${form}`)
      : fetch(`${url}/api/v1/chart`, { method, body: form });
  const answer = await asked;
  return { ...((await answer.json()) as Answer), status: answer.status };
}

describe('raw', () => {
  test('is the least and the greatest of each pixel', async () => {
    const { data } = await ask({ query: 'waves{wave="a"}', width: 50 });
    expect(data).toMatchObject({ granularity: 'raw', total: 1 });
    const { metric, times = [], values = [] } = data.series[0] as Answer['data']['series'][number];
    expect(metric).toEqual({ __name__: 'waves', wave: 'a' });
    expect(times.length).toBe(values.length);
    expect(times.length).toBeLessThanOrEqual(100);
    expect(times.length).toBeGreaterThan(90);
    expect([values.includes(0), values.includes(99)]).toEqual([true, true]);
    expect(values).toEqual(times.map((time) => ((Number(time) - NOON) / 5000) % 100));
  });

  test('tells gaps as null, and numbers that JSON has not as texts', async () => {
    const { data } = await ask({ query: 'odd' });
    const { times, values } = data.series[0] as Answer['data']['series'][number];
    expect(times?.map((time) => (Number(time) - NOON) / MINUTE)).toEqual([0, 1, 2, 3, 4, 9, 14]);
    expect(values).toEqual(['NaN', '+Inf', -0, null, 0.1, null, 1e21]);
  });

  test('is the first series by labels, as many as are wanted, and tells how many there are', async () => {
    const { data } = await ask({ query: '{__name__=~"waves|odd"}', limit: 3 });
    expect(data.total).toBe(4);
    expect(data.series.map(({ metric }) => metric.wave ?? metric.__name__)).toEqual(['odd', 'a', 'b']);
  });

  test('holds both ends', async () => {
    const start = NOON / 1000 + 5;
    const { data } = await ask({ query: 'waves{wave="b"}', start, end: start + 10 });
    expect(data.series[0]?.values).toEqual([-1, -2, -3]);
    const one = await ask({ query: 'waves{wave="b"}', start, end: start });
    expect(one.data.series[0]).toMatchObject({ times: [start * 1000], values: [-1] });
  });

  test('of what is no plain selector is evaluated by steps', async () => {
    const { data } = await ask({ query: 'odd offset 1m', width: 900 });
    const { times = [], values = [] } = data.series[0] as Answer['data']['series'][number];
    expect(times.every((time) => Number(time) % 4000 === 0)).toBe(true);
    expect(times.length).toBeLessThanOrEqual(900 + 3);
    const gaps = times.filter((_, i) => values[i] === null).map((time) => (Number(time) - NOON) / MINUTE);
    expect(gaps).toEqual([4, 10]);
    const at = (minute: number) => values[times.indexOf(NOON + minute * MINUTE)];
    expect([at(1), at(2), at(3), at(5), at(15)]).toEqual(['NaN', '+Inf', -0, 0.1, 1e21]);
    expect((await ask({ query: '1 + 1', width: 60 })).data).toMatchObject({
      total: 1,
      series: [{ metric: {} }],
    });
  });

  test('of steps is cut at the limit as well', async () => {
    const { data } = await ask({ query: 'waves offset 1m', limit: 2 });
    expect([data.total, data.series.length]).toEqual([3, 2]);
  });

  test('of steps is of as many series as have room', async () => {
    const many = Array.from({ length: 520 }, (_, i) => ({
      labels: { __name__: 'many', i: String(i) },
      samples: [[NOON, i]] as [number, number][],
    }));
    const full = await startTestWeb(await emptyStore(), {}, many);
    opened.push(full);
    const asked = { query: 'many offset 1s', width: 4000, end: NOON / 1000 + 4000, limit: 1000 };
    const { data } = await ask(asked, 'GET', full.url);
    // Two million points by 4001 steps.
    expect([data.total, data.series.length]).toEqual([520, 499]);
  });

  test('is nothing where nothing matches', async () => {
    expect((await ask({ query: 'absent' })).data).toEqual({ granularity: 'raw', total: 0, series: [] });
  });

  test('takes a form', async () => {
    expect((await ask({ query: 'odd' }, 'POST')).data.total).toBe(1);
  });
});

describe('buckets', () => {
  test('hold average, least, greatest and count, and say where they are not whole', async () => {
    const { data } = await ask({
      query: 'waves',
      granularity: 'hour',
      start: NOON / 1000 + 1800,
      end: NOON / 1000 + 7200,
    });
    expect(data).toMatchObject({
      granularity: 'hour',
      total: 3,
      times: [NOON, NOON + 60 * MINUTE],
      // The first begins before the start; the second has not ended at 13:30.
      partial: [true, true],
    });
    expect(data.series[1]).toEqual({
      metric: { __name__: 'waves', wave: 'b' },
      avg: [-539.5, null],
      min: [-719, null],
      max: [-360, null],
      count: [360, 0],
    });
  });

  test('are days of the zone, of 25 hours when the clocks change', async () => {
    const [start, end] = [Date.UTC(2025, 9, 25, 22) / 1000, Date.UTC(2025, 9, 26, 23) / 1000];
    const { data } = await ask({ query: 'autumn', granularity: 'day', tz: 'Europe/Berlin', start, end });
    expect(data).toMatchObject({ times: [start * 1000], partial: [false], series: [{ count: [150] }] });
    const hours = await ask({ query: 'autumn', granularity: 'hour', tz: 'Europe/Berlin', start, end });
    expect(hours.data.series[0]?.count).toEqual(Array.from({ length: 25 }, () => 6));
  });

  test('are of as many series as are wanted', async () => {
    const { data } = await ask({ query: '{__name__=~"waves|odd"}', granularity: 'minute', limit: 2 });
    expect([data.total, data.series.map(({ metric }) => metric.wave)]).toEqual([4, [undefined, 'a']]);
    expect((await ask({ query: 'waves', granularity: 'day', limit: 3 })).data.total).toBe(3);
  });

  test('are of a selector alone', async () => {
    expect(await ask({ query: 'waves offset 1m', granularity: 'hour' })).toMatchObject({
      status: 400,
      error: 'invalid parameter "granularity": hour is for a series selector alone; this query takes raw',
    });
  });
});

test.each([
  [{ query: 'up{' }, 'invalid parameter "query": 1:4: parse error'],
  [{ query: 'up[5m]' }, 'invalid parameter "query": invalid expression type "range vector"'],
  [{ query: 'up', start: '' }, 'invalid parameter "start": it is required'],
  [{ query: 'up', end: 'now' }, 'invalid parameter "end": cannot parse "now"'],
  [{ query: 'up', end: 0 }, 'invalid parameter "end": it is before the start'],
  [
    { query: 'up', granularity: 'week' },
    'invalid parameter "granularity": "week" is none of raw, minute, hour',
  ],
  [
    { query: 'up', granularity: 'day', end: NOON / 1000 },
    'invalid parameter "end": it is not after the start',
  ],
  [{ query: 'up', granularity: 'minute', end: NOON / 1000 + 864_000 }, 'more than 11000 buckets'],
  [{ query: 'up', tz: 'Mars/Olympus' }, 'there is no time zone "Mars/Olympus"'],
  [{ query: 'up', width: 49 }, 'invalid parameter "width": "49" is no whole number between 50 and 4000'],
  [{ query: 'up', width: '1e3' }, 'invalid parameter "width": "1e3" is no whole number between 50 and 4000'],
  [{ query: 'up', limit: 0 }, 'invalid parameter "limit": "0" is no whole number between 1 and 1000'],
])('%j is refused', async (parameters, message) => {
  const { status, error } = await ask(parameters);
  expect([status, error?.slice(0, message.length)]).toEqual([400, message]);
});

test('what is not evaluated yet says so', async () => {
  expect(await ask({ query: 'rate(waves[5m])' })).toMatchObject({
    status: 422,
    error: 'not supported yet: rate',
  });
});

describe('a store', () => {
  test('is not read on when the series that are wanted are there', async () => {
    const seen = new Set<number>();
    const store = await emptyStore();
    const counting: Store = {
      ...methodsOf(store),
      async *select(selection, budget) {
        for await (const list of store.select(selection, budget)) {
          for (const slice of list) {
            seen.add(slice.ref);
            yield [slice];
          }
        }
      },
    };
    const { url } = await open(counting);
    await ask({ query: 'waves', limit: 1 }, 'GET', url);
    // The first slice of the next series tells that one is complete.
    expect(seen.size).toBe(2);
  });

  const manySamples = () => ({
    times: Float64Array.from({ length: 1000 }, (_, i) => NOON + i),
    values: new Float64Array(1000),
    stale: new Uint8Array(1000),
  });

  /** Its reading goes on until somebody ends it; it looks at no deadline itself. */
  async function endless(said: string[]): Promise<Store> {
    const store = await emptyStore();
    return {
      ...methodsOf(store),
      async *select() {
        said.push('began');
        try {
          for (;;) {
            await new Promise(setImmediate);
            yield [{ ref: 1, labels: { __name__: 'waves' }, ...manySamples() }];
          }
        } finally {
          said.push('ended');
        }
      },
    };
  }

  test('is left when the client has gone', async () => {
    const said: string[] = [];
    const { url, failures } = await open(await endless(said));
    const gone = new AbortController();
    const asked = fetch(`${url}/api/v1/chart?query=waves&start=0&end=9`, { signal: gone.signal });
    asked.catch(() => {});
    await waitFor('its beginning', () => said.includes('began'));
    gone.abort();
    await expect(asked).rejects.toThrow();
    await waitFor('the end of the reading', () => said.includes('ended'));
    expect(failures).toEqual([]);
  });

  test('is read no longer than a query may take', async () => {
    const store = await endless([]);
    const limits = { lookbackMs: 1, timeoutMs: 50, maxSamples: 10, maxConcurrency: 1 };
    const { url } = await open(store, { engine: createEngine({ store, ...limits }) });
    expect(await ask({ query: 'waves' }, 'GET', url)).toMatchObject({
      status: 503,
      error: 'query timed out in expression evaluation',
    });
  });

  test('may hold any number of samples; what is left of them counts', async () => {
    const store = await emptyStore();
    const limits = { lookbackMs: 300_000, timeoutMs: 60_000, maxConcurrency: 1 };
    const engineOf = (maxSamples: number) => createEngine({ store, maxSamples, ...limits });
    const engines = { engine: engineOf(200) };
    const { url } = await open(store, {
      engine: { ...engines.engine, read: (...all) => engines.engine.read(...all) },
    });
    const asked = { query: 'waves{wave="a"}', width: 50 };
    expect((await ask(asked, 'GET', url)).status).toBe(200);
    engines.engine = engineOf(20);
    expect(await ask(asked, 'GET', url)).toMatchObject({
      status: 422,
      error: expect.stringContaining('too many samples'),
    });
    const buckets = { query: 'waves', granularity: 'minute' };
    expect((await ask(buckets, 'GET', url)).status).toBe(422);
    engines.engine = engineOf(200);
    expect((await ask(buckets, 'GET', url)).status).toBe(200);
  });

  async function open(store: Store, changed: Partial<Sources> = {}): Promise<TestWeb> {
    const other = await startTestWeb(store, changed, SERIES);
    opened.push(other);
    return other;
  }
});
