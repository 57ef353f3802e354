import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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
