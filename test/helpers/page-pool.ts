// Pages of a browser that one test uses after the other: to make one takes a second, to clean one a tenth of it.

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const VIEWPORT = { width: 1280, height: 720 };

export interface PagePool {
  /** An empty page as a new one, until the test ends. Scripts and clocks that are added to it stay: see `own`. */
  take(options?: BrowserContextOptions): Promise<Page>;
  /** A page of this test alone. */
  own(options?: BrowserContextOptions): Promise<Page>;
}

export function createPagePool(browser: Browser): PagePool {
  const free = new Map<string, Page[]>();
  return {
    async take({ viewport = VIEWPORT, colorScheme = null, ...options } = {}) {
      const key = JSON.stringify(options);
      const pages = free.get(key) ?? [];
      free.set(key, pages);
      const page = pages.pop() ?? (await browser.newPage(options));
      onTestFinished(async () => {
        await clean(page);
        pages.push(page);
      });
      if (viewport !== null) await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: null });
      return page;
    },
    async own(options) {
      const page = await browser.newPage(options);
      onTestFinished(() => page.close());
      return page;
    },
  };
}

// What a test may have left: listeners, routes, a network that is off, preferences, the mouse somewhere.
async function clean(page: Page): Promise<void> {
  page.removeAllListeners();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().setOffline(false);
  await page.mouse.move(0, 0);
  if (page.url().startsWith('http')) await page.evaluate(() => localStorage.clear());
  await page.goto('about:blank');
}
