// What the server tells about its targets and itself, and what operators may do.

import { afterEach, describe, expect, test } from 'vitest';
import type { TargetsStatus } from '../../../src/tsdb/scrape/target-status.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import type { Admin } from '../../../src/tsdb/web/admin-routes.ts';
import type { Sources } from '../../../src/tsdb/web/all-routes.ts';
import { KNOWN } from './known-samples.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

const open: TestWeb[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((web) => web.stop()));
});

async function start(changed: Partial<Sources> = {}): Promise<string> {
  const web = await startTestWeb(await openMemoryStore(), changed);
  open.push(web);
  return web.url;
}

async function ask(url: string, method = 'GET') {
  const answer = await fetch(url, { method });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

async function data(url: string): Promise<unknown> {
  const { text } = await ask(url);
  const { status, data } = JSON.parse(text);
  expect(status).toBe('success');
  return data;
}

describe('the targets', () => {
  const target = {
    discoveredLabels: { __address__: 'a:9100', job: 'sensors' },
    labels: { instance: 'a:9100', job: 'sensors' },
    scrapePool: 'sensors',
    scrapeUrl: 'http://a:9100/metrics',
    lastError: '',
    lastScrape: Date.UTC(2026, 0, 1, 12, 30, 0, 5),
    lastScrapeDuration: 12.5,
    lastSamples: 42,
    health: 'up',
    scrapeInterval: 90_000,
    scrapeTimeout: 10_000,
  } as const;
  const unknown = { ...target, scrapePool: 'other', health: 'unknown', lastScrape: 0 } as const;
  const dropped = { discoveredLabels: { __address__: 'b' }, scrapePool: 'sensors' };
  const STATUS: TargetsStatus = {
    active: [target, unknown],
    dropped: [dropped, { ...dropped, scrapePool: 'other' }],
    droppedCounts: { sensors: 7, other: 1 },
  };
  const of = async (query: string) =>
    (await data(`${await start({ targets: () => STATUS })}/api/v1/targets${query}`)) as {
      activeTargets: { scrapePool: string }[];
      droppedTargets: { scrapePool: string }[];
      droppedTargetCounts: object | null;
    };

  test('are told as Prometheus tells them, and how many samples each gave', async () => {
    const { activeTargets, ...rest } = await of('');
    expect(activeTargets[0]).toEqual({
      discoveredLabels: target.discoveredLabels,
      labels: target.labels,
      scrapePool: 'sensors',
      scrapeUrl: 'http://a:9100/metrics',
      globalUrl: 'http://a:9100/metrics',
      lastError: '',
      lastScrape: '2026-01-01T12:30:00.005Z',
      lastScrapeDuration: 0.0125,
      lastSamples: 42,
      health: 'up',
      scrapeInterval: '1m30s',
      scrapeTimeout: '10s',
    });
    expect(activeTargets[1]).toMatchObject({ health: 'unknown', lastScrape: '0001-01-01T00:00:00Z' });
    expect(rest).toEqual({ droppedTargets: STATUS.dropped, droppedTargetCounts: STATUS.droppedCounts });
  });

  test.each([
    ['?state=active', 2, 0, false],
    ['?state=ACTIVE', 2, 0, false],
    ['?state=dropped', 0, 2, true],
    ['?state=any', 2, 2, true],
    ['?state=', 2, 2, true],
    ['?state=nonsense', 0, 0, false],
    ['?scrapePool=other', 1, 1, true],
    ['?scrapePool=absent&state=active', 0, 0, false],
  ])('%s: %i active, %i dropped', async (query, active, dropped, hasCounts) => {
    const found = await of(query);
    expect([found.activeTargets.length, found.droppedTargets.length]).toEqual([active, dropped]);
    expect(found.droppedTargetCounts).toEqual(hasCounts ? STATUS.droppedCounts : null);
  });

  test('have pools', async () => {
    const url = await start({ targets: () => STATUS });
    expect(await data(`${url}/api/v1/scrape_pools`)).toEqual({ scrapePools: ['other', 'sensors'] });
  });
});

describe('the metadata of metrics', () => {
  const entry = (type: string) => ({ type, help: `a ${type}`, unit: '' });
  const METADATA = new Map([
    ['a', [entry('gauge'), entry('counter')]],
    ['__proto__', [entry('gauge')]],
    ['c', [entry('unknown')]],
  ]);
  const names = async (query: string) => {
    const found = await data(`${await start({ metadata: () => METADATA })}/api/v1/metadata${query}`);
    return Object.entries(found as object).map(([name, entries]) => `${name} ${entries.length}`);
  };

  test.each([
    ['', ['a 2', '__proto__ 1', 'c 1']],
    ['?limit=2', ['a 2', '__proto__ 1']],
    ['?limit=0', []],
    ['?limit=-1', ['a 2', '__proto__ 1', 'c 1']],
    ['?limit_per_metric=1', ['a 1', '__proto__ 1', 'c 1']],
    ['?limit_per_metric=0', ['a 2', '__proto__ 1', 'c 1']],
    ['?metric=a', ['a 2']],
    ['?metric=a&limit_per_metric=1', ['a 1']],
    ['?metric=nope', []],
  ])('%s is %j', async (query, expected) => {
    expect((await names(query)).sort()).toEqual(expected.toSorted());
  });

  test.each(['limit=x', 'limit_per_metric=1.5'])('%s is refused', async (query) => {
    const { status, text } = await ask(`${await start()}/api/v1/metadata?${query}`);
    expect([status, JSON.parse(text).error]).toEqual([400, `${query.split('=')[0]} must be a number`]);
  });
});

describe('the status', () => {
  test('of configuration, flags and build', async () => {
    const url = await start();
    expect(await data(`${url}/api/v1/status/config`)).toEqual({ yaml: 'global: {}\n' });
    expect(await data(`${url}/api/v1/status/flags`)).toEqual({ 'web.listen-address': ':9095' });
    expect(await data(`${url}/api/v1/status/buildinfo`)).toMatchObject({
      version: '0.1.2',
      goVersion: '',
      nodeVersion: process.versions.node,
    });
  });

  test('of the run', async () => {
    expect(await data(`${await start()}/api/v1/status/runtimeinfo`)).toMatchObject({
      startTime: '2026-01-01T00:00:00.000Z',
      reloadConfigSuccess: true,
      lastConfigTime: '2026-01-02T00:00:00.000Z',
      corruptionCount: 0,
      storageRetention: '15d',
    });
  });

  test('of the store', async () => {
    const url = await start();
    const found = (await data(`${url}/api/v1/status/tsdb`)) as Record<string, { name: string }[]>;
    expect(found.headStats).toMatchObject({
      numSeries: KNOWN.length,
      minTime: KNOWN[0]?.samples[0]?.[0],
      chunkCount: expect.any(Number),
      numLabelPairs: expect.any(Number),
    });
    expect(found.seriesCountByMetricName?.[0]).toEqual({ name: 'up', value: 3 });
    expect(found.labelValueCountByLabelName?.[0]).toEqual({ name: '__name__', value: 7 });
    expect(found.seriesCountByLabelValuePair?.[0]).toEqual({ name: '__name__=up', value: 3 });
    const short = (await data(`${url}/api/v1/status/tsdb?limit=1`)) as Record<string, unknown[]>;
    expect(short.seriesCountByMetricName).toHaveLength(1);
  });

  test.each(['0', '-1', 'x', '1.5'])('of the store refuses the limit %s', async (limit) => {
    const { status, text } = await ask(`${await start()}/api/v1/status/tsdb?limit=${limit}`);
    expect([status, JSON.parse(text).error]).toEqual([400, 'limit must be a positive number']);
  });
});

describe('the doors of operators', () => {
  const admin = (changed: Partial<Admin>) => ({
    admin: { reload: undefined, metrics: async () => '', ...changed } as Admin,
  });

  test('alive and ready', async () => {
    const url = await start();
    expect(await ask(`${url}/-/healthy`)).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
      text: 'mini-tsdb is healthy.\n',
    });
    expect(await ask(`${url}/-/ready`)).toMatchObject({ status: 200, text: 'mini-tsdb is ready.\n' });
  });

  test('the own metrics', async () => {
    const url = await start(admin({ metrics: async () => 'mini_tsdb_x 1\n' }));
    expect(await ask(`${url}/metrics`)).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      text: 'mini_tsdb_x 1\n',
    });
  });

  test('reload is closed unless it is enabled', async () => {
    const { status, text } = await ask(`${await start()}/-/reload`, 'POST');
    expect([status, text]).toEqual([403, expect.stringContaining('--web.enable-lifecycle')]);
  });

  test.each(['POST', 'PUT'])('%s reloads when it is enabled', async (method) => {
    let reloads = 0;
    const url = await start(admin({ reload: async () => void reloads++ }));
    expect(await ask(`${url}/-/reload`, method)).toMatchObject({ status: 200, text: '' });
    expect(reloads).toBe(1);
  });

  test('a reload that fails says why', async () => {
    const url = await start(
      admin({
        reload: async () => {
          throw new Error('line 3: no such field');
        },
      }),
    );
    const { status, text } = await ask(`${url}/-/reload`, 'POST');
    expect(status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      status: 'error',
      errorType: 'internal',
      error: 'failed to reload config: line 3: no such field',
    });
  });
});
