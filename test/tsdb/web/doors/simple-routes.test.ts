import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import type { Frame } from '../../../../src/tsdb/web/doors/bucket-answer.ts';
import { KNOWN, START } from '../known-samples.ts';
import { startTestWeb, type TestWeb } from '../test-web.ts';

let web: TestWeb;

beforeAll(async () => {
  web = await startTestWeb(await openMemoryStore());
});
afterAll(() => web.stop());

async function get<T>(
  path: string,
): Promise<{ status: number; type: string | null; text: string; json: () => T }> {
  const answer = await fetch(web.url + path);
  const text = await answer.text();
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text,
    json: () => JSON.parse(text) as T,
  };
}

const iso = (seconds: number) => new Date(START + seconds * 1000).toISOString();

interface Point {
  readonly timestamp: string;
  readonly value: number | string;
  readonly labels: Record<string, string>;
}

test('the names of all metrics', async () => {
  const names = [...new Set(KNOWN.map(({ labels }) => labels.__name__))].sort();
  expect((await get('/v1/metrics')).json()).toEqual(names);
});

describe('the history of a metric', () => {
  const counts = async (query: string) => {
    const points = (await get<Point[]>(`/v1/metrics/up${query}`)).json();
    return Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [
        name,
        points.filter(({ labels }) => labels.instance === `${name}:9100`).length,
      ]),
    );
  };

  test('is every sample with its labels', async () => {
    const { json, type } = await get<Point[]>('/v1/metrics/once');
    expect(type).toBe('application/json');
    expect(json()).toEqual([{ timestamp: iso(61.5), value: 42, labels: {} }]);
    expect(await counts('')).toEqual({ a: 80, b: 80, c: 80 });
  });

  test('has values that JSON has no number for as texts', async () => {
    const points = (await get<Point[]>('/v1/metrics/values')).json().map(({ value }) => value);
    expect(points).toEqual([
      ...[0, -0, 1, -1, 0.1, 1e21, 1e20, 123456789012345680000, 1e-7, 1e-6, 5e-324, 1.7976931348623157e308],
      ...[2 ** 53 + 2, '+Inf', '-Inf', 'NaN', 1 / 3, -2.5e-9],
    ]);
  });

  test('is narrowed by labels and times, of which the last is not included', async () => {
    expect(await counts('?job=sensors')).toEqual({ a: 80, b: 80, c: 0 });
    expect(await counts('?job=sensors&instance=b:9100')).toEqual({ a: 0, b: 80, c: 0 });
    expect(await counts(`?from=${iso(15)}&to=${iso(60)}`)).toEqual({ a: 3, b: 3, c: 3 });
    expect(await counts('?nope=1')).toEqual({ a: 0, b: 0, c: 0 });
    expect((await get(`/v1/metrics/up?from=${iso(9000)}`)).text).toBe('[]');
  });

  test('of a label that is given twice is 400: it has one value', async () => {
    const { status, json } = await get<{ error: string }>('/v1/metrics/up?job=sensors&job=other');
    expect([status, json().error]).toEqual([400, 'invalid parameter "job": a label has one value']);
  });

  test('of one that is not there is 404', async () => {
    const { status, json } = await get('/v1/metrics/nope');
    expect([status, json()]).toEqual([
      404,
      { status: 'error', errorType: 'not_found', error: 'there is no metric "nope"' },
    ]);
  });
});

describe('buckets', () => {
  interface Answer {
    readonly data: readonly Frame[];
  }
  const of = async (path: string) => (await get<Answer>(path)).json();

  test('hold average, least, greatest, sum and count; a gap is null', async () => {
    const { data, ...about } = await of(`/v1/metrics/sparse/minute/${iso(0)}/${iso(360)}`);
    expect(about).toEqual({
      metricName: 'sparse',
      granularity: 'minute',
      startTime: iso(0).replace('.000', ''),
      endTime: iso(360).replace('.000', ''),
      timeZone: 'UTC',
    });
    const empty = { avg: null, min: null, max: null, sum: null, count: 0, partial: false };
    expect(data.map(({ timeFrame, ...frame }) => frame)).toEqual([
      { avg: 0, min: 0, max: 0, sum: 0, count: 1, partial: false },
      empty,
      empty,
      empty,
      { avg: 1, min: 1, max: 1, sum: 1, count: 1, partial: false },
      empty,
    ]);
  });

  test('count every series that matches', async () => {
    const [first] = (await of(`/v1/metrics/up?granularity=minute&from=${iso(0)}&to=${iso(60)}`)).data;
    const values = KNOWN.filter(({ labels }) => labels.__name__ === 'up').flatMap(({ samples }) =>
      samples.filter(([time]) => time < START + 60_000).map(([, value]) => value),
    );
    const sum = values.reduce((a, b) => a + b, 0);
    expect(first).toMatchObject({ count: 12, sum, avg: sum / 12, min: 0, max: 1, partial: false });
    const [one] = (await of(`/v1/metrics/up?granularity=minute&from=${iso(0)}&to=${iso(60)}&instance=a:9100`))
      .data;
    expect(one).toMatchObject({ count: 4 });
  });

  test('are flagged where the time asked for cuts them', async () => {
    const { data } = await of(`/v1/metrics/up/minute/${iso(30)}/${iso(150)}`);
    expect(data.map(({ count, partial }) => [count, partial])).toEqual([
      [6, true],
      [12, false],
      [6, true],
    ]);
  });

  test('are flagged when they have not ended', async () => {
    const { data } = await of(`/v1/metrics/up?granularity=day&from=${iso(0).slice(0, 10)}`);
    expect(data.map(({ partial }) => partial)).toEqual([...data.slice(1).map(() => false), true]);
  });

  test('take dates, of which the last is included, and a zone', async () => {
    const date = iso(0).slice(0, 10);
    const { data } = await of(`/v1/metrics/up/day/${date}/${date}?tz=Asia/Kathmandu`);
    expect(data.map(({ timeFrame }) => timeFrame)).toEqual([`${date}T00:00:00+05:45`]);
  });

  test.each([
    ['/v1/metrics/up/week/2024-01-01/2024-01-02', 400],
    ['/v1/metrics/up?granularity=second&from=0', 400],
    ['/v1/metrics/up?granularity=hour', 400],
    ['/v1/metrics/up/hour/2024-01-02/2024-01-01', 400],
    ['/v1/metrics/up/hour/yesterday/2024-01-01', 400],
    ['/v1/metrics/up/minute/2023-01-01/2024-01-01', 400],
    ['/v1/metrics/up/hour/2024-01-01/2024-01-01?tz=Mars', 400],
    ['/v1/metrics/nope/hour/2024-01-01/2024-01-01', 404],
  ])('%s is %i with a reason', async (path, status) => {
    const answer = await get<{ error: string }>(path);
    expect([answer.status, answer.json().error.length > 10]).toEqual([status, true]);
  });
});

describe('everything', () => {
  const all = KNOWN.reduce((sum, { samples }) => sum + samples.length, 0);

  test('by metric', async () => {
    const found = (await get<Record<string, Point[]>>('/v1/export')).json();
    expect(Object.values(found).flat()).toHaveLength(all);
    expect(found.once).toEqual([{ timestamp: iso(61.5), value: 42, labels: {} }]);
  });

  test('as lines', async () => {
    const { text, type } = await get('/v1/export?format=jsonl');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { metric: object; values: unknown[] });
    expect(type).toBe('application/x-ndjson');
    expect(lines).toHaveLength(KNOWN.length);
    expect(lines.flatMap(({ values }) => values)).toHaveLength(all);
    expect(lines).toContainEqual({
      metric: { __name__: 'once' },
      values: [42],
      timestamps: [START + 61_500],
    });
  });

  test('of selectors, each series once', async () => {
    const query = 'match[]=once&match[]={__name__=~"o.*"}&match[]=sparse';
    const found = (await get<Record<string, Point[]>>(`/v1/export?${query}`)).json();
    expect(Object.entries(found).map(([name, points]) => [name, points.length])).toEqual([
      ['once', 1],
      ['sparse', 6],
    ]);
    const { text } = await get(`/v1/export?format=jsonl&${query}`);
    expect(text.trimEnd().split('\n')).toHaveLength(2);
  });

  test('of no series', async () => {
    expect((await get('/v1/export?match[]=nope')).json()).toEqual({});
    expect((await get('/v1/export?match[]=nope&format=jsonl')).text).toBe('');
  });

  test.each(['job=up', 'match=up', 'from=0'])('is not sent for %s, which it does not know', async (query) => {
    const { status, json } = await get<{ error: string }>(`/v1/export?${query}`);
    expect(status).toBe(400);
    expect(json().error).toMatch(/export takes match\[\], start, end, format; labels go into match\[\]$/);
  });

  test('in another format is refused', async () => {
    expect((await get<{ error: string }>('/v1/export?format=xml')).json().error).toBe(
      'the format is "xml"; it is json or jsonl',
    );
  });
});
