// Every store gives the same charts.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { openPostgresStore } from '../../../../src/tsdb/storage/postgres/open.ts';
import { type RunningPostgres, startPostgres } from '../../../helpers/postgres.ts';
import { startTestWeb, type TestWeb } from '../test-web.ts';
import { NOON, SERIES } from './chart-series.ts';

const AUTUMN = Date.UTC(2025, 9, 25, 22);

let postgres: RunningPostgres;
let webs: TestWeb[];
beforeAll(async () => {
  postgres = await startPostgres();
  const now = () => NOON + 90 * 60_000;
  const memory = await openMemoryStore({ retentionMs: 1e14, outOfOrderMs: 1e14 });
  const store = await openPostgresStore({
    urlFile: postgres.urlFile,
    schema: 'charts',
    retentionMs: Number.POSITIVE_INFINITY,
  });
  webs = [await startTestWeb(memory, { now }, SERIES), await startTestWeb(store, { now }, SERIES)];
});
afterAll(async () => {
  await Promise.all((webs ?? []).map((web) => web.stop()));
  await postgres?.stop();
});

const DAY = { start: NOON / 1000 - 86_400, end: NOON / 1000 + 86_400 };

test.each([
  { query: 'waves', ...DAY },
  { query: '{__name__=~".+"}', limit: 2, width: 50, ...DAY },
  { query: 'odd', ...DAY },
  { query: 'odd offset 1m', ...DAY },
  { query: 'waves', granularity: 'minute', start: NOON / 1000 + 90, end: NOON / 1000 + 3000 },
  { query: '{__name__=~".+"}', granularity: 'hour', limit: 3, ...DAY },
  {
    query: 'autumn',
    granularity: 'day',
    tz: 'Europe/Berlin',
    start: AUTUMN / 1000,
    end: AUTUMN / 1000 + 90_000,
  },
  {
    query: 'autumn',
    granularity: 'hour',
    tz: 'Asia/Kathmandu',
    start: AUTUMN / 1000,
    end: AUTUMN / 1000 + 9000,
  },
])('%j', async (question) => {
  const form = new URLSearchParams(
    Object.entries(question).map(([name, value]) => [name, String(value)] as [string, string]),
  );
  const answers = await Promise.all(
    webs.map(async ({ url }) => (await fetch(`${url}/api/v1/chart?${form}`)).json()),
  );
  expect((answers[0] as { data: { total: number } }).data.total).toBeGreaterThan(0);
  expect(answers[1]).toEqual(answers[0]);
});
