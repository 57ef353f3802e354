import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import { type MemoryStore, openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { type TempDir, tempDir } from '../../../helpers/temp-dir.ts';
import { NOW } from '../contract-suite.ts';
import type { NaiveSeries } from '../naive-store.ts';
import { batchOf, equal, readAll, type Sample } from '../rows.ts';

// More than a slab of sealed chunks, so that all kinds of files are there.
const SERIES = 400;
const ROUNDS = 600;

let dir: TempDir;
/** What a crash left, and what was in it; each test spoils a copy. */
let left: string;
let all: readonly NaiveSeries[];
let copy: string;
let told: string[] = [];
let store: MemoryStore;
beforeAll(async () => {
  dir = await tempDir('damage');
  left = join(dir.path, 'left');
  all = await crash();
});
beforeEach(async () => {
  copy = join(dir.path, 'copy');
  await cp(left, copy, { recursive: true });
  told = [];
});
afterEach(() => rm(copy, { recursive: true }));
afterAll(() => dir.remove());

async function open(path: string): Promise<MemoryStore> {
  const log = createLogger('warn', { write: (line: string) => void told.push(JSON.parse(line).msg) });
  store = await openMemoryStore({ path, now: () => NOW, retentionMs: 1e12, log });
  return store;
}

async function fill(from: number, to: number): Promise<void> {
  const refs = await store.resolve(
    Array.from({ length: SERIES }, (_, i) => ({ __name__: 'm', i: String(i) })),
  );
  for (let round = from; round < to; round += 1) {
    const time = NOW - 1e7 + round * 5000;
    await store.append(batchOf([...refs].map((ref, i): Sample => [ref, time, Math.sin(round * i)])), {
      durable: false,
    });
  }
  // It is flushed then.
  await store.append(batchOf([]), { durable: true });
}

/** What a crash would leave: a snapshot, slabs, and a log after them. */
async function crash(): Promise<NaiveSeries[]> {
  await open(join(dir.path, 'store'));
  await fill(0, ROUNDS);
  await store.close();
  await open(join(dir.path, 'store'));
  await fill(ROUNDS, ROUNDS + 20);
  const written = await readAll(store, []);
  await cp(join(dir.path, 'store'), left, { recursive: true });
  await rm(join(left, 'lock'));
  await store.close();
  return written;
}

async function filesOf(kind: string): Promise<string[]> {
  const names = await readdir(copy, { recursive: true });
  return names
    .filter((name) => name.includes(kind) && /\d$/.test(name) && !name.endsWith(kind))
    .map((name) => join(copy, name))
    .sort();
}

async function spoil(path: string, at: number, length = 64): Promise<void> {
  const bytes = await readFile(path);
  const from = Math.floor(at * bytes.length);
  bytes.fill(0xa5, from, Math.min(bytes.length, from + length));
  await writeFile(path, bytes);
}

const rowsIn = (all: readonly NaiveSeries[]) => all.reduce((sum, { rows }) => sum + rows.length, 0);

/** Opens the damaged copy; all that is read must be what was written. */
async function readCopy(): Promise<NaiveSeries[]> {
  await open(copy);
  const found = await readAll(store, []);
  const known = new Map(all.map(({ labels, rows }) => [labels.i, new Map(rows)]));
  const invented = found.flatMap(({ labels, rows }) =>
    rows.filter(([time, bits]) => known.get(labels.i)?.get(time) !== bits),
  );
  expect(invented).toEqual([]);
  return found;
}

/** After a warning the rest is written anew: the next start finds nothing wrong and just as much. */
async function expectMended(found: readonly NaiveSeries[]): Promise<void> {
  await fill(ROUNDS + 20, ROUNDS + 21);
  await store.close();
  told = [];
  await open(copy);
  expect(rowsIn(await readAll(store, []))).toBe(rowsIn(found) + SERIES);
  expect(told).toEqual([]);
  await store.close();
}

describe('a start after a crash', () => {
  test('finds all, and warns of nothing, when nothing is damaged', async () => {
    expect(await readCopy()).toEqual(all);
    expect(told).toEqual([]);
    await expectMended(all);
  });

  test('takes what is before a torn tail of the log, and that is no damage', async () => {
    const last = (await filesOf('log/')).at(-1) as string;
    const { length } = await readFile(last);
    await truncate(last, length - 100);
    const found = await readCopy();
    expect(rowsIn(found)).toBe(rowsIn(all) - SERIES);
    expect(told).toEqual([]);
    await expectMended(found);
  });

  test('passes over what is spoilt in the midst of the log, and says so', async () => {
    await spoil((await filesOf('log/')).at(-1) as string, 0.5);
    const found = await readCopy();
    expect(rowsIn(found)).toBe(rowsIn(all) - SERIES);
    expect(told).toEqual([
      expect.stringMatching(/log\/\d+ is damaged: \d+ of \d+ bytes are lost, the rest is kept/),
    ]);
    await expectMended(found);
  });

  test('keeps the rest of a spoilt slab', async () => {
    const slabs = await filesOf('chunks/');
    expect(slabs.length).toBeGreaterThan(2);
    await spoil(slabs[1] as string, 0.5);
    const found = await readCopy();
    const lost = rowsIn(all) - rowsIn(found);
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(128 * 60);
    expect(told).toEqual([expect.stringContaining('is damaged')]);
    await expectMended(found);
  });

  test('goes on without a slab that is gone', async () => {
    await rm((await filesOf('chunks/'))[0] as string);
    const found = await readCopy();
    expect(rowsIn(found)).toBeGreaterThan(0.5 * rowsIn(all));
    expect(rowsIn(found)).toBeLessThan(rowsIn(all));
    expect(told).toEqual([expect.stringMatching(/chunks\/\d+ is missing; what was in it is lost/)]);
    await expectMended(found);
  });

  test('finds everything without the list of its snapshot', async () => {
    await spoil((await filesOf('4-list'))[0] as string, 0, 1000);
    expect(await readCopy()).toEqual(all);
    expect(told).toEqual([expect.stringContaining('is damaged')]);
    await expectMended(all);
  });

  test('loses only the series whose names are spoilt, and mistakes none for another', async () => {
    await spoil((await filesOf('1-series'))[0] as string, 0.1);
    const found = await readCopy();
    expect(found.length).toBeGreaterThanOrEqual(SERIES - 256);
    expect(found.length).toBeLessThan(SERIES);
    expect(told).toEqual([
      expect.stringContaining('1-series'),
      expect.stringMatching(/\d+ samples belong to series whose labels could not be read; they are lost/),
    ]);
    const [one] = found;
    expect(one?.rows).toEqual(all.find(({ labels }) => labels.i === one?.labels.i)?.rows);
    expect(await readAll(store, [equal('i', String(one?.labels.i))])).toHaveLength(1);
    await store.close();
  });

  test('takes nothing of a snapshot that was not finished', async () => {
    const [name = ''] = (await readdir(copy)).filter((entry) => entry.startsWith('snapshot-'));
    await cp(join(copy, name), join(copy, 'snapshot-99999999.tmp'), { recursive: true });
    expect(await readCopy()).toEqual(all);
    expect((await readdir(copy)).filter((entry) => entry.endsWith('.tmp'))).toEqual([]);
    await store.close();
  });
});
