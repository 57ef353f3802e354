// mini-tsdb as it is delivered, behind users and TLS and behind a proxy: who may ask what, its pages in a browser, and
// what it says of a sidecar that is guarded as well.

import { request } from 'node:http';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InventorySdAnswer } from '../../src/tsdb/web/inventory-sd.ts';
import { startBrowser } from '../../tools/browser.ts';
import { startTestServer } from '../helpers/http-server.ts';
import { type MiniTsdb, startMiniTsdb } from '../helpers/mini-tsdb.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';
import { webRequest } from '../helpers/web-request.ts';
import {
  builtPrograms,
  startSidecar,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
  waitForTargets,
} from './stack.ts';

const USER = ['alice', 'correct horse'] as const;
const GUARDED = WEB.tls + WEB.users({ alice: 'correct horse' });
const PAGES = ['targets', 'graph', 'status'];

let dir: TempDir;
let web: WebFolder;
let inventory: TestInventory;
let sidecar: TestSidecar;
let mini: MiniTsdb;
let secure: string;
let browser: Browser;
let program: string;
beforeAll(async () => {
  [dir, web, inventory] = await Promise.all([tempDir('mini-web'), webFolder(GUARDED), startTestInventory(3)]);
  await web.add('user', `${USER.join(':')}\n`);
  await web.add('prometheus.yml', 'scrape_configs: []\n');
  program = join(await builtPrograms(), 'mini-tsdb.cjs');
  sidecar = await startSidecar(`${inventory.url}/inventory`, dir.path, { WEB_CONFIG_FILE: web.path });
  await waitForTargets(sidecar, 3);
  mini = await startMiniTsdb(
    web.file('prometheus.yml'),
    [
      `--web.config.file=${web.path}`,
      `--inventory-sd.url=${sidecar.url.replace('http:', 'https:')}`,
      `--inventory-sd.ca-file=${web.file('ca.crt')}`,
      `--inventory-sd.basic-auth-file=${web.file('user')}`,
    ],
    program,
  );
  secure = mini.url.replace('http:', 'https:');
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([mini?.stop(), sidecar?.stop(), inventory?.stop()]);
  await Promise.all([web?.remove(), dir?.remove()]);
});

async function paths(): Promise<readonly (readonly [method: string, path: string])[]> {
  const { body } = await webRequest(`${secure}/api/openapi.json`, { user: USER });
  const { paths } = JSON.parse(body) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), filled(path)] as const),
  );
}

function filled(path: string): string {
  return path
    .replace('{file}', 'style.css')
    .replace('{name}', 'up')
    .replace('{granularity}/{start}/{end}', 'day/2026-01-01/2026-01-02');
}

test('the log tells where a person looks first', () => {
  const [listening] = mini.program.stdout.filter((line) => line.includes('"msg":"listening"'));
  expect(JSON.parse(listening ?? '{}')).toMatchObject({ pages: `${secure}/targets` });
});

test('every path wants a user', async () => {
  const all = await paths();
  expect(all.length).toBeGreaterThan(40);
  for (const [method, path] of all) {
    expect([method, path, (await webRequest(secure + path, { method })).status]).toEqual([method, path, 401]);
    const { status } = await webRequest(secure + path, { method, user: USER });
    expect([method, path, [401, 500].includes(status)]).toEqual([method, path, false]);
  }
});

test('the sidecar is asked by its certificate and with the user', async () => {
  const { body } = await webRequest(`${secure}/api/v1/inventory_sd`, { user: USER });
  const { data } = JSON.parse(body) as { data: InventorySdAnswer };
  expect(data).toMatchObject({
    configured: true,
    reachable: true,
    report: { ready: true, file: { targets: 3 } },
  });
  expect(body).not.toContain('correct horse');
});

/** Opens a page. @returns what the console said, and what did not come from here. */
async function open(page: Page, url: string): Promise<{ said: string[]; strangers: string[] }> {
  const [said, strangers]: string[][] = [[], []];
  page.on('console', (message) => said?.push(message.text()));
  page.on('pageerror', (error) => said?.push(error.message));
  page.on('request', (asked) => asked.url().startsWith(new URL(url).origin) || strangers?.push(asked.url()));
  await page.goto(url);
  await page.locator('nav a[aria-current=page]').waitFor();
  return { said: said ?? [], strangers: strangers ?? [] };
}

describe('the pages', () => {
  test.each(PAGES)('%s works over TLS for a user', async (name) => {
    const [username, password] = USER;
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      httpCredentials: { username, password },
    });
    expect(await open(await context.newPage(), `${secure}/${name}`)).toEqual({ said: [], strangers: [] });
    await context.close();
  });

  test('lead to what the server answers, and back', async () => {
    const [username, password] = USER;
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      httpCredentials: { username, password },
    });
    const page = await context.newPage();
    await open(page, `${secure}/status`);
    await page.getByRole('link', { name: 'what it answers' }).click();
    await page.getByRole('heading', { name: /^mini-tsdb/ }).waitFor();
    await page.getByRole('link', { name: 'graph' }).click();
    await page.locator('nav a[aria-current=page]', { hasText: 'Graph' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/graph');
    await context.close();
  });

  test('are found behind a proxy that gives them a path', async () => {
    const plain = await startMiniTsdb(web.file('prometheus.yml'), [], program);
    const outside: string[] = [];
    const proxy = await startTestServer((asked, response) => {
      const path = asked.url ?? '';
      if (!path.startsWith('/monitoring/tsdb/')) {
        outside.push(path);
        response.writeHead(404).end();
        return;
      }
      const { method, headers } = asked;
      const sent = request(
        plain.url + path.slice('/monitoring/tsdb'.length),
        { method, headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        },
      );
      asked.pipe(sent);
    });
    try {
      const page = await browser.newPage();
      const { said } = await open(page, `${proxy.url}/monitoring/tsdb/`);
      await page.waitForURL(`${proxy.url}/monitoring/tsdb/targets*`);
      for (const name of ['Graph', 'Status', 'Targets']) {
        await page.getByRole('navigation').getByRole('link', { name }).click();
        await page.locator('nav a[aria-current=page]', { hasText: name }).waitFor();
        expect(new URL(page.url()).pathname).toBe(`/monitoring/tsdb/${name.toLowerCase()}`);
      }
      await page.waitForLoadState();
      expect([said, outside]).toEqual([[], []]);
      await page.close();
    } finally {
      await proxy.stop();
      await plain.stop();
    }
  });
});
