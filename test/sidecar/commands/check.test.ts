import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { check } from '../../../src/sidecar/commands/check.ts';
import { systemClock } from '../../../src/sidecar/moment.ts';
import { sync } from '../../../src/sidecar/sync.ts';
import { type Observed, observedInventory } from '../../helpers/inventory.ts';
import { HttpResponse, http, mockInventory } from '../../helpers/inventory-mock.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { testTerminal } from '../../helpers/terminal.ts';

const mock = mockInventory();

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir('check');
});
afterEach(() => dir.remove());

const answer = (body: unknown) =>
  mock.use(http.get('http://inventory.test/list', () => HttpResponse.json(body as never)));

async function withInventory<T>(
  use: (observed: Observed) => Promise<T>,
  environment: Record<string, string> = {},
): Promise<T> {
  const observed = await observedInventory(dir.path, environment);
  try {
    return await use(observed);
  } finally {
    await observed.close();
  }
}

const publish = (environment?: Record<string, string>) =>
  withInventory(({ inventory }) => sync(inventory, systemClock, new AbortController().signal), environment);

async function run(asJson = false, environment?: Record<string, string>, isServed = true) {
  const terminal = testTerminal();
  const code = await withInventory(
    ({ inventory }) => check(inventory, async () => isServed, asJson, terminal),
    environment,
  );
  return { code, ...terminal };
}

const served = async () => true;

const north = (name: string, site = 'north') => ({ name, labels: { site } });

test('nothing would change', async () => {
  answer(['a', 'b']);
  await publish();
  expect(await run()).toMatchObject({
    code: 0,
    stdout: [
      `inventory: 2 targets; ${join(dir.path, 'targets.json')}: 2 targets`,
      '0 to add, 0 to remove, 0 to change; 0 set aside, 0 disabled, 0 twice',
    ],
  });
});

test('what comes, goes and changes is listed, and nothing is written', async () => {
  answer([north('a'), north('b'), 'c']);
  await publish();
  const before = await stat(join(dir.path, 'targets.json'), { bigint: true });
  answer([north('a'), north('b', 'south'), north('d')]);
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(stdout.slice(0, 3)).toEqual([
    '+ d:9100  site="north"',
    '- c:9100',
    '~ b:9100  site: "north" → "south"',
  ]);
  expect(stdout).toContain('1 to add, 1 to remove, 1 to change; 0 set aside, 0 disabled, 0 twice');
  const after = await stat(join(dir.path, 'targets.json'), { bigint: true });
  expect(after.ctimeNs).toBe(before.ctimeNs);
});

test('what is in its grace goes when that is over, and is no difference before', async () => {
  const grace = { REMOVAL_GRACE: '1h' };
  answer(['a', 'b', 'c']);
  await publish(grace);
  answer(['a', 'b']);
  expect(await run(false, grace)).toMatchObject({ code: 1, stdout: expect.arrayContaining(['- c:9100']) });
  await publish(grace);
  expect(await run(false, grace)).toMatchObject({
    code: 0,
    stdout: [
      `inventory: 2 targets; ${join(dir.path, 'targets.json')}: 3 targets (1 in their grace)`,
      '0 to add, 0 to remove, 0 to change; 0 set aside, 0 disabled, 0 twice',
    ],
  });
  answer(['a']);
  expect((await run(false, grace)).stdout).toContain(
    '0 to add, 1 to remove, 0 to change; 0 set aside, 0 disabled, 0 twice',
  );
  const { stdout } = await run(true, grace);
  expect(JSON.parse(stdout[0] ?? '')).toMatchObject({ file: { targets: 3, graced: 1 } });
});

test('what would be held says so, under the digest that accept takes', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
  answer(names);
  await publish();
  answer(names.slice(10));
  const digest = await withInventory(async ({ inventory }) => {
    await sync(inventory, systemClock, new AbortController().signal);
    return inventory.guard.hold?.digest;
  });
  const { stdout } = await run();
  expect(stdout.at(-1)).toMatch(
    /^held: the inventory no longer lists 10 of the 20 sensors .* the removals are not published/,
  );
  expect(stdout.at(-1)).toContain(`inventory-sd accept ${digest}`);
  const { code, stdout: json } = await run(true);
  expect(code).toBe(1);
  expect(JSON.parse(json[0] ?? '')).toMatchObject({
    kind: 'differences',
    held: { reason: 'shrink', digest },
  });
});

test('every entry that is set aside is listed, with the reason', async () => {
  answer(['a', ...Array.from({ length: 1200 }, () => 'a b'), { name: 'c', enabled: false }, 'a']);
  await publish();
  const { code, stdout } = await run();
  expect(code).toBe(0);
  expect(stdout.filter((line) => line.startsWith('! entry'))).toHaveLength(1200);
  expect(stdout[1199]).toMatch(/^! entry 1200: .*a b/);
  expect(stdout.at(-1)).toMatch(/; 1200 set aside, 1 disabled, 1 twice$/);
});

test('before the first list everything is new', async () => {
  answer(['a']);
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(stdout).toEqual([
    '+ a:9100',
    `inventory: 1 target; ${join(dir.path, 'targets.json')}: no list`,
    '1 to add, 0 to remove, 0 to change; 0 set aside, 0 disabled, 0 twice',
  ]);
});

test('what has no room below MAX_TARGETS waits', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
  answer(names);
  await publish();
  answer(['x', ...names.slice(2)]);
  const terminal = testTerminal();
  const observed = await observedInventory(dir.path, { MAX_TARGETS: '20', REMOVAL_GRACE: '1h' });
  expect(await check(observed.inventory, served, false, terminal)).toBe(1);
  await observed.close();
  expect(terminal.stdout.at(-1)).toBe('1 of them wait for room below MAX_TARGETS');
});

test('a defect of ours is not taken for a difference', async () => {
  answer(['a']);
  await withInventory(async ({ inventory }) => {
    const broken = { ...inventory, request: { ...inventory.request, retries: Number.NaN } };
    await expect(check(broken, served, false, testTerminal())).rejects.toThrow();
  });
});

test('a renamed fleet is held as a whole', async () => {
  const names = (prefix: string) => Array.from({ length: 20 }, (_, i) => `${prefix}${i}`);
  answer(names('s'));
  await publish();
  answer(names('new'));
  expect((await run()).stdout.at(-1)).toContain('nothing of it is published');
});

test('an inventory that cannot be read exits 2', async () => {
  answer(null);
  expect(await run()).toMatchObject({ code: 2, stderr: [expect.stringContaining('cannot check: ')] });
  const { code, stdout } = await run(true);
  expect(code).toBe(2);
  expect(JSON.parse(stdout[0] ?? '')).toMatchObject({ kind: 'not_compared', reason: 'not_a_list' });
});

test('names cannot steer the terminal', async () => {
  await writeFile(join(dir.path, 'targets.json'), JSON.stringify([{ targets: ['\u001b[2Ja'], labels: {} }]));
  answer(['a']);
  const { stdout } = await run();
  expect(stdout.join()).not.toContain('\u001b');
});

test('what another program wrote is compared as it is; the guard goes on from what was published', async () => {
  answer(['a', 'b']);
  await publish();
  await writeFile(join(dir.path, 'targets.json'), '[{"targets":["old:1"]}]');
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(stdout).toEqual([
    '+ a:9100',
    '+ b:9100',
    '- old:1',
    `inventory: 2 targets; ${join(dir.path, 'targets.json')}: 1 target`,
    '2 to add, 1 to remove, 0 to change; 0 set aside, 0 disabled, 0 twice',
  ]);
});

test('an answer that is held before any list stands is a difference', async () => {
  answer([{ name: 'a', port: 'x' }, 'b c']);
  const { code, stdout } = await run(false, {}, false);
  expect(code).toBe(1);
  expect(stdout.at(-1)).toMatch(
    /^held: the inventory lists no target \(2 entries set aside; entry 0: .*\); nothing of it is published; no sidecar answers here that could accept it$/,
  );
  expect((await run()).stdout.at(-1)).toMatch(/inventory-sd accept [0-9a-f]{12} publishes it now$/);
});
