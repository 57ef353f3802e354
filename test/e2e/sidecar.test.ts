// The program as its users start it: output, exit codes, signals.

import { watch } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startNode } from '../helpers/process.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import {
  expectedTargets,
  startSidecar,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
  waitForTargets,
} from './stack.ts';

let dir: TempDir;
let inventory: TestInventory;
let sidecar: TestSidecar | undefined;
beforeEach(async () => {
  dir = await tempDir('sidecar');
  inventory = await startTestInventory();
});
afterEach(async () => {
  await sidecar?.stop();
  sidecar = undefined;
  await inventory.stop();
  await dir.remove();
});

async function start(environment: Record<string, string> = {}, path = '/inventory'): Promise<TestSidecar> {
  sidecar = await startSidecar(inventory.url + path, dir.path, environment);
  return sidecar;
}

async function run(args: string[], env: Record<string, string> = {}) {
  const program = startNode('src/sidecar.ts', args, { env });
  const { code } = await program.exit;
  return { code, out: program.stdout.join('\n'), err: program.stderr.join('\n') };
}

const logged = (line: string | undefined) => JSON.parse(line ?? '{}') as Record<string, unknown>;

test('the first lines of the log are the settings in force, without the query of the URL', async () => {
  const { program } = await start({ LOG_LEVEL: 'info', INVENTORY_RETRYS: '1' }, '/inventory?token=secret');
  expect(logged(program.stdout[0])).toMatchObject({
    level: 'info',
    msg: 'inventory-sd starts',
    settings: { INVENTORY_URL: `${inventory.url}/inventory?…`, UPDATE_INTERVAL: '30s', INVENTORY_RETRIES: 3 },
  });
  expect(logged(program.stdout[1])).toMatchObject({
    level: 'warn',
    msg: 'unknown settings are ignored: INVENTORY_RETRYS (did you mean INVENTORY_RETRIES?)',
  });
  await waitFor('a failed poll', () =>
    program.stdout.some((line) => line.includes('cannot fetch inventory')),
  );
  expect([...program.stdout, ...program.stderr].join()).not.toContain('secret');
});

test('a folder where the target file was is told of also while the inventory fails', async () => {
  const running = await start({ UPDATE_INTERVAL: '100ms', INVENTORY_RETRIES: '0' });
  await waitForTargets(running, 100);
  await inventory.fault({ fault: 'status', status: 503 });
  await waitFor('a failed poll', () => running.program.stdout.some((line) => line.includes('503')));
  await rm(running.file);
  // It may be put back between the two.
  await waitFor('the folder', async () => {
    await rm(running.file, { force: true });
    return mkdir(running.file).then(
      () => true,
      () => false,
    );
  });
  const { line } = running.program;
  expect(logged(await line(/a folder, a device or a pipe/))).toMatchObject({
    level: 'error',
    reason: 'write',
  });
  expect(await (await fetch(`${running.url}/readyz`)).text()).toContain(
    'degraded: the target file cannot be written; keeping 100 targets',
  );
  await rm(running.file, { recursive: true });
  await line(/the list stands in the target file again/);
  expect(await running.targets()).toHaveLength(100);
});

describe('a clean stop with exit 0:', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(signal, async () => {
      const { program } = await start();
      program.kill(signal);
      expect(await program.exit).toEqual({ code: 0, signal: null });
      expect(logged(program.stdout.at(-1))).toMatchObject({ msg: 'inventory-sd stopped' });
    });
  }

  test('in the middle of a write', async () => {
    await inventory.change(200_000);
    const running = await start({ UPDATE_INTERVAL: '50ms' });
    await running.program.line(/"targets":200100/);
    const watcher = watch(join(dir.path, '.inventory-sd'), () => running.program.kill('SIGTERM'));
    await inventory.change(1);
    expect(await running.program.exit).toEqual({ code: 0, signal: null });
    watcher.close();
  });

  test('while the inventory hangs', async () => {
    await inventory.fault({ fault: 'hang' });
    const { program } = await start();
    program.kill('SIGTERM');
    expect(await program.exit).toEqual({ code: 0, signal: null });
  });

  test('while a client holds a connection open', async () => {
    const { program, url } = await start();
    await (await fetch(`${url}/livez`)).text();
    program.kill('SIGTERM');
    expect(await program.exit).toEqual({ code: 0, signal: null });
  });
});

test('SIGHUP polls now', async () => {
  const running = await start({ UPDATE_INTERVAL: '1h' });
  await waitForTargets(running, 100);
  await inventory.change(1);
  running.program.kill('SIGHUP');
  expect(await waitForTargets(running, 101)).toEqual(expectedTargets(101));
});

test('kill -9 and a new start: the list stands, leftovers are cleared, nothing is written again', async () => {
  const first = await start();
  await waitForTargets(first, 100);
  first.program.kill('SIGKILL');
  await first.program.exit;
  for (const name of ['targets.json.123456', 'targets.json.0123456789ab.tmp', 'other.json.123456'])
    await writeFile(join(dir.path, '.inventory-sd', name), 'half');
  const second = await start();
  await waitFor('a poll', async () => (await second.metric('polls_total{outcome="unchanged"}')) >= 1);
  expect(await second.metric('file_writes_total')).toBe(0);
  const left = ['other.json.123456', 'targets.json.own.json', 'targets.json.state.json'];
  expect((await readdir(join(dir.path, '.inventory-sd'))).sort()).toEqual(left);
  expect(second.program.stdout.join()).toContain('leftovers of a killed run cleared');
});

describe('exit codes', () => {
  test('0 for help and version', async () => {
    expect(await run(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage: inventory-sd'),
      err: '',
    });
    expect(await run(['--version'])).toEqual({ code: 0, out: '0.1.0', err: '' });
  });

  test('2 for wrong usage', async () => {
    expect(await run(['fly'])).toEqual({
      code: 2,
      out: '',
      err: 'unknown command "fly"; see inventory-sd --help',
    });
  });

  test.each([['check'], ['verify', '--prometheus', 'http://127.0.0.1:9']])(
    '2 for a faulty setting of %s: 1 would be a difference',
    async (...args) => {
      const { code, err } = await run(args, { METRICS_PORT: 'x' });
      expect(code).toBe(2);
      expect(err).toContain('METRICS_PORT');
    },
  );

  test('1 for faulty settings, all named at once', async () => {
    const { code, out, err } = await run([], {
      METRICS_PORT: 'x',
      UPDATE_INTERVAL: 'y',
      INVENTORY_URL: 'http://u:p@h/',
    });
    expect([code, out]).toEqual([1, '']);
    expect(err.split('\n').map((line) => line.trim().split(' ')[0])).toEqual([
      'cannot',
      'INVENTORY_URL',
      'UPDATE_INTERVAL',
      'METRICS_PORT',
    ]);
  });

  test('1 for a faulty setting, with a name beside it that looks mistyped', async () => {
    const { code, err } = await run([], { METRICS_PORT: 'x', INVENTORY_ULR: 'http://h/' });
    expect([code, err.split('\n').at(-1)]).toEqual([
      1,
      'unknown settings are ignored: INVENTORY_ULR (did you mean INVENTORY_URL?)',
    ]);
  });

  test('1 when the address is taken', async () => {
    const { url } = await start();
    const address = new URL(url).host;
    const env = {
      INVENTORY_URL: `${inventory.url}/inventory`,
      TARGETS_FILE: join(dir.path, 't.json'),
      LISTEN_ADDRESS: address,
    };
    expect(await run([], env)).toMatchObject({
      code: 1,
      err: `cannot listen on ${address}: another program listens there`,
    });
  });

  test('of once: 0 published, 3 held, 1 failed', async () => {
    const env = {
      INVENTORY_URL: `${inventory.url}/inventory`,
      TARGETS_FILE: join(dir.path, 'targets.json'),
      INVENTORY_RETRIES: '0',
    };
    expect(await run(['once'], env)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^changed: 100 targets/),
    });
    await inventory.fault({ fault: 'empty' });
    expect(await run(['once'], env)).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^held: .*keeping the 100/),
    });
    await inventory.fault({ fault: 'reset' });
    expect(await run(['once'], env)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^cannot fetch .*keeping the 100/),
    });
  });

  test('of show, reload and healthcheck: 0 with a sidecar, 1 without', async () => {
    const { url, program } = await start();
    const env = { LISTEN_ADDRESS: new URL(url).host };
    expect(await run(['reload'], env)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/changed: ready: 100 targets/),
    });
    expect(await run(['show'], env)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ready: 100 targets/),
    });
    expect(JSON.parse((await run(['show', '--json'], env)).out)).toMatchObject({ ready: true });
    expect(await run(['healthcheck'], env)).toEqual({ code: 0, out: '', err: '' });
    await program.stop();
    for (const command of ['reload', 'show', 'healthcheck']) {
      expect(await run([command], env), command).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining('ECONNREFUSED'),
      });
    }
  });
});

test('a folder that is missing is said, and heals when it is made', async () => {
  sidecar = await startSidecar(`${inventory.url}/inventory`, join(dir.path, 'later'), {
    UPDATE_INTERVAL: '100ms',
  });
  await sidecar.program.line(/there is no such folder/);
  expect((await fetch(`${sidecar.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${sidecar.url}/livez`)).status).toBe(200);
  await mkdir(join(dir.path, 'later'));
  await waitForTargets(sidecar, 100);
});

test('before a list stands an empty answer writes nothing and the sidecar is not ready', async () => {
  await inventory.fault({ fault: 'empty' });
  const running = await start({ UPDATE_INTERVAL: '100ms' });
  await waitFor('held polls', async () => (await running.metric('polls_total{outcome="held"}')) >= 2);
  const ready = await fetch(`${running.url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([
    503,
    'not ready: no list stands, and the inventory lists no target\n',
  ]);
  expect(await readdir(dir.path)).not.toContain('targets.json');
});

test('the healthcheck bundle is a program of its own', async () => {
  const { url } = await start();
  const alive = startNode('src/healthcheck.ts', [], { env: { LISTEN_ADDRESS: new URL(url).host } });
  expect(await alive.exit).toEqual({ code: 0, signal: null });
  const dead = startNode('src/healthcheck.ts', [], { env: { LISTEN_ADDRESS: '127.0.0.1:1' } });
  expect(await dead.exit).toEqual({ code: 1, signal: null });
  expect(dead.stderr.join()).toContain('ECONNREFUSED');
});

test('what it writes is what people read: one target a line', async () => {
  const running = await start();
  await waitForTargets(running, 100);
  expect(
    (await readFile(running.file, 'utf8'))
      .split('\n')
      .filter((line) => /^ {3}"sensor_\d+:9100",?$/.test(line)),
  ).toHaveLength(100);
});
