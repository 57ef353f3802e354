// The pages of mini-tsdb as people use them on the demo's data: inventory, fleet, sidecar and mini-tsdb really run.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startBrowser } from '../../tools/browser.ts';
import { demoConfig, withoutPrometheus } from '../../tools/demo/prometheus-config.ts';
import { pushPast } from '../../tools/screenshots/past.ts';
import { freePort } from '../helpers/free-port.ts';
import { type Program, startNode } from '../helpers/process.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import {
  builtPrograms,
  startSidecar,
  startTestFleet,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
  waitForTargets,
} from './stack.ts';

const DOWN = 'sensor_17';
const WITH_PAST = ['sensor_0', 'sensor_1', 'sensor_2'];
const PAST = { lengthMs: 20 * 60_000, everyMs: 15_000 };
const QUERY = 'sensor_temperature_celsius{probe="ambient",job="sensors",sensor_id=~"sensor_[0-2]"}';
// Far above what an idle machine takes: scrapes come each second, the pages ask each five.
const END_MS = 45_000;
const soon = { timeout: END_MS };
// All waits of one test together.
vi.setConfig({ testTimeout: 4 * END_MS, hookTimeout: 4 * END_MS });

let dir: TempDir;
let programs: string;
let inventory: TestInventory;
let fleet: Awaited<ReturnType<typeof startTestFleet>>;
let sidecar: TestSidecar;
let address: string;
let mini: Program;
let browser: Browser;
beforeAll(async () => {
  [dir, inventory, programs, browser] = await Promise.all([
    tempDir('pages'),
    startTestInventory(100),
    builtPrograms(),
    startBrowser(),
  ]);
  fleet = await startTestFleet(inventory, [DOWN]);
  const folder = join(dir.path, 'targets');
  await mkdir(folder);
  sidecar = await startSidecar(`${inventory.url}/inventory`, folder);
  await waitForTargets(sidecar, 100);
  address = `127.0.0.1:${await freePort()}`;
  await writeConfig();
  mini = await startMini();
  await pushPast(`http://${address}`, WITH_PAST, PAST);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([mini?.stop(), sidecar?.stop()]);
  await Promise.all([fleet?.stop(), inventory?.stop()]);
  await dir?.remove();
});

async function writeConfig(): Promise<void> {
  const moved = {
    'inventory-server:1337': new URL(inventory.url).host,
    'sensor-fleet:1338': new URL(fleet.url).host,
    'inventory-sd:9098': new URL(sidecar.url).host,
    'mini-tsdb:9095': address,
  };
  const yaml = withoutPrometheus(await readFile('prometheus/demo.yml', 'utf8'));
  await writeFile(join(dir.path, 'prometheus.yml'), demoConfig(yaml, moved, '1s'));
}

/** As it is delivered, its data on disk. */
async function startMini(): Promise<Program> {
  const program = startNode(join(programs, 'mini-tsdb.cjs'), [
    `--config.file=${join(dir.path, 'prometheus.yml')}`,
    `--web.listen-address=${address}`,
    `--storage.tsdb.path=${join(dir.path, 'data')}`,
    `--inventory-sd.url=${sidecar.url}`,
    '--web.enable-push',
  ]);
  await program.line(/"msg":"listening"/);
  return program;
}

interface Opened {
  readonly page: Page;
  /** What the console and uncaught errors said. */
  readonly said: readonly string[];
}

async function open(path: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(END_MS);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(`http://${address}/${path}`);
  return { page, said };
}

/** Waits for it, and has the page ask again meanwhile, as it does when the network comes back. */
async function seen(page: Page, wanted: Locator): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.evaluate("dispatchEvent(new Event('online'))");
        return wanted.isVisible();
      },
      { ...soon, interval: 500 },
    )
    .toBe(true);
}

const links = (page: Page) => page.locator('.virtual .link');
const panel = (page: Page) => page.getByRole('region', { name: 'Inventory' });
const banner = (page: Page) => page.getByText('mini-tsdb does not answer since');
const legend = (page: Page) => page.locator('.legend .only');
const search = (page: Page) => new URL(page.url()).searchParams;
const drawn = (page: Page) => page.locator('.view[aria-busy=false] .plot[data-state=drawn]').waitFor();
const job = (page: Page, words: string) => seen(page, page.getByRole('radio', { name: words }));

test('a sensor that is down is found by text, state and job, and its error is told', async () => {
  const { page, said } = await open('targets');
  await job(page, 'sensors 99 of 100 up');
  await page.keyboard.press('/');
  await page.keyboard.type('sensor_1');
  await page.getByRole('radio', { name: 'Down 2' }).check();
  await page.getByRole('radio', { name: 'sensors_unguarded 99 of 100 up' }).check();
  await expect.poll(() => links(page).allTextContents(), soon).toEqual([`http://${DOWN}:9100/metrics`]);
  await links(page).click();
  const details = page.getByRole('dialog');
  await details.getByText('server returned HTTP status 502 Bad Gateway').waitFor();
  await details.getByRole('rowheader', { name: 'sensor_id' }).waitFor();
  expect(said).toEqual([]);
  await page.close();
});

test('an empty answer of the inventory is held, and the page tells how to accept it', async () => {
  const { page, said } = await open('targets');
  await panel(page).getByText('Fresh', { exact: true }).waitFor();
  await panel(page)
    .getByText(/^100 targets, confirmed/)
    .waitFor();
  await inventory.fault({ fault: 'empty' });
  await sidecar.reload();
  await seen(page, panel(page).getByText('Held', { exact: true }));
  const { held } = await sidecar.status();
  await panel(page).getByText(`inventory-sd accept ${held?.digest}`, { exact: true }).waitFor();
  await job(page, 'sensors_unguarded no targets');
  await job(page, 'sensors 99 of 100 up');
  await inventory.heal();
  await sidecar.reload();
  await seen(page, panel(page).getByText('Fresh', { exact: true }));
  expect(await panel(page).getByText('Held').count()).toBe(0);
  await job(page, 'sensors_unguarded 99 of 100 up');
  expect(said).toEqual([]);
  await page.close();
});

/** From a third of the picture's width to two thirds. */
async function drag(page: Page): Promise<void> {
  const { x, y, width, height } = (await page.locator('.u-over').boundingBox()) ?? {
    x: 0,
    y: 0,
    width: 0,
    height: 0,
  };
  await page.mouse.move(x + width / 3, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 4 });
  await page.mouse.move(x + (2 * width) / 3, y + height / 2, { steps: 4 });
  await page.mouse.up();
}

test('a query is typed and run, zoomed into and out of, averaged, and shared', async () => {
  const { page, said } = await open('graph?range=15m', { timezoneId: 'Europe/Berlin' });
  await page.getByLabel('Query 1', { exact: true }).click();
  await page.locator('.cm-content').waitFor();
  // At once, so that no bracket is closed by the editor.
  await page.keyboard.insertText(QUERY);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.waitForURL(/q=/);
  await drawn(page);
  const names = WITH_PAST.map((sensor) => expect.stringContaining(`sensor_id="${sensor}"`));
  await expect.poll(() => legend(page).allInnerTexts(), soon).toEqual(names);

  await drag(page);
  await page.waitForURL(/from=/);
  const [from, to] = ['from', 'to'].map((name) => Date.parse(search(page).get(name) ?? ''));
  expect(((to ?? 0) - (from ?? 0)) / 60_000).toBeCloseTo(5, 0);
  await drawn(page);
  expect(await legend(page).allInnerTexts()).toEqual(names);
  await page.goBack();
  await page.waitForURL(/range=15m/);
  await drawn(page);
  await page.goForward();
  await page.waitForURL(/from=/);

  await page.getByLabel('minute', { exact: true }).check({ force: true });
  await page.waitForURL(/by=minute/);
  await drawn(page);
  await legend(page).nth(1).click();
  await page.waitForURL(/only=/);

  const other = await open(`graph${new URL(page.url()).search}`, { timezoneId: 'America/New_York' });
  await drawn(other.page);
  await expect
    .poll(() => other.page.locator('.legend li:has(.toggle[aria-pressed=true])').allInnerTexts(), soon)
    .toEqual([expect.stringContaining('sensor_id="sensor_1"')]);
  expect(await other.page.getByLabel('minute', { exact: true }).isChecked()).toBe(true);
  expect(await other.page.getByLabel('From', { exact: true }).inputValue()).toBe(
    await page.getByLabel('From', { exact: true }).inputValue(),
  );
  expect([...said, ...other.said]).toEqual([]);
  await Promise.all([page.close(), other.page.close()]);
});

test('mini-tsdb is killed and started again: both pages say so, keep what they show, and heal', async () => {
  const { page } = await open('targets');
  const { page: graph } = await open(`graph?q=${encodeURIComponent(QUERY)}&range=15m&refresh=5s`);
  await job(page, 'sensors 99 of 100 up');
  await drawn(graph);
  mini.kill('SIGKILL');
  await mini.exit;
  await Promise.all([page, graph].map((one) => seen(one, banner(one))));
  await job(page, 'sensors 99 of 100 up');
  expect(await legend(graph).count()).toBe(WITH_PAST.length);

  mini = await startMini();
  await Promise.all([page, graph].map((one) => banner(one).waitFor({ state: 'hidden' })));
  await job(page, 'sensors 99 of 100 up');
  await panel(page).getByText('Fresh', { exact: true }).waitFor();
  await drawn(graph);
  expect(await legend(graph).count()).toBe(WITH_PAST.length);
  await Promise.all([page.close(), graph.close()]);
});
