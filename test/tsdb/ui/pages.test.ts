// The pages in a real browser, over the real server.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { readPageFiles } from '../../../src/tsdb/web/page-files.ts';
import { startBrowser } from '../../../tools/browser.ts';
import { buildPages } from '../../../tools/build-pages.ts';
import { axeFindings } from '../../helpers/axe.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { startTestWeb, type TestWeb } from '../web/test-web.ts';

let dir: TempDir;
let web: TestWeb;
let browser: Browser;
beforeAll(async () => {
  dir = await tempDir('pages');
  await buildPages(`${dir.path}/ui`);
  const store = await openMemoryStore({ retentionMs: Number.POSITIVE_INFINITY });
  web = await startTestWeb(store, { pages: await readPageFiles(`${dir.path}/ui`) });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await web?.stop();
  await dir?.remove();
});

test.each(['targets', 'graph', 'status'])('%s shows the bar, without a word in the console', async (name) => {
  const page = await browser.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(`${web.url}/${name}`);
  await page.locator('nav a[aria-current=page]').waitFor();
  expect(await page.locator('nav a').allTextContents()).toEqual(['Targets', 'Graph', 'Status']);
  expect(await page.locator('h1').count()).toBe(1);
  expect(said).toEqual([]);
  await page.close();
});

test.each(['light', 'dark'] as const)('in %s axe-core has no finding about the bar', async (colorScheme) => {
  const page = await browser.newPage({ colorScheme });
  await page.goto(`${web.url}/graph`);
  await page.locator('nav a[aria-current=page]').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.close();
});
