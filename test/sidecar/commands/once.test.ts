import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { once } from '../../../src/sidecar/commands/once.ts';
import { type Observed, observedInventory } from '../../helpers/inventory.ts';
import { HttpResponse, http, mockInventory } from '../../helpers/inventory-mock.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { testTerminal } from '../../helpers/terminal.ts';

const mock = mockInventory();

let dir: TempDir;
let file: string;
let observed: Observed;
beforeEach(async () => {
  dir = await tempDir('once');
  file = join(dir.path, 'targets.json');
  observed = await observedInventory(dir.path);
});
afterEach(async () => {
  await observed.close();
  await dir.remove();
});

async function run(body: unknown, asJson = false) {
  mock.use(http.get('http://inventory.test/list', () => HttpResponse.json(body as never)));
  const terminal = testTerminal();
  const code = await once(observed.inventory, asJson, terminal);
  return { code, out: terminal.stdout.join('\n'), err: terminal.stderr.join('\n') };
}

test('a changed and an unchanged list exit 0', async () => {
  expect(await run(['a', 'b'])).toEqual({
    code: 0,
    err: '',
    out: `changed: 2 targets (2 added, 0 removed) in ${file}`,
  });
  expect(await run(['a', 'b'])).toEqual({ code: 0, err: '', out: `unchanged: 2 targets in ${file}` });
});

test('a held list exits 3 and says what stands', async () => {
  expect(await run([])).toMatchObject({
    code: 3,
    out: 'held: the inventory lists no target; no list stands yet, nothing is written',
  });
  await run(['a']);
  expect(await run([])).toMatchObject({
    code: 3,
    out: expect.stringMatching(
      /^held: the inventory lists no target; keeping the 1 target of \d\d:\d\d:\d\d$/,
    ),
  });
});

test('entries that are set aside are told, with the first reason', async () => {
  const bad = ['a b', 'c d', { name: 'e', enabled: false }];
  const told = `1 disabled, 2 entries set aside; entry 0: "a b" is no host name`;
  expect((await run([...bad, 'a'])).out).toBe(`changed: 1 target (1 added, 0 removed) in ${file}; ${told}`);
  expect((await run([...bad, 'x', 'y', 'z'])).out).toMatch(
    /^held: .*; keeping the 4 targets of .*; 1 disabled, 2 e/,
  );
  expect((await run(bad)).out).toMatch(
    /^held: the inventory lists no target \(1 disabled, 2 entries set aside; entry 0: "a b" is no host name\); keeping [^;]*$/,
  );
  expect(JSON.parse((await run(bad, true)).out)).toMatchObject({ entries: { setAside: 2, disabled: 1 } });
});

test('a failure exits 1, on standard error', async () => {
  expect(await run(null)).toEqual({
    code: 1,
    out: '',
    err: 'cannot use the answer of http://inventory.test/list: it is null, not a list of sensors; no list stands yet, nothing is written',
  });
});

test('--json prints one object in each case', async () => {
  const failed = await run(null, true);
  expect(failed).toMatchObject({ code: 1, err: '' });
  expect(JSON.parse(failed.out)).toEqual({
    kind: 'failed',
    reason: 'not_a_list',
    message: expect.stringContaining('it is null'),
    file: { path: file, targets: null },
  });
  expect(JSON.parse((await run(['a'], true)).out)).toEqual({
    kind: 'changed',
    added: 1,
    removed: 0,
    changed: 0,
    held: null,
    entries: expect.objectContaining({ setAside: 0 }),
    file: { path: file, targets: 1 },
  });
  expect(JSON.parse((await run([], true)).out)).toMatchObject({
    kind: 'held',
    held: { reason: 'empty', targets: 1 },
    file: { targets: 1 },
  });
});
