// The Graph page over a real server with known samples, in a real browser whose clock stands still.

import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { SeriesOfTest } from '../web/test-web.ts';
import { startTestPages, type TestPages } from './test-pages.ts';

/** What the clocks of server and browser show. */
export const NOW = Date.UTC(2026, 2, 29, 10, 30);

export interface OpenPage {
  readonly page: Page;
  /** What went wrong so far: words in the console, faults, violations of the policy, requests to anywhere else. */
  readonly wrong: readonly string[];
}

export interface SiteOptions extends BrowserContextOptions {
  /** What the clock of the browser shows; null: it goes, and frames come when the browser has them. */
  readonly clock?: number | null;
  /** Runs before each page's own scripts. */
  readonly script?: () => void;
}

export interface GraphSite {
  readonly url: string;
  readonly pages: TestPages;
  /** What the clock of the server shows: `NOW`, until it is set. */
  now: number;
  /** @param address what follows `/graph`. */
  open(address?: string, options?: SiteOptions): Promise<OpenPage>;
  stop(): Promise<void>;
}

/** @param given where it stands beside another, and is stopped with it. */
export async function startGraphSite(series: readonly SeriesOfTest[], given?: TestPages): Promise<GraphSite> {
  const pages = given ?? (await startTestPages());
  const metadata = () => new Map([['temperature', [{ type: 'gauge', help: 'How warm it is.', unit: '' }]]]);
  const web = await pages.start({ metadata, now: () => site.now }, series);
  const site: GraphSite = {
    url: web.url,
    pages,
    now: NOW,
    open: (address = '', options = {}) => openPage(pages, web.url, address, options),
    stop: pages.stop,
  };
  return site;
}

async function openPage(
  { pool }: TestPages,
  url: string,
  address: string,
  { clock = NOW, script, ...given }: SiteOptions,
): Promise<OpenPage> {
  const options = { timezoneId: 'Europe/Berlin', ...given };
  const isOwn = clock !== NOW || script !== undefined;
  const page = await (isOwn ? pool.own(options) : pool.take(options));
  if (clock !== null) await page.clock.setFixedTime(clock);
  if (script !== undefined) await page.addInitScript(script);
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
