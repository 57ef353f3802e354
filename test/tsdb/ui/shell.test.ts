// What all pages have in common, in a real browser: theme, keyboard, a path before them.

import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestWeb } from '../web/test-web.ts';
import { openPage, startTestPages, type TestPages, target, targetsStatus } from './test-pages.ts';

let pages: TestPages;
let web: TestWeb;
let proxy: Server;
beforeAll(async () => {
  pages = await startTestPages();
  web = await pages.start({ targets: () => targetsStatus([target(1)]) });
  proxy = prefixProxy(web.url);
  await once(proxy, 'listening');
});
afterAll(async () => {
  proxy?.close();
  await pages?.stop();
});

// Knows nothing but what is below /monitoring/.
function prefixProxy(url: string): Server {
  const prefix = '/monitoring';
  return createServer((message, response) => {
    if (!message.url?.startsWith(`${prefix}/`)) return response.writeHead(404).end();
    const path = message.url.slice(prefix.length);
    const { method, headers } = message;
    const asked = request(`${url}${path}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    return message.pipe(asked);
  }).listen(0, '127.0.0.1');
}

test.each(['targets', 'graph', 'status'])('%s shows the bar, without a word in the console', async (name) => {
  const { page, said } = await openPage(pages, `${web.url}/${name}`);
  await page.locator('nav a[aria-current=page]').waitFor();
  expect(await page.locator('nav a').allTextContents()).toEqual(['Targets', 'Graph', 'Status']);
  expect(await page.locator('h1').count()).toBe(1);
  expect(said).toEqual([]);
});

test('no text becomes HTML, a script or a thread, whoever tries', async () => {
  const { page } = await openPage(pages, `${web.url}/targets`);
  const refusal = (attempt: string) =>
    page.evaluate(`(() => { try { ${attempt}; return 'done'; } catch (error) { return error.name; } })()`);
  expect(await refusal(`document.body.innerHTML = '<b>x</b>'`)).toBe('TypeError');
  expect(await refusal(`document.createElement('script').text = 'x'`)).toBe('TypeError');
  expect(await refusal(`new Worker('assets/targets.js')`)).toBe('TypeError');
  expect(await refusal(`trustedTypes.createPolicy('mine', {})`)).toBe('TypeError');
  expect(await page.locator('b').count()).toBe(0);
});

test('behind a path the pages, their thread and their requests are found', async () => {
  const { port } = proxy.address() as AddressInfo;
  const { page, said } = await openPage(pages, `http://127.0.0.1:${port}/monitoring/targets`);
  await page.getByText('http://sensor_1:9100/metrics').waitFor();
  await page.getByRole('link', { name: 'Status' }).click();
  await page.getByRole('heading', { name: 'Store' }).waitFor();
  expect(said).toEqual([]);
});

test('the theme goes round by keyboard, and is that of every page from then on', async () => {
  const { page } = await openPage(pages, `${web.url}/targets`, { colorScheme: 'light' });
  const theme = page.locator('.tools button').nth(1);
  const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
  const light = await background();
  await theme.focus();
  const named = () => theme.getAttribute('aria-label');
  expect(await named()).toBe('Theme: system. Change to light.');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  expect(await named()).toBe('Theme: dark. Change to system.');
  expect(await background()).not.toBe(light);
  const dark = await background();
  await page.goto(`${web.url}/status`);
  await theme.waitFor();
  expect(await background()).toBe(dark);
  await page.emulateMedia({ colorScheme: 'dark' });
  await theme.press('Enter');
  expect(await background()).toBe(dark);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await background()).toBe(light);
});

test('the first key leads past the bar, and every control of it can be reached', async () => {
  const { page } = await openPage(pages, `${web.url}/status`);
  await page.getByRole('heading', { name: 'Store' }).waitFor();
  const names: (string | null)[] = [];
  for (let i = 0; i < 6; i += 1) {
    await page.keyboard.press('Tab');
    names.push(await page.locator(':focus').textContent());
  }
  expect(names).toEqual(['Skip to content', 'Targets', 'Graph', 'Status', 'Local', '']);
  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  expect(await page.locator(':focus').getAttribute('id')).toBe('main');
});

test('a browser that keeps nothing has the pages nevertheless', async () => {
  const page = await pages.pool.own();
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    Object.defineProperty(window, 'localStorage', { get: refuse });
  });
  await page.goto(`${web.url}/targets`);
  await page.getByText('http://sensor_1:9100/metrics').waitFor();
  await page.locator('.tools button').first().click();
  expect(await page.locator('.tools button').first().textContent()).toBe('UTC');
});
