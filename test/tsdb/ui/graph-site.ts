// The Graph page over a real server with known samples, in a real browser whose clock stands still.

import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { readPageFiles } from '../../../src/tsdb/web/page-files.ts';
import { startBrowser } from '../../../tools/browser.ts';
import { buildPages } from '../../../tools/build-pages.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { startTestWeb } from '../web/test-web.ts';

/** What the clocks of server and browser show. */
export const NOW = Date.UTC(2026, 2, 29, 10, 30);

export interface SiteSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds and values; `undefined` is a stale marker. */
  readonly samples: readonly (readonly [number, number | undefined])[];
}

export interface OpenPage {
  readonly page: Page;
  /** What went wrong so far: words in the console, faults, violations of the policy, requests to anywhere else. */
  readonly wrong: readonly string[];
}

export interface SiteOptions extends BrowserContextOptions {
  /** The clock goes, and frames come when the browser has them. */
  readonly hasClock?: boolean;
}

export interface GraphSite {
  readonly url: string;
  /** @param address what follows `/graph`. */
  open(address?: string, options?: SiteOptions): Promise<OpenPage>;
  stop(): Promise<void>;
}

export async function startGraphSite(samples: readonly SiteSeries[]): Promise<GraphSite> {
  const dir = await tempDir('graph');
  await buildPages(`${dir.path}/ui`);
  const store = await openMemoryStore({ retentionMs: Number.POSITIVE_INFINITY });
  const pages = await readPageFiles(`${dir.path}/ui`);
  const metadata = () => new Map([['temperature', [{ type: 'gauge', help: 'How warm it is.', unit: '' }]]]);
  const web = await startTestWeb(store, { pages, metadata, now: () => NOW }, samples);
  const browser = await startBrowser();
  return {
    url: web.url,
    open: (address = '', options = {}) => openPage(browser, web.url, address, options),
    async stop() {
      await browser.close();
      await web.stop();
      await dir.remove();
    },
  };
}

async function openPage(
  browser: Browser,
  url: string,
  address: string,
  { hasClock = false, ...options }: SiteOptions,
): Promise<OpenPage> {
  const context = await browser.newContext({ timezoneId: 'Europe/Berlin', ...options });
  const page = await context.newPage();
  if (!hasClock) await page.clock.setFixedTime(NOW);
  const wrong: string[] = [];
  page.on('console', (message) => wrong.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`fault: ${error.message}`));
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(`${url}/`) && !asked.startsWith('blob:')) wrong.push(`request: ${asked}`);
  });
  await page.goto(`${url}/graph${address}`);
  return { page, wrong };
}

/** Until the picture that was asked for last is painted. */
export async function drawn(page: Page): Promise<void> {
  await page.locator('.view[aria-busy=false] .plot[data-state=drawn]').waitFor();
}

/** Types into a query's box, once it is the editor. */
export async function typeQuery(page: Page, place: number, text: string): Promise<void> {
  const row = page.locator('.query').nth(place - 1);
  await row.getByLabel(`Query ${place}`, { exact: true }).click();
  await row.locator('.cm-content').waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

/** What the file holds that a click on “Save CSV” gives. */
export async function savedCsv(page: Page): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save CSV' }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

/** The picture itself: every pixel of the chart. */
export function picture(page: Page): Promise<string> {
  return page
    .locator('.plot canvas')
    .first()
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
}

/** A sample every `everyMs` between two times. */
export function samplesOf(
  from: number,
  to: number,
  everyMs: number,
  valueAt: (time: number, i: number) => number | undefined,
): [number, number | undefined][] {
  const count = Math.floor((to - from) / everyMs) + 1;
  return Array.from({ length: count }, (_, i) => {
    const time = from + i * everyMs;
    return [time, valueAt(time, i)];
  });
}
