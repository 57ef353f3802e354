import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import { type MemoryStore, openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { readLast } from '../../../helpers/killed-store.ts';
import { startNode } from '../../../helpers/process.ts';
import { type TempDir, tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { NOW } from '../contract-suite.ts';
import { batchOf } from '../rows.ts';

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir('kills');
});
afterEach(() => dir.remove());

const told: string[] = [];
function open(path: string): Promise<MemoryStore> {
  const log = createLogger('warn', { write: (line: string) => void told.push(line) });
  return openMemoryStore({ path, now: () => NOW, retentionMs: 1e12, log });
}

test('kill -9 at any moment: what was durable is there, and nothing is missing before the last sample', async () => {
  for (let round = 0; round < 6; round += 1) {
    const writer = startNode('test/programs/killed-store.ts', [dir.path]);
    await writer.line(/^durable /);
    await sleep(1500 * Math.random());
    writer.kill('SIGKILL');
    await writer.exit;
    const durable = Number(writer.stdout.at(-1)?.replace('durable ', ''));
    // Every second time the next start is another writer's, which must get the folder at once.
    if (round % 2 === 0) continue;
    const store = await open(dir.path);
    expect(await readLast(store)).toBeGreaterThanOrEqual(durable);
    await store.close();
  }
  expect(told).toEqual([]);
});

test('what is not durable is flushed without being asked', async () => {
  const store = await open(dir.path);
  const [ref] = (await store.resolve([{ __name__: 'm' }])) as unknown as [number];
  await store.append(batchOf([[ref, NOW, 1]]), { durable: false });
  const size = await waitFor('a segment with something in it', async () => {
    const [name = ''] = await readdir(join(dir.path, 'log'));
    return (await stat(join(dir.path, 'log', name))).size;
  });
  expect(size).toBeGreaterThan(0);
  await store.close();
});
