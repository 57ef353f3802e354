// The program and inventories of other forms: pages, expressions, fields, bad entries, from the answer to what it tells.

import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseTargetGroups } from '../../src/model/target-group.ts';
import { startTestServer, type TestServer } from '../helpers/http-server.ts';
import { startNode } from '../helpers/process.ts';
import { recipes } from '../helpers/recipes.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { startSidecar, type TestSidecar } from './stack.ts';

let dir: TempDir;
let answer: (url: string) => unknown;
let server: TestServer;
let sidecar: TestSidecar | undefined;
beforeEach(async () => {
  dir = await tempDir('any-inventory');
  server = await startTestServer((request, response) => {
    response.end(JSON.stringify(answer(request.url ?? '')));
  });
});
afterEach(async () => {
  await sidecar?.stop();
  sidecar = undefined;
  await server.stop();
  await dir.remove();
});

async function start(path: string, environment: Record<string, string> = {}): Promise<TestSidecar> {
  sidecar = await startSidecar(server.url + path, dir.path, {
    INVENTORY_RETRIES: '0',
    UPDATE_INTERVAL: '1h',
    ...environment,
  });
  return sidecar;
}

async function polled(running: TestSidecar, outcome: string): Promise<void> {
  await waitFor(outcome, async () => (await running.metric(`polls_total{outcome="${outcome}"}`)) > 0);
}

test('the recipe for Hetzner Cloud, over its pages', async () => {
  const recipe = recipes.find(({ title }) => title === 'Hetzner Cloud');
  const first = JSON.parse(await readFile(recipe?.example ?? '', 'utf8'));
  const last = {
    servers: ['203.0.113.8', '203.0.113.9'].map((ip) => ({
      status: 'running',
      public_net: { ipv4: { ip } },
    })),
    meta: { pagination: { next_page: null, total_entries: 5 } },
  };
  answer = (url) => (url.includes('&page=2') ? last : first);
  const { INVENTORY_URL: _, ...settings } = recipe?.settings ?? {};
  const running = await start('/v1/servers?per_page=50', settings);
  await polled(running, 'changed');
  const groups = parseTargetGroups(await readFile(running.file, 'utf8'));
  expect(groups).toEqual([
    { targets: ['203.0.113.2:9100'], labels: { env: 'prod', team_name: 'pumps' } },
    { targets: ['10.0.1.1:9100'], labels: { env: 'prod' } },
    { targets: ['203.0.113.8:9100', '203.0.113.9:9100'], labels: {} },
  ]);
});

test('an inventory that gives fewer than it says, or loses a page, fails the poll and the list stays', async () => {
  answer = () => ({ count: 2, results: ['a', 'b'] });
  const running = await start('/list');
  await polled(running, 'changed');
  answer = () => ({ count: 50_000, results: ['a'] });
  await running.reload();
  expect((await running.status()).inventory.lastFailure).toEqual({
    reason: 'incomplete',
    message: expect.stringContaining('the inventory says 50000, gave 1'),
  });
  answer = (url) => (url === '/list' ? { results: ['a'], next: '/list?page=2' } : { results: null });
  await running.reload();
  expect((await running.status()).inventory.lastFailure).toEqual({
    reason: 'not_a_list',
    message: expect.stringContaining('/list?… (page 2): it is an object with results'),
  });
  expect(await running.targets()).toEqual(['a:9100', 'b:9100']);
});

test('/status names the first twenty that are set aside, check all of them, the metric and the log count them', async () => {
  const bad = Array.from({ length: 25 }, (_, i) => `bad ${i}`);
  answer = () => ['a', ...bad, 'a', { host: 'b', enabled: false }];
  const running = await start('/list');
  await polled(running, 'changed');
  const { entries } = await running.status();
  expect(entries).toMatchObject({ setAside: 25, setAsideBy: { bad_host: 25 }, disabled: 1, duplicates: 1 });
  expect(entries?.firstSetAside).toHaveLength(20);
  expect(entries?.firstSetAside[19]).toEqual({
    index: 20,
    target: null,
    reason: 'bad_host',
    message: '"bad 19" is no host name',
  });
  expect(await running.metric('entries_set_aside{reason="bad_host"}')).toBe(25);
  await running.program.line(/25 entries set aside, the rest goes on; entry 1: \\"bad 0\\" is no host name/);
  const check = startNode('src/sidecar.ts', ['check'], {
    env: { INVENTORY_URL: `${server.url}/list`, TARGETS_FILE: running.file },
  });
  expect(await check.exit).toMatchObject({ code: 0 });
  expect(check.stdout.filter((line) => line.startsWith('! entry'))).toHaveLength(25);
});

test('a field of INVENTORY_META_FIELDS that changes with every answer is warned about in the log', async () => {
  let uptime = 0;
  answer = () => ['a', 'b', 'c'].map((name) => ({ name, uptime: ++uptime, rack: 7 }));
  const running = await start('/list', { INVENTORY_META_FIELDS: 'uptime,rack' });
  for (let poll = 0; poll < 4; poll += 1) await running.reload();
  const line = await running.program.line(/the label \w+ changed in most targets/);
  expect(JSON.parse(line)).toMatchObject({
    level: 'warn',
    msg: expect.stringMatching(/^the label __meta_inventory_uptime changed .* leave it out$/),
  });
});
