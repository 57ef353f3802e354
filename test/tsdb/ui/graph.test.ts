// The Graph page as people use it, in a real browser over a real server.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GraphSite, NOW, samplesOf, startGraphSite } from './graph-site.ts';

const HOUR = 3_600_000;

const SAMPLES = [
  ...[0, 1, 2].map((i) => ({
    labels: { __name__: 'temperature', job: 'sensors', sensor_id: `sensor_${i}` },
    samples: samplesOf(NOW - 3 * HOUR, NOW, 60_000, (_, at) => 20 + i + (at % 10) / 10),
  })),
  ...Array.from({ length: 130 }, (_, i) => ({
    labels: { __name__: 'up', job: i < 100 ? 'sensors' : 'inventory', instance: `host-${i}:9100` },
    samples: samplesOf(NOW - HOUR, NOW, 60_000, () => 1),
  })),
];

let site: GraphSite;
beforeAll(async () => {
  site = await startGraphSite(SAMPLES);
});
afterAll(() => site?.stop());

const drawn = (page: Page) => page.locator('[data-state=drawn]').waitFor();

/** Types into a query's box, whichever of the two it is by now. */
async function type(page: Page, place: number, text: string) {
  await page.getByLabel(`Query ${place}`, { exact: true }).click();
  await page
    .locator('.cm-content')
    .nth(place - 1)
    .waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

test('draws what is typed and run with Enter, without a word in the console', async () => {
  const { page, wrong } = await site.open();
  await type(page, 1, 'temperature ');
  await page.keyboard.press('Enter');
  await drawn(page);
  expect(await page.locator('.legend button').allInnerTexts()).toEqual([
    'sensor_id="sensor_0"',
    'sensor_id="sensor_1"',
    'sensor_id="sensor_2"',
  ]);
  expect(new URL(page.url()).search).toBe('?q=temperature+&range=1h&tz=Europe/Berlin');
  expect(wrong).toEqual([]);
  await page.context().close();
});

test('the plain field works without the editor', async () => {
  const { page } = await site.open();
  await page.route('**/editor-*.js', (route) => route.abort());
  await page.locator('textarea').fill('temperature');
  await page.locator('textarea').press('Enter');
  await drawn(page);
  expect(await page.locator('.legend button').count()).toBe(3);
  await page.context().close();
});
