// The Graph page with what is hostile, empty, narrow or unlike other days, and without a mouse or eyes.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings } from '../../helpers/axe.ts';
import { drawn, type GraphSite, NOW, samplesOf, savedCsv, startGraphSite, typeQuery } from './graph-site.ts';

const HOUR = 3_600_000;
const EVIL = '<img src=x onerror="document.title=1">';

/** More labels than there is room for, some of them long. */
const WIDE = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [
    `label_${i}`,
    [`value ${i}`, EVIL, 'x'.repeat(2000)][i % 3] as string,
  ]),
);

const SAMPLES = [
  { labels: { __name__: 'evil', job: EVIL, 'a b"<b>': EVIL, formula: '=1+1' }, samples: evil(1) },
  {
    labels: { __name__: 'evil', job: `${EVIL}2`, 'a b"<b>': `"}\n${EVIL}`, formula: '=1+1' },
    samples: evil(2),
  },
  ...[0, 1, 2].map((i) => ({
    labels: { __name__: 'temperature', job: 'sensors', sensor_id: `sensor_${i}` },
    samples: samplesOf(NOW - 3 * HOUR, NOW, 60_000, (_, at) => 20 + i + (at % 10) / 10),
  })),
  {
    labels: { __name__: 'odd' },
    samples: [Number.NaN, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY].map(
      (value, i) => [NOW - (4 - i) * 60_000, value] as const,
    ),
  },
  {
    labels: { __name__: 'thirds' },
    samples: samplesOf(NOW - 2 * HOUR, NOW, 60_000, (_, at) => (at % 2 === 0 ? 1 / 3 : 7)),
  },
  { labels: { __name__: 'wide', ...WIDE }, samples: evil(3) },
  ...Array.from({ length: 600 }, (_, i) => ({
    labels: { __name__: 'crowd', number: String(i) },
    samples: [[NOW - 1000, i] as const],
  })),
  {
    labels: { __name__: 'autumn' },
    samples: samplesOf(Date.UTC(2025, 9, 24), Date.UTC(2025, 9, 28), HOUR / 2, (time) => time / HOUR),
  },
  {
    labels: { __name__: 'spring' },
    samples: samplesOf(Date.UTC(2026, 2, 27), NOW, HOUR / 2, (time) => time / HOUR),
  },
];

function evil(value: number) {
  return samplesOf(NOW - HOUR, NOW, 60_000, () => value);
}

let site: GraphSite;
beforeAll(async () => {
  site = await startGraphSite(SAMPLES);
});
afterAll(() => site?.stop());

/** What is written on the canvas: the marks of the axes. */
async function axisWords(page: Page): Promise<string[]> {
  return page.evaluate('[...new Set(window.written)]');
}

function script() {
  const written: string[] = [];
  Object.assign(window, { written });
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    written.push(text);
    return write.call(this, text, ...rest);
  };
}

test('hostile labels are text in the legend, the tooltip, the table, the explorer and the completion', async () => {
  const { page, wrong } = await site.open('?q=evil&range=1h');
  await drawn(page);
  const title = await page.title();
  expect(
    (await page.locator('.legend li').first().innerText()).split(EVIL.replaceAll('"', '\\"')),
  ).toHaveLength(3);
  const over = page.locator('.u-over');
  await over.hover({ position: { x: 100, y: 100 } });
  expect(await page.locator('.tooltip').innerText()).toContain(EVIL);
  await page.getByRole('button', { name: 'Explore metrics' }).click();
  await page.locator('.explorer').getByText('a b"<b>').click();
  await page.locator('.explorer').getByRole('button', { name: EVIL, exact: true }).click();
  await page.waitForURL(/onerror/);
  await expect.poll(() => page.locator('.legend li').count()).toBe(1);
  await typeQuery(page, 1, 'evil{job="');
  await page.locator('.cm-tooltip-autocomplete').getByText(EVIL, { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.goto(`${site.url}/graph?q=evil&tab=table&range=1h`);
  await page.locator('td').getByText(EVIL, { exact: true }).first().waitFor();
  const { text } = await savedCsv(page);
  expect(text).toContain(`"${EVIL.replaceAll('"', '""')}"`);
  expect(text).toContain("'=1+1");
  expect(await page.locator('img, b').count()).toBe(0);
  expect(await page.title()).toBe(title);
  expect(wrong).toEqual([]);
});

test('the tooltip is short, what is spoken, the table and the file are exact', async () => {
  const { page, wrong } = await site.open('?q=thirds&range=1h');
  await drawn(page);
  await page.locator('.plot').focus();
  await page.keyboard.press('End');
  const value = page.locator('.tooltip .value');
  expect(await value.innerText()).toBe('0.333333');
  expect(await page.locator('[aria-live].heard').innerText()).toMatch(/^0\.3333333333333333 at /);
  await page.keyboard.press('ArrowLeft');
  expect(await value.innerText()).toBe('7');
  expect((await savedCsv(page)).text).toContain('0.3333333333333333');
  await page.getByLabel('hour', { exact: true }).check({ force: true });
  await page.waitForURL(/by=hour/);
  await drawn(page);
  await page.locator('.plot').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('.tooltip').innerText()).toMatch(
    /^3\.66667\n[\s\S]*average of \d+, from 0\.333333 to 7/,
  );
  await page.getByLabel('Table').check({ force: true });
  await page.getByRole('cell', { name: '0.3333333333333333', exact: true }).waitFor();
  expect(wrong).toEqual([]);
});

test.each([
  [1280, 800],
  [360, 740],
])('at %d pixels the tooltip has all labels, also where some are long', async (width, height) => {
  const { page, wrong } = await site.open('?q=wide&range=1h', { viewport: { width, height } });
  await drawn(page);
  await page.locator('.plot').focus();
  await page.keyboard.press('End');
  const tooltip = page.locator('.tooltip');
  const entries = tooltip.locator('dl > div');
  const pairs = await entries.evaluateAll((all) =>
    all.map((one) => [...one.children].map((child) => child.textContent)),
  );
  expect(Object.fromEntries(pairs)).toEqual(WIDE);
  const box = await tooltip.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
  const heights = await entries.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  expect(Math.max(...heights)).toBeLessThan(50);
  expect(await entries.last().evaluate(isSeen)).toBe(true);
  expect(await page.locator('img').count()).toBe(0);
  expect(wrong).toEqual([]);
});

/** Whether somebody who scrolls the window there sees it, and nothing else in its place. */
function isSeen(entry: Element): boolean {
  scrollBy({ top: entry.getBoundingClientRect().bottom - innerHeight + 5, behavior: 'instant' });
  const host = document.querySelector('.pointing') as HTMLElement;
  host.style.pointerEvents = 'auto';
  const { left, top } = entry.getBoundingClientRect();
  const hit = document.elementFromPoint(left + 2, top + 2);
  host.style.pointerEvents = '';
  return hit !== null && entry.contains(hit);
}

test('a browser whose clock is wrong shows the last hour of the server', async () => {
  const { page } = await site.open('?q=temperature&range=1h&tz=UTC', { clock: NOW - 7 * 24 * HOUR });
  await drawn(page);
  await expect.poll(() => page.locator('.legend li').count()).toBe(3);
  expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe('2026-03-29T09:30');
  expect(await page.getByLabel('To', { exact: true }).inputValue()).toBe('2026-03-29T10:30');
  await page.getByRole('button', { name: 'Back in time' }).click();
  await page.waitForURL(/from=2026-03-29T09:00:00Z&to=2026-03-29T10:00:00Z/);
});

test('of a table that is too long only the first rows are asked for, and how many there are', async () => {
  const { page, wrong } = await site.open();
  const answered = page.waitForResponse((response) => /query=crowd&/.test(response.url()));
  await page.goto(`${site.url}/graph?q=crowd&tab=table&range=1h`);
  const { data } = (await (await answered).json()) as { data: { result: unknown[] } };
  expect(data.result).toHaveLength(500);
  await expect.poll(() => page.locator('.query-note').innerText()).toMatch(/^Showing 500 of 600 series\./);
  expect(await page.locator('tbody tr').count()).toBe(500);
  await page.goto(`${site.url}/graph?q=crowd[5m]&tab=table&range=1h`);
  await expect
    .poll(() => page.locator('.query-note').innerText())
    .toMatch(/^Showing the first 500; there are more\./);
  expect(wrong).toEqual([]);
});

test('an address full of markup is text', async () => {
  const { page } = await site.open(
    `?q=${encodeURIComponent(EVIL)}&tz=${EVIL}&range=${EVIL}&only=${EVIL}&by=${EVIL}`,
  );
  await expect.poll(() => page.locator('.query-note').innerText()).toContain('parse error');
  expect(await page.locator('textarea').inputValue()).toBe(EVIL);
  expect(await page.locator('img').count()).toBe(0);
});

test('what is no finite number is told, and does not spoil the picture', async () => {
  const { page, wrong } = await site.open('?q=odd&range=5m&tz=UTC');
  await drawn(page);
  const { text } = await savedCsv(page);
  expect(text.split('\r\n').map((line) => line.split(',')[2])).toEqual([
    'value',
    'NaN',
    "'+Inf",
    '3',
    "'-Inf",
    undefined,
  ]);
  await page.locator('.plot').focus();
  await page.keyboard.press('End');
  expect(await page.locator('.tooltip').innerText()).toContain('-Inf');
  expect(wrong).toEqual([]);
});

describe('on the day the clocks change', () => {
  const f = (name: string, address: string, days: string[], marks: string[]) =>
    test(name, async () => {
      const { page, wrong } = await site.open(`${address}&by=day`, { script });
      await drawn(page);
      const rows = (await savedCsv(page)).text.split('\r\n').slice(1, -1);
      expect(rows.map((row) => row.split(',').slice(1, 3).join(' '))).toEqual(days);
      const written = await axisWords(page);
      expect(marks.filter((mark) => !written.includes(mark))).toEqual([]);
      await page.goto(`${site.url}/graph${address}&by=hour`);
      await drawn(page);
      const hours = (await savedCsv(page)).text.split('\r\n').slice(1, -1);
      const begins = hours.map((row) => Date.parse(row.split(',')[1] ?? ''));
      expect(begins.every((begin, i) => i === 0 || begin - (begins[i - 1] as number) === HOUR)).toBe(true);
      expect(wrong).toEqual([]);
    });

  f(
    'in spring it has 23 hours',
    '?q=spring&from=2026-03-27T23:00:00Z&to=2026-03-29T10:30:00Z&tz=Europe/Berlin',
    [
      '2026-03-27T23:00:00.000Z 2026-03-28T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z',
    ],
    ['28 Mar', '29 Mar', '00:00', '06:00', '12:00', '18:00'],
  );
  f(
    'in autumn it has 25',
    '?q=autumn&from=2025-10-24T22:00:00Z&to=2025-10-26T23:00:00Z&tz=Europe/Berlin',
    [
      '2025-10-24T22:00:00.000Z 2025-10-25T22:00:00.000Z',
      '2025-10-25T22:00:00.000Z 2025-10-26T23:00:00.000Z',
    ],
    ['25 Oct', '26 Oct', '00:00', '06:00', '12:00', '18:00'],
  );

  test('the tooltip tells both hours apart that are called the same', async () => {
    const { page } = await site.open(
      '?q=autumn&from=2025-10-26T00:00:00Z&to=2025-10-26T01:30:00Z&tz=Europe/Berlin',
    );
    await drawn(page);
    await page.locator('.plot').focus();
    const said: string[] = [];
    for (const key of ['Home', 'Home', 'ArrowRight', 'ArrowRight']) {
      await page.keyboard.press(key);
      said.push(await page.locator('.tooltip .time').innerText());
    }
    expect(said.slice(1)).toEqual([
      '2025-10-26 02:00:00 +02:00',
      '2025-10-26 02:30:00 +02:00',
      '2025-10-26 02:00:00 +01:00',
    ]);
  });
});

test('UTC and local time change the picture with one click, and go into the link', async () => {
  const { page } = await site.open('?q=temperature&range=1h', { script });
  await drawn(page);
  expect(await axisWords(page)).toContain('12:30');
  await page.getByRole('button', { name: /^Local time/ }).click();
  await page.waitForURL(/tz=UTC/);
  await drawn(page);
  expect(await axisWords(page)).toContain('10:30');
});

test('an empty server says what to do next', async () => {
  const empty = await startGraphSite([], site.pages);
  const { page, wrong } = await empty.open();
  await page.getByText('Nothing is stored yet').waitFor();
  await page.getByRole('button', { name: 'Explore metrics' }).click();
  await page.getByText('There are no metrics yet.').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  expect(wrong).toEqual([]);
});

test('everything can be done by keyboard', async () => {
  const { page, wrong } = await site.open('?range=1h');
  const focused = () =>
    page.evaluate(() => {
      const { activeElement } = document;
      return (activeElement?.shadowRoot?.activeElement ?? activeElement)?.getAttribute('aria-label') ?? '';
    });
  const tabTo = async (name: RegExp) => {
    for (let i = 0; i < 60 && !name.test(await focused()); i++) await page.keyboard.press('Tab');
    expect(await focused()).toMatch(name);
  };
  await tabTo(/^Query 1$/);
  await page.locator('.cm-content').waitFor();
  await page.keyboard.type('temperature');
  await page.keyboard.press('Enter');
  await drawn(page);
  await page.keyboard.press('Escape');
  await tabTo(/^Chart of 3 series/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('[aria-live].heard').innerText()).toMatch(
    /^20\.\d at 2026-03-29 12:29:00 \+02:00: .*sensor_0/,
  );
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('.tooltip').innerText()).toContain('sensor_1');
  await page.keyboard.press('Escape');
  expect(await page.locator('.tooltip').isVisible()).toBe(false);
  const shown = page.locator('.legend li:has(.toggle[aria-pressed=true])');
  await tabTo(/^Show sensor_id="sensor_0"$/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  expect(await shown.allInnerTexts()).toEqual(['sensor_id="sensor_1"']);
  await page.keyboard.press('Control+Enter');
  expect(await shown.count()).toBe(3);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press(' ');
  expect(await shown.allInnerTexts()).toEqual(['sensor_id="sensor_0"', 'sensor_id="sensor_1"']);
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  expect(await shown.allInnerTexts()).toEqual(['sensor_id="sensor_1"']);
  expect(wrong).toEqual([]);
});

/** Longer than a phone is wide. */
const LONG = 'temperature{job="sensors",sensor_id=~"sensor_[0-3]",sensor_id!="sensor_99"}';

const STATES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  '?q=temperature&range=1h': drawn,
  [`?q=${encodeURIComponent(LONG)}&range=soon&by=year&tz=${'x'.repeat(200)}`]: drawn,
  '?q=temperature&q=nothing(&range=1h&by=hour&tz=UTC&off=1': (page) =>
    page.locator('.query-note p').waitFor(),
  '?q=evil&tab=table': (page) => page.locator('td').first().waitFor(),
  '?q=temperature': async (page) => {
    await drawn(page);
    await page.getByRole('button', { name: 'Explore metrics' }).click();
    await page.locator('.explorer summary').first().click();
    await page.locator('.explorer li button').last().waitFor();
    await typeQuery(page, 1, 'temp');
    await page.locator('.cm-tooltip-autocomplete').waitFor();
  },
};

test.each(Object.keys(STATES))(
  'light on a phone and dark on a desk axe-core has no finding, and nothing is cut off at %s',
  async (address) => {
    const { page } = await site.open(address, {
      colorScheme: 'light',
      viewport: { width: 360, height: 740 },
    });
    await STATES[address]?.(page);
    expect(await axeFindings(page)).toEqual([]);
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBe(360);
    await page.setViewportSize({ width: 1280, height: 800 });
    // Without transitions, in which colours are between both.
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await axeFindings(page)).toEqual([]);
    expect(await width()).toBe(1280);
  },
);
