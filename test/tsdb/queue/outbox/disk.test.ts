// The outbox with a copy on disk: what a crash, a torn end and a full disk leave of it.

import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import type { Outbox } from '../../../../src/tsdb/queue/outbox/contract.ts';
import { openDiskOutbox } from '../../../../src/tsdb/queue/outbox/disk.ts';
import { type TempDir, tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, drain, outboxTests, valuesOf } from './outbox-suite.ts';

let dir: TempDir;
let path: string;
let lines: string[];
beforeEach(async () => {
  dir = await tempDir('outbox');
  path = join(dir.path, 'data', 'export');
  lines = [];
});
afterEach(() => dir.remove());

const BOUNDS = { mostSamples: 1e6, mostBytes: 2 ** 30, retentionMs: 3_600_000, dropped: () => {} };

async function make(changed: object = {}): Promise<Outbox> {
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  const outbox = await openDiskOutbox({ ...BOUNDS, log, path, ...changed });
  onTestFinished(() => outbox.close());
  return outbox;
}

/** As a crash leaves the folder: what was answered is in it, and a lock that nobody holds. */
async function crash(): Promise<void> {
  path = await copyOf(path);
}

async function copyOf(folder: string): Promise<string> {
  const { cp, rm } = await import('node:fs/promises');
  const copy = `${folder}-after`;
  await cp(folder, copy, { recursive: true });
  await rm(join(copy, 'lock'), { force: true });
  return copy;
}

outboxTests(make);

test('after a crash comes again what was not acknowledged, leased or not, and little else', async () => {
  const before = await make();
  await before.add(batchOf(0, 1000));
  await before.add(batchOf(1000, 2000));
  await before.add(batchOf(2000, 3000));
  const [first, second] = [await before.lease(1000), await before.lease(1000)];
  await second?.ack();
  expect(valuesOf(first)).toHaveLength(1000);
  // Acknowledgements are not waited for; the next batch brings them to the disk.
  await before.add(batchOf(3000, 4000));
  await crash();
  const after = await make();
  expect(await after.stats()).toMatchObject({ waiting: 3000, leased: 0 });
  const values = await drain(after);
  expect(values).toEqual([...Array(1000).keys(), ...Array.from({ length: 2000 }, (_, i) => 2000 + i)]);
});

test('a clean stop keeps it, and the second start knows of the first', async () => {
  for (const [from, to] of [
    [0, 10],
    [10, 20],
  ] as const) {
    const outbox = await make();
    await outbox.add(batchOf(from, to));
    await outbox.close();
  }
  const outbox = await make();
  expect(await drain(outbox)).toEqual([...Array(20).keys()]);
  await outbox.close();
  expect(await (await make()).lease(1000)).toBeUndefined();
});

test('a torn end is passed over, and what stands before it is given', async () => {
  const before = await make();
  await before.add(batchOf(0, 100));
  await before.add(batchOf(100, 200));
  await before.close();
  const [file = ''] = (await readdir(path)).filter((name) => /^\d+$/.test(name));
  const bytes = await readFile(join(path, file));
  await writeFile(join(path, file), bytes.subarray(0, bytes.length - 40));
  await appendFile(join(path, file), Buffer.alloc(1000, 7));
  expect(await drain(await make())).toEqual([...Array(100).keys()]);
  expect(lines.join()).toContain('passed over what could not be read');
});

test('segments go when all of their packs are acknowledged', async () => {
  const outbox = await make();
  const segments = async () => (await readdir(path)).filter((name) => /^\d+$/.test(name)).length;
  const first = batchOf(0, 10, `m${'x'.repeat(100_000)}`);
  // A pack is about 200 kB, a segment 16 MB.
  for (let i = 0; i < 500; i += 1) await outbox.add(first);
  expect(await segments()).toBeGreaterThan(2);
  for (let lease = await outbox.lease(1e6); lease; lease = await outbox.lease(1e6)) await lease.ack();
  await waitFor('the segments to go', async () => (await segments()) === 1);
  expect(await outbox.stats()).toEqual({ waiting: 0, leased: 0, oldestMs: 0 });
});

test('a second process does not get the folder', async () => {
  await make();
  await expect(make()).rejects.toThrow('has it; not started');
});

test('a folder that nobody can make is an error at once', async () => {
  path = '/proc/mini-tsdb/export';
  const told = expect.stringMatching(/^cannot use \/proc\/mini-tsdb\/export for samples to be handed over: /);
  await expect(make()).rejects.toMatchObject({ reason: 'folder', message: told });
});
