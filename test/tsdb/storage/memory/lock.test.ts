import { readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from '../../../../src/lib/folder-lock.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Disk } from '../../../../src/tsdb/storage/memory/disk/disk.ts';
import { LabelIndex } from '../../../../src/tsdb/storage/memory/label-index.ts';
import { Samples } from '../../../../src/tsdb/storage/memory/samples.ts';
import { SeriesRows } from '../../../../src/tsdb/storage/memory/series-rows.ts';
import { openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { Turnstile } from '../../../../src/tsdb/storage/memory/turnstile.ts';
import { startProgram } from '../../../helpers/process.ts';
import { type TempDir, tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { NOW } from '../contract-suite.ts';
import { batchOf, readAll } from '../rows.ts';

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await tempDir('lock');
  path = join(dir.path, 'lock');
});
afterEach(() => dir.remove());

async function heldBy(change: Readonly<Record<string, unknown>>): Promise<void> {
  const own = await lockFolder(dir.path);
  const holder = JSON.parse(await readFile(path, 'utf8'));
  await own.release();
  await writeFile(path, JSON.stringify({ ...holder, id: 'another', ...change }));
}

const isHeld = expect.objectContaining({ reason: 'in_use' });

test('only one at a time holds a folder, and a released one is free', async () => {
  const first = await lockFolder(dir.path);
  await expect(lockFolder(dir.path)).rejects.toEqual(isHeld);
  expect(await first.renew()).toBe(true);
  await first.release();
  const second = await lockFolder(dir.path);
  await second.release();
});

test('of many that come at once, also over a dead one, only one gets it', async () => {
  for (let round = 0; round < 50; round += 1) {
    await heldBy({ pid: 2 ** 30, id: `dead ${round}` });
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(dir.path)));
    const got = all.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const stillOurs = await Promise.all(got.map((lock) => lock.renew()));
    expect(stillOurs.filter(Boolean)).toHaveLength(1);
    for (const lock of got) await lock.release();
  }
});

test('a process that has gone, or whose number another has now, holds nothing', async () => {
  const gone = startProgram('true', []);
  await gone.exit;
  const ways = [
    () => heldBy({ pid: gone.pid }),
    () => heldBy({ began: '1' }),
    () => writeFile(path, 'cut o'),
  ];
  for (const way of ways) {
    await way();
    const lock = await lockFolder(dir.path);
    expect(await lock.renew()).toBe(true);
    await lock.release();
  }
});

test('one on another system holds it for as long as it renews', async () => {
  await heldBy({ system: 'another' });
  let isAlive = true;
  const renewing = (async () => {
    while (isAlive) {
      await utimes(path, new Date(), new Date());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await expect(lockFolder(dir.path, 300)).rejects.toEqual(isHeld);
  isAlive = false;
  await renewing;
  await (await lockFolder(dir.path, 300)).release();
});

test('a store that has lost its folder to another writes nothing into it any more', async () => {
  const store = await openMemoryStore({ path: dir.path, now: () => NOW });
  const [ref] = (await store.resolve([{ __name__: 'm' }])) as unknown as [number];
  await writeFile(path, JSON.stringify({ id: 'another' }));
  const trouble = await waitFor('the loss to be noticed', () => store.diskTrouble());
  expect(trouble.reason).toBe('another process has taken the folder');
  const row = batchOf([[ref, NOW, 1]]);
  await expect(store.append(row, { durable: true })).rejects.toMatchObject({ reason: 'not_durable' });
  await store.append(row, { durable: false });
  expect(await readAll(store, [])).toHaveLength(1);
  await store.close();
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ id: 'another' });
});

test('a lock that cannot be read just now is not lost, one that is gone is', async () => {
  const lock = await lockFolder(dir.path);
  await rename(path, `${path}.away`);
  await symlink(path, path);
  expect(await lock.renew()).toBe(true);
  await rm(path);
  expect(await lock.renew()).toBe(false);
});

test('it is renewed also while the store is loaded, which may take long', async () => {
  const rows = new SeriesRows();
  const store = {
    rows,
    index: new LabelIndex(rows, 1000),
    samples: new Samples(rows, 1000),
    turnstile: new Turnstile(),
    oldestKept: () => Number.NEGATIVE_INFINITY,
    newest: () => Number.NEGATIVE_INFINITY,
  };
  const options = { path: dir.path, snapshotAfterBytes: 1000, now: Date.now, log: createLogger('silent') };
  const disk = await Disk.open(store, options, async () => {
    const before = (await stat(path)).mtimeMs;
    await waitFor('a renewal', async () => {
      if ((await stat(path)).mtimeMs === before) throw new Error('none');
      return true;
    });
  });
  expect(disk.trouble).toBeUndefined();
  await disk.close();
});

test('a folder that nobody can make is an error at once', async () => {
  const log = createLogger('silent');
  const bounds = { retentionMs: 3_600_000, retentionBytes: Number.POSITIVE_INFINITY, maxSeries: 10 };
  const told = expect.stringMatching(/^cannot use \/proc\/mini-tsdb as folder of the data: /);
  await expect(openMemoryStore({ log, path: '/proc/mini-tsdb', ...bounds })).rejects.toMatchObject({
    reason: 'folder',
    message: told,
  });
});
