// The built pages over a real server with given targets, and a real browser to look at them.

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ActiveTarget, TargetsStatus } from '../../../src/tsdb/scrape/target-status.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import type { Sources } from '../../../src/tsdb/web/all-routes.ts';
import { startBrowser } from '../../../tools/browser.ts';
import { builtPages } from '../../helpers/built-pages.ts';
import { createPagePool, type PagePool } from '../../helpers/page-pool.ts';
import { type SeriesOfTest, startTestWeb, type TestWeb } from '../web/test-web.ts';

export interface TestPages {
  readonly browser: Browser;
  readonly pool: PagePool;
  /** A server over a store with given series. */
  start(changed?: Partial<Sources>, series?: readonly SeriesOfTest[]): Promise<TestWeb>;
  stop(): Promise<void>;
}

/** Builds the pages and starts the browser; servers are stopped with it. */
export async function startTestPages(): Promise<TestPages> {
  const [pages, browser] = await Promise.all([builtPages(), startBrowser()]);
  const servers: TestWeb[] = [];
  return {
    browser,
    pool: createPagePool(browser),
    async start(changed = {}, series = []) {
      const store = await openMemoryStore({ retentionMs: Number.POSITIVE_INFINITY });
      const web = await startTestWeb(store, { pages, ...changed }, series);
      servers.push(web);
      return web;
    },
    async stop() {
      await browser.close();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

export interface WatchedPage {
  readonly page: Page;
  /** What the console and uncaught errors said. */
  readonly said: readonly string[];
}

/** A page as new, until the test ends. */
export async function openPage(
  { pool }: TestPages,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const page = await pool.take(options);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(url);
  return { page, said };
}

/** A target that is up, as it is changed. */
export function target(number: number, changed: Partial<ActiveTarget> = {}): ActiveTarget {
  const instance = `sensor_${number}:9100`;
  return {
    discoveredLabels: {
      __address__: instance,
      __scheme__: 'http',
      __metrics_path__: '/metrics',
      job: 'sensors',
    },
    labels: { instance, job: 'sensors', site: number % 2 === 0 ? 'north' : 'south' },
    scrapePool: 'sensors',
    scrapeUrl: `http://${instance}/metrics`,
    lastError: '',
    lastScrape: Date.now() - 3000,
    lastScrapeDuration: 12.5,
    lastSamples: 40,
    health: 'up',
    scrapeInterval: 15_000,
    scrapeTimeout: 10_000,
    ...changed,
  };
}

export function targetsStatus(
  active: readonly ActiveTarget[],
  dropped: TargetsStatus['dropped'] = [],
): TargetsStatus {
  const jobs = new Set(active.map(({ scrapePool }) => scrapePool));
  const counts = Object.fromEntries([...jobs].map((job) => [job, 0]));
  for (const { scrapePool } of dropped) counts[scrapePool] = (counts[scrapePool] ?? 0) + 1;
  return { active, dropped, droppedCounts: counts };
}
