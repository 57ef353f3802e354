// The target file between several programs, and on file systems of every kind.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countTargets, parseTargetGroups } from '../../src/model/target-group.ts';
import { withMount } from '../helpers/own-mounts.ts';
import { startNode, startProgram } from '../helpers/process.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { readInATightLoop } from '../helpers/tight-reader.ts';
import { waitFor } from '../helpers/wait-for.ts';
import {
  startSidecar,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
  waitForTargets,
} from './stack.ts';

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startTestInventory();
});
afterAll(() => inventory?.stop());

let dir: TempDir;
let sidecars: TestSidecar[];
beforeEach(async () => {
  dir = await tempDir('target-file');
  sidecars = [];
});
afterEach(async () => {
  await Promise.all(sidecars.map((sidecar) => sidecar.stop()));
  await dir.remove();
});

async function start(environment: Record<string, string> = {}): Promise<TestSidecar> {
  const sidecar = await startSidecar(`${inventory.url}/inventory`, dir.path, {
    UPDATE_INTERVAL: '50ms',
    ...environment,
  });
  sidecars.push(sidecar);
  return sidecar;
}

const ready = async ({ url }: TestSidecar) => (await fetch(`${url}/readyz`)).text();
const sum = async (series: string) =>
  (await Promise.all(sidecars.map((sidecar) => sidecar.metric(series)))).reduce((a, b) => a + b);

describe('two sidecars and one file', () => {
  test('with different lists settle: they back off, say so, and no reader ever sees half a file', async () => {
    const began = performance.now();
    const first = await start({ TARGET_LABELS: 'writer=first' });
    await waitForTargets(first, 100);
    const reader = readInATightLoop(first.file);
    await start({ TARGET_LABELS: 'writer=second' });
    await waitFor('a pause of four seconds', async () => {
      const lines = sidecars.flatMap(({ program }) => program.stdout);
      return lines.some((line) =>
        line.includes('another program writes this file; ours is put back after 4s'),
      );
    });
    const writes = await sum('file_writes_total');
    const seconds = (performance.now() - began) / 1000;
    // Each writes its list, puts it back twice, and then once after each pause of 1, 2, 4, … seconds.
    expect(writes).toBeLessThanOrEqual(2 * (3 + Math.log2(seconds + 1)));
    expect(await sum('file_write_failures_total{reason="another_writer"}')).toBeGreaterThan(0);
    expect(await sum('file_write_failures_total{reason="no_folder"}')).toBe(0);
    await waitFor('one that says so', async () => {
      const answers = await Promise.all(sidecars.map(ready));
      const pattern =
        /^degraded: another program writes the target file, which is put back at .*; the list has 100 targets$/m;
      return answers.some((answer) => pattern.test(answer));
    });
    expect(await reader.end()).toMatchObject({ torn: 0, empty: 0, absent: 0 });
  });

  test('with the same list agree, also while it changes: no conflict, no failure', async () => {
    const [first, second] = [await start({ UPDATE_INTERVAL: '1h' }), await start({ UPDATE_INTERVAL: '1h' })];
    await waitForTargets(first, 100);
    const reader = readInATightLoop(first.file);
    for (let i = 0; i < 20; i += 1) {
      await inventory.change(i % 2 === 0 ? 1 : -1);
      expect(await Promise.all([first.reload(), second.reload()])).toEqual([200, 200]);
    }
    expect(await reader.end()).toMatchObject({ torn: 0, empty: 0, absent: 0 });
    expect(await first.targets()).toHaveLength(100);
    for (const { program } of sidecars)
      expect(program.stdout.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
  });
});

test('a second start that finds its port taken leaves the files of the first alone', async () => {
  const first = await start();
  await waitForTargets(first, 100);
  const staged = join(dir.path, '.inventory-sd', 'targets.json.0123456789ab.tmp');
  await writeFile(staged, 'the first is writing');
  const env = {
    INVENTORY_URL: 'http://127.0.0.1:1/',
    TARGETS_FILE: first.file,
    LISTEN_ADDRESS: first.url.slice(7),
  };
  const { code } = await startNode('src/sidecar.ts', [], { env }).exit;
  expect(code).toBe(1);
  expect(await readFile(staged, 'utf8')).toBe('the first is writing');
});

// Then this says so, and it is no failure.
const NOTHING_MOUNTED =
  'this system lets us mount nothing; target-troubles.test.ts and target-file.test.ts, which play the system, stand in';

describe('a mount that the file cannot be written on', () => {
  /** `once` behind a mount of its own; undefined when this system lets us mount nothing. */
  async function once(file: string, ...mount: string[]) {
    const [program, ...args] = (await withMount(...mount)) ?? [];
    if (program === undefined) return undefined;
    const env = { INVENTORY_URL: `${inventory.url}/inventory`, TARGETS_FILE: file };
    const run = startProgram(program, [...args, process.execPath, 'src/sidecar.ts', 'once'], { env });
    return { ...(await run.exit), err: run.stderr.join('\n') };
  }

  test('a single file: the start and the write say to mount the directory, the old list stands', async () => {
    const file = join(dir.path, 'targets.json');
    const text = '[{"targets":["sensor_0:9100"],"labels":{}}]';
    for (const path of [file, join(dir.path, 'mounted.json')]) await writeFile(path, text);
    const told = await once(file, '--bind', join(dir.path, 'mounted.json'), file);
    if (told === undefined) return expect(NOTHING_MOUNTED).toMatch(/stand in/);
    expect(told.code).toBe(1);
    expect(told.err).toContain('is a single file that is mounted: it cannot be replaced');
    expect(told.err).toMatch(
      /cannot write .*: a single file that is mounted cannot be replaced; mount the directory \(EBUSY/,
    );
    expect(countTargets(parseTargetGroups(await readFile(file, 'utf8')))).toBe(1);
    expect((await readdir(join(dir.path, '.inventory-sd'))).filter((name) => name.endsWith('.tmp'))).toEqual(
      [],
    );
  });

  test('a read-only folder', async () => {
    const folder = join(dir.path, 'folder');
    await mkdir(folder);
    const told = await once(join(folder, 'targets.json'), '-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder);
    if (told === undefined) return expect(NOTHING_MOUNTED).toMatch(/stand in/);
    expect(told.code).toBe(1);
    expect(told.err.match(/cannot write .*: the file system is read-only \(EROFS/g)).toHaveLength(2);
  });
});

test('a pipe in place of the file never stops the sidecar', async () => {
  await startProgram('mkfifo', [join(dir.path, 'targets.json')]).exit;
  const sidecar = await start();
  await waitFor(
    'a failed poll',
    async () => (await sidecar.metric('file_write_failures_total{reason="not_a_file"}')) > 1,
  );
  expect((await fetch(`${sidecar.url}/livez`)).status).toBe(200);
});
