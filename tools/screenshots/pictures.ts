// Looks at each page in light and dark, and keeps what is seen.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../browser.ts';
import { writePalettePng } from './palette-png.ts';
import { readPng } from './png.ts';

export interface Picture {
  /** From the current folder. */
  readonly file: string;
  readonly bytes: number;
}

interface Sight {
  readonly name: string;
  readonly address: string;
  /** Waits until all of it is there. */
  ready(page: Page): Promise<void>;
}

const QUERY = 'sensor_temperature_celsius{job="sensors",probe="ambient",sensor_id=~"sensor_[0-3]"}';
const SIZE = { width: 1280, height: 800 };

const SIGHTS: readonly Sight[] = [
  {
    name: 'targets',
    address: 'targets',
    async ready(page) {
      await page.locator('.virtual [role=row]').first().waitFor();
      await page.getByText('Fresh', { exact: true }).waitFor();
    },
  },
  {
    name: 'graph',
    address: `graph?q=${encodeURIComponent(QUERY)}&range=1d`,
    ready: (page) => page.locator('.view[aria-busy=false] .plot[data-state=drawn]').waitFor(),
  },
  {
    name: 'status',
    address: 'status',
    ready: (page) => page.locator('main table').first().waitFor(),
  },
];

/** Takes all of them, one page at a time. @param url where mini-tsdb is. */
export async function* takePictures(
  url: string,
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<Picture> {
  await mkdir(folder, { recursive: true });
  const browser = await startBrowser();
  try {
    for (const sight of SIGHTS) {
      for (const colours of ['light', 'dark'] as const) {
        signal.throwIfAborted();
        const file = join(folder, `${sight.name}-${colours}.png`);
        const bytes = await take(browser, `${url}/${sight.address}`, sight, colours);
        await writeFile(file, bytes);
        yield { file: relative(process.cwd(), file), bytes: bytes.length };
      }
    }
  } finally {
    await browser.close();
  }
}

async function take(
  browser: Browser,
  address: string,
  { ready }: Sight,
  colorScheme: 'light' | 'dark',
): Promise<Buffer> {
  const page = await browser.newPage({
    viewport: SIZE,
    colorScheme,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  await page.goto(address);
  await ready(page);
  const bytes = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  await page.close();
  return writePalettePng(readPng(bytes));
}
