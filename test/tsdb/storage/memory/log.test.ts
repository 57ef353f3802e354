import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import { type MemoryStore, openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { type TempDir, tempDir } from '../../../helpers/temp-dir.ts';
import { NOW } from '../contract-suite.ts';
import { batchOf } from '../rows.ts';

let dir: TempDir;
let store: MemoryStore;
let ref: number;
beforeEach(async () => {
  dir = await tempDir('log');
  store = await openMemoryStore({ path: join(dir.path, 'store'), now: () => NOW });
  [ref] = (await store.resolve([{ __name__: 'm' }])) as unknown as [number];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  await dir.remove();
});

/** What every open file is an instance of. */
async function fileHandle(): Promise<{ datasync(): Promise<void> }> {
  const handle = await open(join(dir.path, 'any'), 'w');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

const row = (i: number, durable: boolean) => store.append(batchOf([[ref, NOW + i, i]]), { durable });

test('durable appends resolve after the disk has them, and those that come together share that', async () => {
  const prototype = await fileHandle();
  const real = prototype.datasync;
  let isSynced = false;
  const sync = vi.spyOn(prototype, 'datasync').mockImplementation(async function (this: typeof prototype) {
    await new Promise(setImmediate);
    await real.call(this);
    isSynced = true;
  });
  await row(0, false);
  expect(sync).toHaveBeenCalledTimes(0);
  await Promise.all(
    Array.from({ length: 100 }, (_, i) => row(i + 1, true).then(() => expect(isSynced).toBe(true))),
  );
  expect(sync.mock.calls.length).toBeLessThanOrEqual(2);
});

test('a write that takes longer than the time between two is not the last one', async () => {
  const prototype = (await fileHandle()) as unknown as { writeFile(bytes: Uint8Array): Promise<void> };
  const real = prototype.writeFile;
  const began = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const write = vi.spyOn(prototype, 'writeFile').mockImplementation(async function (
    this: typeof prototype,
    bytes,
  ) {
    began.resolve();
    await held.promise;
    await real.call(this, bytes);
  });
  await row(0, false);
  await began.promise;
  // Sets the next timer, which comes while the first write still lasts.
  await row(1, false);
  await sleep(1_000);
  held.resolve();
  await vi.waitFor(() => expect(write).toHaveBeenCalledTimes(2), 10_000);
  await sleep(50);
  await row(2, false);
  await vi.waitFor(() => expect(write).toHaveBeenCalledTimes(3), 10_000);
});

test('a durable append that the disk refuses is told so, and can be read', async () => {
  const failure = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  vi.spyOn(await fileHandle(), 'datasync').mockRejectedValueOnce(failure);
  await expect(row(0, true)).rejects.toMatchObject({
    reason: 'not_durable',
    message: expect.stringContaining('EIO'),
  });
  expect(store.diskTrouble()?.reason).toContain('EIO');
  await expect(row(1, true)).rejects.toMatchObject({ reason: 'not_durable' });
  expect((await store.stats(0)).samples).toBe(1);
});

test('a stop says that what the disk refused is lost', async () => {
  const lines: string[] = [];
  const log = createLogger('error', { write: (line) => void lines.push(line) });
  const own = await openMemoryStore({ path: join(dir.path, 'own'), now: () => NOW, log });
  const [series = 0] = await own.resolve([{ __name__: 'm' }]);
  vi.spyOn(await fileHandle(), 'datasync').mockRejectedValue(new Error('EIO: i/o error, fdatasync'));
  await own.append(batchOf([[series, NOW, 1]]), { durable: true }).catch(() => {});
  await own.close();
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    msg: 'stopped with samples in memory only; they are lost',
    since: new Date(NOW).toISOString(),
    reason: expect.stringContaining('EIO'),
  });
});
