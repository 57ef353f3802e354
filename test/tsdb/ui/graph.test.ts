// The Graph page as people use it, in a real browser over a real server.

import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  drawn,
  type GraphSite,
  NOW,
  picture,
  samplesOf,
  savedCsv,
  startGraphSite,
  typeQuery,
} from './graph-site.ts';

const HOUR = 3_600_000;
const GAP = { from: NOW - 90 * 60_000, to: NOW - 60 * 60_000 };

const SAMPLES = [
  ...[0, 1, 2].map((i) => ({
    labels: { __name__: 'temperature', job: 'sensors', sensor_id: `sensor_${i}` },
    samples: samplesOf(NOW - 3 * HOUR, NOW, 60_000, (_, at) => 20 + i + (at % 10) / 10),
  })),
  ...Array.from({ length: 130 }, (_, i) => ({
    labels: { __name__: 'up', job: i < 100 ? 'sensors' : 'inventory', instance: `host-${i}:9100` },
    samples: samplesOf(NOW - HOUR, NOW, 60_000, () => 1),
  })),
  {
    labels: { __name__: 'broken' },
    samples: samplesOf(NOW - 3 * HOUR, NOW, 60_000, () => 5).filter(
      ([time]) => time <= GAP.from || time >= GAP.to,
    ),
  },
];

let site: GraphSite;
beforeAll(async () => {
  site = await startGraphSite(SAMPLES);
});
afterEach(() => {
  site.now = NOW;
});
afterAll(() => site?.stop());

const fieldValue = (page: Page, name: string) => page.getByLabel(name, { exact: true }).inputValue();
const legend = (page: Page) => page.locator('.legend .only');
const squares = (page: Page) => page.locator('.legend .toggle');
const shown = (page: Page) => page.locator('.legend li:has(.toggle[aria-pressed=true])').allInnerTexts();
const search = (page: Page) => new URL(page.url()).searchParams;

test('a query is typed with completion, and Enter draws it', async () => {
  const { page, wrong } = await site.open();
  await typeQuery(page, 1, 'temp');
  const list = page.locator('.cm-tooltip-autocomplete');
  await list.getByText('temperature').waitFor();
  expect(await list.locator('li').first().innerText()).toMatch(/^temperature\s*gauge$/);
  await page.keyboard.press('Enter');
  await page.keyboard.type('{sen');
  await list.getByText('sensor_id').waitFor();
  await page.keyboard.press('Enter');
  await list.getByText('sensor_1').waitFor();
  await page.keyboard.type('sensor_1",jo');
  await list.getByText('job').waitFor();
  await page.keyboard.press('Enter');
  await list.getByText('sensors').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await drawn(page);
  expect(search(page).get('q')).toBe('temperature{sensor_id="sensor_1",job="sensors"}');
  expect(await legend(page).allInnerTexts()).toEqual(['temperature job="sensors" sensor_id="sensor_1"']);
  expect(await page.title()).toBe('temperature{sensor_id="sensor_1",job="sensors"} · Graph · mini-tsdb');
  expect(wrong).toEqual([]);
});

test('the plain field works without the editor', async () => {
  const { page } = await site.open();
  await page.route('**/editor-*.js', (route) => route.abort());
  await page.locator('textarea').fill('temperature');
  await page.locator('textarea').press('Enter');
  await drawn(page);
  expect(await legend(page).allInnerTexts()).toEqual([0, 1, 2].map((i) => `sensor_id="sensor_${i}"`));
  expect(search(page).toString()).toBe('q=temperature&range=1h&tz=Europe%2FBerlin');
});

test('dragging zooms in, the browser goes back, and the picture is the one from before', async () => {
  const { page, wrong } = await site.open('?q=temperature&range=3h&tz=UTC');
  await drawn(page);
  const before = await picture(page);
  const over = await page.locator('.u-over').boundingBox();
  const { x, y, width, height } = over ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + width / 3, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 3, { steps: 4 });
  await page.mouse.move(x + (width * 2) / 3, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/from=/);
  const from = Date.parse(search(page).get('from') ?? '');
  const to = Date.parse(search(page).get('to') ?? '');
  expect(Math.abs(from - (NOW - 2 * HOUR))).toBeLessThan(60_000);
  expect(Math.abs(to - (NOW - HOUR))).toBeLessThan(60_000);
  await drawn(page);
  await page.mouse.move(0, 0);
  expect(await picture(page)).not.toBe(before);
  await page.goBack();
  await page.waitForURL(/range=3h/);
  await expect.poll(() => picture(page)).toBe(before);
  await page.goForward();
  await page.waitForURL(/from=/);
  expect(wrong).toEqual([]);
});

test('what a link has wrong is told until the next step, and again on the way back', async () => {
  const { page, wrong } = await site.open('?q=temperature&range=soon&by=year&tz=Mars');
  await drawn(page);
  const note = page.getByText('Not taken from the link');
  expect(await note.innerText()).toBe(
    'Not taken from the link: “range=soon” (shown is the last 1h), “by=year” (shown is raw), “tz=Mars” (times are those of Europe/Berlin).',
  );
  await page.getByLabel('6h', { exact: true }).check();
  await page.waitForURL(/range=6h/);
  expect(await note.isVisible()).toBe(false);
  await page.goBack();
  await note.waitFor();
  expect(wrong).toEqual([]);
});

test('a link shows the same picture to somebody else, in another time zone', async () => {
  const { page } = await site.open('?q=temperature&q=broken&range=3h&by=minute');
  await drawn(page);
  await legend(page).nth(1).click();
  await legend(page)
    .nth(3)
    .click({ modifiers: ['Control'] });
  await drawn(page);
  await page.mouse.move(0, 0);
  const first = [await shown(page), await picture(page)];
  expect(first[0]).toEqual(['sensor_id="sensor_1"', 'broken']);
  expect(search(page).get('tz')).toBe('Europe/Berlin');

  const other = await site.open(new URL(page.url()).search, { timezoneId: 'America/New_York' });
  await drawn(other.page);
  await expect.poll(() => shown(other.page)).toEqual(first[0]);
  // A line more about the zone may move the chart, not change it.
  expect(await picture(other.page)).toBe(first[1]);
  await other.page.getByText('Times are those of Europe/Berlin').waitFor();
  await other.page.getByRole('button', { name: 'Use America/New_York' }).click();
  await other.page.waitForURL(/tz=America\/New_York/);
  expect(other.wrong).toEqual([]);
});

test('the granularity changes to averages with their least and greatest', async () => {
  const { page, wrong } = await site.open('?q=temperature{sensor_id="sensor_0"}&range=3h&tz=UTC');
  await drawn(page);
  const raw = await picture(page);
  await page.getByLabel('hour', { exact: true }).check({ force: true });
  await page.waitForURL(/by=hour/);
  await expect.poll(() => picture(page)).not.toBe(raw);
  await drawn(page);
  const { text } = await savedCsv(page);
  expect(text.split('\r\n').slice(0, 3)).toEqual([
    'query,time,end,avg,min,max,count,partial,__name__,job,sensor_id',
    '"temperature{sensor_id=""sensor_0""}",2026-03-29T07:00:00.000Z,2026-03-29T08:00:00.000Z,20.45,20,20.9,30,true,temperature,sensors,sensor_0',
    '"temperature{sensor_id=""sensor_0""}",2026-03-29T08:00:00.000Z,2026-03-29T09:00:00.000Z,20.45,20,20.9,60,false,temperature,sensors,sensor_0',
  ]);
  const over = page.locator('.u-over');
  await over.hover({ position: { x: ((await over.boundingBox())?.width ?? 0) * 0.4, y: 50 } });
  expect(await page.locator('.tooltip').innerText()).toContain('average of 60, from 20 to 20.9');
  expect(wrong).toEqual([]);
});

test('a gap is a gap', async () => {
  const { page } = await site.open('?q=broken&range=3h&tz=UTC');
  await drawn(page);
  const painted = (from: number, to: number) =>
    page.evaluate(
      ([begin, end]) => {
        const canvas = document.querySelector('.plot canvas') as HTMLCanvasElement;
        const box = (document.querySelector('.u-over') as HTMLElement).getBoundingClientRect();
        const ratio = canvas.width / canvas.getBoundingClientRect().width;
        const left = (box.left - canvas.getBoundingClientRect().left) * ratio;
        const x = Math.round(left + begin * box.width * ratio);
        const width = Math.round((end - begin) * box.width * ratio);
        const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
          x,
          0,
          width,
          canvas.height,
        );
        let coloured = 0;
        for (let i = 0; i < data.length; i += 4) {
          const [red = 0, green = 0] = [data[i], data[i + 1]];
          if (green - red > 40) coloured += 1;
        }
        return coloured;
      },
      [from, to] as const,
    );
  const share = (time: number) => (time - (NOW - 3 * HOUR)) / (3 * HOUR);
  expect(await painted(share(GAP.from) + 0.01, share(GAP.to) - 0.01)).toBe(0);
  expect(await painted(0.05, share(GAP.from) - 0.01)).toBeGreaterThan(300);
  expect(await painted(share(GAP.to) + 0.01, 0.95)).toBeGreaterThan(200);
});

test.each([
  ['a click', {}],
  ['a tap on a phone', { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true }],
])(
  '%s on a name in the legend shows only that series, on its square it hides or shows it',
  async (_, options) => {
    const { page, wrong } = await site.open('?q=temperature&range=1h', options);
    const press = (place: Locator) => ('hasTouch' in options ? place.tap() : place.click());
    await drawn(page);
    const hint = page.locator('.legend .hint');
    expect(await hint.innerText()).toBe(
      'Square: hides or shows the series. Name: shows only this one; once more, all.',
    );
    await press(squares(page).nth(0));
    expect(await shown(page)).toEqual(['sensor_id="sensor_1"', 'sensor_id="sensor_2"']);
    expect(search(page).get('not')).toMatch(/^[0-9a-z]+$/);
    await press(squares(page).nth(1));
    expect(await shown(page)).toEqual(['sensor_id="sensor_2"']);
    await press(squares(page).nth(0));
    expect(await shown(page)).toEqual(['sensor_id="sensor_0"', 'sensor_id="sensor_2"']);
    await press(legend(page).nth(2));
    expect(await shown(page)).toEqual(['sensor_id="sensor_2"']);
    await press(legend(page).nth(2));
    expect(await shown(page)).toHaveLength(3);
    for (const button of await page.locator('.legend button').all()) {
      const { width = 0, height = 0 } = (await button.boundingBox()) ?? {};
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(24);
    }
    expect(wrong).toEqual([]);
  },
);

test('the legend says of each series whether it is shown, and which one is the only one', async () => {
  const { page } = await site.open('?q=temperature&range=1h');
  await drawn(page);
  const pressed = () => page.getByRole('region', { name: 'Series' }).getByRole('button', { pressed: true });
  const names = async () => (await pressed().all()).map((button) => button.getAttribute('aria-label'));
  const told = async () => Promise.all(await names());
  expect(await told()).toEqual([0, 1, 2].map((i) => `Show sensor_id="sensor_${i}"`));
  await page.getByRole('button', { name: 'Only sensor_id="sensor_1"' }).click();
  expect(await told()).toEqual(['Show sensor_id="sensor_1"', 'Only sensor_id="sensor_1"']);
});

test('a query that comes after a choice in the legend is drawn whole', async () => {
  const { page } = await site.open('?q=temperature&range=1h');
  await drawn(page);
  await legend(page).nth(1).click();
  await typeQuery(page, 1, 'temperature{job="sensors"}');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=temperature%7B/);
  await drawn(page);
  expect(await shown(page)).toHaveLength(3);
  await squares(page).nth(1).click();
  expect(await shown(page)).toEqual(['sensor_id="sensor_0"', 'sensor_id="sensor_2"']);
});

test('a click on a name in the legend with Ctrl or Shift hides or shows it too', async () => {
  const { page } = await site.open('?q=temperature&range=1h');
  await drawn(page);
  await legend(page).nth(1).click();
  expect(await shown(page)).toEqual(['sensor_id="sensor_1"']);
  expect(search(page).get('only')).toMatch(/^[0-9a-z]+$/);
  await legend(page).nth(1).click();
  expect(await shown(page)).toHaveLength(3);
  await legend(page)
    .nth(0)
    .click({ modifiers: ['Shift'] });
  expect(await shown(page)).toEqual(['sensor_id="sensor_1"', 'sensor_id="sensor_2"']);
  expect((await savedCsv(page)).text).not.toContain('sensor_0');
  await page.reload();
  await drawn(page);
  expect(await shown(page)).toHaveLength(2);
});

test('several queries: added, hidden, removed', async () => {
  const { page } = await site.open('?q=temperature&range=1h');
  await drawn(page);
  await page.getByRole('button', { name: 'Add query' }).click();
  await typeQuery(page, 2, 'broken ');
  await page.keyboard.press('Enter');
  await expect.poll(() => legend(page).count()).toBe(4);
  await page.getByRole('button', { name: 'Hide query 1' }).click();
  await expect.poll(() => legend(page).allInnerTexts()).toEqual(['broken']);
  expect(search(page).get('off')).toBe('1');
  await page.getByRole('button', { name: 'Remove query 1' }).click();
  await expect.poll(() => page.locator('.query').count()).toBe(1);
  expect(search(page).getAll('q')).toEqual(['broken ']);
  await page.goBack();
  await expect.poll(() => page.locator('.query').count()).toBe(2);
});

test('what is wrong with a query stands at the query, in the words of the server; the others are drawn', async () => {
  const { page } = await site.open('?q=broken&q=up{&q=rate(up[5m])&range=1h');
  await drawn(page);
  const notes = page.locator('.query-note');
  await expect.poll(() => notes.nth(1).innerText()).toContain('parse error');
  expect(await notes.nth(2).innerText()).not.toBe('');
  expect(await notes.nth(0).innerText()).toBe('');
  expect(await legend(page).allInnerTexts()).toEqual(['broken']);
});

test('of very many series it says how many are shown, and narrows them with a click', async () => {
  const { page } = await site.open('?q=up&range=1h');
  await drawn(page);
  const note = page.locator('.query-note');
  expect(await note.innerText()).toMatch(/^Showing 100 of 130 series\. Narrow it by a label:/);
  expect(await legend(page).count()).toBe(100);
  await note.getByRole('button', { name: 'job="inventory"' }).click();
  await page.waitForURL(/inventory/);
  await expect.poll(() => legend(page).count()).toBe(30);
  await expect.poll(() => note.innerText()).toBe('');
});

test('the table has the latest values, and its CSV', async () => {
  const { page, wrong } = await site.open('?q=temperature&range=1h&tab=table');
  await page.locator('td').first().waitFor();
  expect(await page.locator('tbody tr').allInnerTexts()).toEqual([
    'sensor_0\t20',
    'sensor_1\t21',
    'sensor_2\t22',
  ]);
  expect(await page.locator('th').allInnerTexts()).toEqual(['sensor_id', 'value']);
  const { name, text } = await savedCsv(page);
  expect(name).toBe('temperature_2026-03-29T093000_2026-03-29T103000.csv');
  expect(text.split('\r\n')[1]).toBe('temperature,2026-03-29T10:30:00.000Z,20,temperature,sensors,sensor_0');
  expect(wrong).toEqual([]);
});

test('an empty table says of which moment it is; the chart has what is older', async () => {
  const span = 'from=2026-03-29T07:00:00Z&to=2026-03-29T11:00:00Z';
  const { page } = await site.open(`?q=temperature&tab=table&tz=UTC&${span}`);
  const words = page.locator('.empty');
  await expect.poll(() => words.innerText()).toMatch(/one moment, .*11:00:00.*the chart shows older ones/);
  await page.getByLabel('Chart', { exact: true }).check({ force: true });
  await drawn(page);
  expect(await words.isVisible()).toBe(false);
});

test('of a query that fails it does not say that there is nothing', async () => {
  const { page } = await site.open('?q=rate(up[5m])&range=1h');
  await expect
    .poll(() => page.locator('.empty').innerText())
    .toBe('There is nothing to show: what is wrong stands below the query.');
});

test('a table that was scrolled stays so when it is asked again', async () => {
  const { page } = await site.open('?q=up&tab=table&range=1h&tz=UTC');
  const table = page.locator('.tables .scroll');
  await page.locator('.tables').evaluate((tables) => {
    (tables as HTMLElement).style.width = '100px';
  });
  await table.evaluate((place) => place.scrollTo({ left: 20, behavior: 'instant' }));
  const scrolled = () => table.evaluate(({ scrollLeft }) => scrollLeft);
  expect(await scrolled()).toBe(20);
  const first = await table.elementHandle();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect.poll(() => first?.evaluate(({ isConnected }) => isConnected)).toBe(false);
  expect(await scrolled()).toBe(20);
});

test('lengths, dates with times, and steps in time', async () => {
  const { page } = await site.open('?q=temperature&range=1h&tz=UTC');
  await drawn(page);
  await page.getByLabel('6h', { exact: true }).check({ force: true });
  await page.waitForURL(/range=6h/);
  await page.getByLabel('The last, as a duration').fill('90m');
  await page.keyboard.press('Enter');
  await page.waitForURL(/range=90m/);
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await page.waitForURL(/range=3h/);
  await page.getByLabel('From', { exact: true }).fill('2026-03-29T08:00:00');
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=2026-03-29T08:00:00Z&to=2026-03-29T10:30:00Z/);
  expect(await page.getByLabel('Refresh').isDisabled()).toBe(true);
  // A time before the other changes places with it, also in the field that was typed into.
  await page.getByLabel('To', { exact: true }).fill('2026-03-29T05:30:00');
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=2026-03-29T05:30:00Z&to=2026-03-29T08:00:00Z/);
  const fields = () => Promise.all(['From', 'To'].map((name) => fieldValue(page, name)));
  await expect.poll(fields).toEqual(['2026-03-29T05:30', '2026-03-29T08:00']);
  await page.getByLabel('To', { exact: true }).fill('2026-03-29T10:30:00');
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=2026-03-29T05:30:00Z&to=2026-03-29T10:30:00Z/);
  await page.getByLabel('From', { exact: true }).fill('2026-03-29T08:00:00');
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=2026-03-29T08:00:00Z&to=2026-03-29T10:30:00Z/);
  await page.getByRole('button', { name: 'Back in time' }).click();
  await page.waitForURL(/from=2026-03-29T06:45:00Z&to=2026-03-29T09:15:00Z/);
  await page.getByLabel('The last, as a duration').fill('soon');
  await page.keyboard.press('Enter');
  expect(page.url()).toContain('from=2026-03-29T06:45:00Z');
});

test('the explorer tells what metrics are, and puts them and their labels into the query', async () => {
  const { page, wrong } = await site.open();
  await page.getByRole('button', { name: 'Explore metrics' }).click();
  const explorer = page.getByRole('complementary', { name: 'Explorer' });
  await explorer.getByText('3 metrics').waitFor();
  await explorer.getByRole('searchbox').fill('warm');
  expect(await explorer.locator('.metrics li').allInnerTexts()).toEqual([
    'temperature gauge\nHow warm it is.'.replace(' gauge', 'gauge'),
  ]);
  await explorer.getByRole('button', { name: /temperature/ }).click();
  await drawn(page);
  await explorer.getByText('sensor_id').click();
  await explorer.getByRole('button', { name: 'sensor_2' }).click();
  await page.waitForURL(/sensor_2/);
  expect(search(page).get('q')).toBe('temperature{sensor_id="sensor_2"}');
  await explorer.getByRole('button', { name: 'sensor_2', pressed: true }).click();
  await expect.poll(() => search(page).get('q')).toBe('temperature');
  expect(wrong).toEqual([]);
});

test('by itself it is asked again as often as it is told to, and the time goes on', async () => {
  const { page } = await site.open('?q=temperature&range=1h&tz=UTC');
  await drawn(page);
  await page.getByLabel('Refresh').selectOption('5s');
  await page.waitForURL(/refresh=5s/);
  const asked = page.waitForRequest((request) => /end=1774780500&/.test(request.url()));
  site.now = NOW + 5 * 60_000;
  await page.clock.setFixedTime(site.now);
  await page.clock.runFor(5000);
  await asked;
  await expect.poll(() => page.locator('[aria-label=To]').inputValue()).toMatch(/^2026-03-29T10:35/);
});

test('a server that goes away leaves what is seen, says so, and is asked until it is back', async () => {
  const { page } = await site.open('?q=temperature&range=1h&tz=UTC');
  await drawn(page);
  await page.context().setOffline(true);
  await page.getByLabel('6h', { exact: true }).check({ force: true });
  await page.getByText('mini-tsdb does not answer since').waitFor();
  expect(await legend(page).count()).toBe(3);
  await page.context().setOffline(false);
  await page.getByText('mini-tsdb does not answer since').waitFor({ state: 'hidden' });
  await drawn(page);
  expect((await savedCsv(page)).text.split('\r\n').length).toBeGreaterThan(3 * 180);
});

test('a server that came back is believed, also when something else was asked for meanwhile', async () => {
  const { page } = await site.open('?q=temperature&range=1h&tz=UTC');
  await drawn(page);
  await page.context().setOffline(true);
  await page.getByLabel('6h', { exact: true }).check({ force: true });
  await page.getByText('mini-tsdb does not answer since').waitFor();
  await page.getByLabel('Refresh').selectOption('5s');
  await page.context().setOffline(false);
  await expect.poll(() => page.locator('.banner').isHidden()).toBe(true);
});

test('an editor that is removed listens no more', async () => {
  const { page } = await site.open('?q=temperature&q=up&tz=UTC');
  await drawn(page);
  await page.evaluate(() => {
    const kept = new Set<unknown>();
    const { addEventListener: add, removeEventListener: remove } = document;
    Object.assign(window, { kept });
    document.addEventListener = (type: string, listener: EventListener) => {
      if (type === 'selectionchange') kept.add(listener);
      add.call(document, type, listener);
    };
    document.removeEventListener = (type: string, listener: EventListener) => {
      kept.delete(listener);
      remove.call(document, type, listener);
    };
  });
  const kept = () => page.evaluate('kept.size');
  await typeQuery(page, 1, 'temperature');
  await typeQuery(page, 2, 'up');
  expect(await kept()).toBe(2);
  await page.getByRole('button', { name: 'Remove query 2' }).click();
  await expect.poll(kept).toBe(1);
});

test('a letter that is being put together while the editor loads is not lost', async () => {
  const { page } = await site.open();
  const isLoaded = Promise.withResolvers<void>();
  await page.route('**/assets/editor-*.js', async (route) => {
    await isLoaded.promise;
    await route.continue();
  });
  const asked = page.waitForRequest('**/assets/editor-*.js');
  await page.getByLabel('Query 1', { exact: true }).focus();
  const editor = (await asked).url();
  const session = await page.context().newCDPSession(page);
  await session.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
  isLoaded.resolve();
  await page.evaluate(`import(${JSON.stringify(editor)})`);
  expect(await page.locator('.query-box textarea').inputValue()).toBe('に');
  await session.send('Input.insertText', { text: '日' });
  await expect.poll(() => page.locator('.cm-content').innerText()).toBe('日');
});

test('what is said about a query is not said again while it stays the same', async () => {
  const { page } = await site.open('?q=temperature(&range=1h&tz=UTC');
  const note = await page.locator('.query-note p').elementHandle();
  site.now = NOW + 5 * 60_000;
  await page.clock.setFixedTime(site.now);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect.poll(() => page.locator('[aria-label=To]').inputValue()).toMatch(/^2026-03-29T10:35/);
  expect(await note?.evaluate(({ isConnected }) => isConnected)).toBe(true);
});

test('whoever chooses in the explorer stays where they are', async () => {
  const { page } = await site.open('?q=temperature&range=1h&tz=UTC');
  await page.getByRole('button', { name: 'Explore metrics' }).click();
  const explorer = page.locator('.explorer');
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await explorer.locator('summary', { hasText: 'sensor_id' }).click();
  await explorer.getByRole('button', { name: 'sensor_2' }).focus();
  await page.keyboard.press('Enter');
  await explorer.getByRole('button', { name: 'sensor_2', pressed: true }).waitFor();
  await expect.poll(focused).toBe('sensor_2');
  await explorer.getByRole('button', { name: 'broken' }).focus();
  await page.keyboard.press('Enter');
  await explorer.locator('button[aria-current=true]', { hasText: 'broken' }).waitFor();
  expect(await focused()).toBe('broken');
});
