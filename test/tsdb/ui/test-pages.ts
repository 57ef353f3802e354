// The built pages over a real server with given targets, and a real browser to look at them.

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ActiveTarget, TargetsStatus } from '../../../src/tsdb/scrape/target-status.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import type { Sources } from '../../../src/tsdb/web/all-routes.ts';
import { readPageFiles } from '../../../src/tsdb/web/page-files.ts';
import { startBrowser } from '../../../tools/browser.ts';
import { buildPages } from '../../../tools/build-pages.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { startTestWeb, type TestWeb } from '../web/test-web.ts';

export interface TestPages {
  readonly browser: Browser;
  /** A server over an empty store. */
  start(changed?: Partial<Sources>): Promise<TestWeb>;
  stop(): Promise<void>;
}

/** Builds the pages and starts the browser; servers are stopped with it. */
export async function startTestPages(): Promise<TestPages> {
  const dir = await tempDir('pages');
  await buildPages(`${dir.path}/ui`);
  const pages = await readPageFiles(`${dir.path}/ui`);
  const browser = await startBrowser();
  const servers: TestWeb[] = [];
  return {
    browser,
    async start(changed = {}) {
      const store = await openMemoryStore({ retentionMs: Number.POSITIVE_INFINITY });
      const web = await startTestWeb(store, { pages, ...changed }, []);
      servers.push(web);
      return web;
    },
    async stop() {
      await browser.close();
      await Promise.all(servers.map((server) => server.stop()));
      await dir.remove();
    },
  };
}

export interface WatchedPage {
  readonly page: Page;
  /** What the console and uncaught errors said. */
  readonly said: readonly string[];
}

/** A page with a memory of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage(options);
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
