// The page of status in a real browser: what the server says of itself.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sources } from '../../../src/tsdb/web/all-routes.ts';
import { axeFindings } from '../../helpers/axe.ts';
import type { TestWeb } from '../web/test-web.ts';
import { openPage, startTestPages, type TestPages } from './test-pages.ts';

const NONE = {
  unauthorized: 0,
  unsupported: 0,
  bad_data: 0,
  limited: 0,
  too_large: 0,
  too_many_series: 0,
  overloaded: 0,
};
const LIMITS = {
  samples: { perSecond: 10_000, burst: 10_000 },
  requests: { perSecond: 100, burst: 100 },
  series: 100_000,
};
const HOSTILE = '<img src=x onerror="document.title=1">';

function stats(top: number) {
  const list = (name: string) =>
    Array.from({ length: top }, (_, i) => ({ name: `${name}_${i}`, value: 1000 - i }));
  return {
    series: 123_456,
    labelPairs: 4321,
    chunks: 99_999,
    samples: 1_234_567,
    bytes: 345_678_901,
    oldest: Date.UTC(2026, 2, 1),
    newest: Date.now() - 2000,
    seriesByMetric: [{ name: HOSTILE, value: 40_000 }, ...list('metric')],
    valuesByLabel: list('label'),
    bytesByLabel: list('label'),
    seriesByPair: list('job=sensors'),
  };
}

const SOURCES: Partial<Sources> = {
  ingest: {
    doors: { push: true, remoteWrite: false, grpc: true },
    queue: { engine: 'redis', stats: async () => ({ waiting: 1234, oldestMs: 62_000, deadLetters: 2 }) },
    tally: () => ({
      total: { samples: 9_876_543, batches: 54_321, refused: { ...NONE, limited: 1200, bad_data: 3 } },
      clients: 3,
      forgotten: 0,
      top: [
        {
          client: HOSTILE,
          samples: 4000,
          batches: 20,
          refused: NONE,
          lastSeen: Date.now(),
          series: 12,
          limits: LIMITS,
        },
      ],
    }),
    storage: {
      engine: 'memory',
      retention: '15d',
      retentionBytes: 2 ** 30,
      isDiskTroubled: () => true,
      stats: async (top) => stats(top),
    },
  },
  status: {
    version: '0.1.2',
    flags: { 'web.listen-address': ':9095', 'web.config.file': '', 'storage.tsdb.path': '/var/lib/tsdb' },
    config: () => 'scrape_configs:\n  - basic_auth:\n      password: <secret>\n',
    startTime: Date.UTC(2026, 0, 1),
    lastReload: () => ({ isGood: false, time: Date.UTC(2026, 0, 2) }),
    retention: '15d',
    stats: async (top) => stats(top),
  },
};

let pages: TestPages;
let web: TestWeb;
beforeAll(async () => {
  pages = await startTestPages();
  web = await pages.start(SOURCES);
});
afterAll(() => pages?.stop());

async function open(path = 'status', options = {}) {
  const opened = await openPage(pages, `${web.url}/${path}`, options);
  await opened.page.getByRole('heading', { name: 'Store' }).waitFor();
  return opened;
}

describe('a server to which some push', () => {
  const PARTS = {
    Store:
      /The disk cannot be written.*memory, and the folder \/var\/lib\/tsdb.*Series\s*123,456.*330 MiB of 1\.0 GiB.*2026-03-01/s,
    Queue: /redis.*1,234 samples.*1m 2s.*2/s,
    Ingest:
      /JSON over HTTP, gRPC.*9,876,543.*3 bad data, 1,200 limited.*12 of 100,000\s*10,000\s*100\s*none.*2 more clients/s,
    Cardinality: /Metrics.*metric_0\s*1,000.*Labels.*label_0.*Label pairs.*Memory of labels.*1000 B/s,
    Process: /2026-01-01.*the last reload failed/s,
    Build: /0\.1\.2.*24\./s,
    Flags: /--web\.listen-address\s*:9095\s*--web\.config\.file\s*none/,
    Configuration: /password: <secret>/,
  };

  test('each part tells what is so, without a word in the console', async () => {
    const { page, said } = await open('status', { timezoneId: 'UTC' });
    for (const [name, words] of Object.entries(PARTS))
      expect(await page.getByRole('region', { name, exact: true }).first().innerText()).toMatch(words);
    expect(said).toEqual([]);
  });

  test('a table that was scrolled stays so when it is told anew', async () => {
    const page = await pages.pool.own({ viewport: { width: 360, height: 640 } });
    await page.clock.install();
    await page.goto(`${web.url}/status`);
    const clients = page.getByRole('group', { name: 'Clients' });
    const first = await clients.elementHandle();
    const scrolled = () => clients.evaluate(({ scrollLeft }) => scrollLeft);
    await clients.evaluate((place) => place.scrollTo({ left: 150, behavior: 'instant' }));
    expect(await scrolled()).toBe(150);
    await page.clock.runFor(11_000);
    await expect.poll(() => first?.evaluate(({ isConnected }) => isConnected)).toBe(false);
    expect(await scrolled()).toBe(150);
  });

  test('names that look like HTML are text', async () => {
    const { page } = await open();
    expect(await page.getByText(HOSTILE).count()).toBe(2);
    expect(await page.locator('img').count()).toBe(0);
    const link = await page.getByRole('link', { name: HOSTILE }).getAttribute('href');
    expect(new URL(link ?? '', web.url).searchParams.get('q')).toBe(`{${JSON.stringify(HOSTILE)}}`);
    expect(await page.title()).toBe('Status · mini-tsdb');
  });

  test('the lists get longer, and the address knows', async () => {
    const { page } = await open();
    await page.getByRole('radio', { name: '50' }).check();
    const last = page.getByRole('rowheader', { name: 'label_49', exact: true }).first();
    await last.waitFor();
    expect(new URL(page.url()).search).toBe('?top=50');
    await page.goBack();
    await last.waitFor({ state: 'detached' });
  });

  test('times are those of the zone that is chosen, also on the other pages', async () => {
    const { page } = await open('status', { timezoneId: 'Asia/Kathmandu' });
    await page.getByText('2026-03-01 05:45:00').waitFor();
    await page.getByRole('button', { name: /^Local time \(Asia.Kath?mandu\)\. Change to UTC\.$/ }).click();
    await page.getByText('2026-03-01 00:00:00').waitFor();
    await page.goto(`${web.url}/targets`);
    const toggle = page.locator('.tools button').first();
    await toggle.waitFor();
    expect(await toggle.getAttribute('aria-label')).toBe('UTC time. Change to local.');
  });

  test.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    'axe-core has no finding in %s at %d pixels, and nothing scrolls sideways',
    async (colorScheme, width) => {
      const { page } = await open('status', { colorScheme, viewport: { width, height: 800 } });
      expect(await axeFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    },
  );
});

test('an empty server, to which nobody can push, says how that would be', async () => {
  const empty = await pages.start();
  const { page, said } = await openPage(pages, `${empty.url}/status`);
  await page.getByText('Nothing can be pushed here: --web.enable-push opens a door.').waitFor();
  await page.getByText('The store is empty.').waitFor();
  await page.getByText('memory only: a restart loses them').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  expect(said).toEqual([]);
});

test('a part that the server cannot tell says so, and the others stand', async () => {
  const { page } = await openPage(pages, 'about:blank');
  const error = { status: 'error', errorType: 'execution', error: 'the store is busy <b>' };
  await page.route('**/api/v1/status/tsdb*', (route) => route.fulfill({ status: 422, json: error }));
  await page.goto(`${web.url}/status`);
  await page.getByText('mini-tsdb cannot tell this: the store is busy <b>').waitFor();
  await page.getByText('9,876,543').waitFor();
  expect(await page.locator('.banner').isVisible()).toBe(false);
});

test('a server that is away from the beginning is told, and the page heals by itself', async () => {
  const page = await pages.pool.own();
  await page.clock.install();
  await page.route('**/api/v1/**', (route) => route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' }));
  await page.goto(`${web.url}/status`);
  const banner = page.getByText('mini-tsdb does not answer since');
  await banner.waitFor();
  await page.unroute('**/api/v1/**');
  await page.clock.runFor(4000);
  await page.getByRole('heading', { name: 'Store' }).waitFor();
  expect(await banner.isVisible()).toBe(false);
});
