// Fills a store while its disk fills up and is freed again, and tells as JSON what became of it: full-disk-store.ts
// FOLDER WAY. By `mount`, FOLDER is a small disk; by `limit`, this process itself is kept from writing more to any file.

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../src/lib/log.ts';
import { openMemoryStore } from '../../src/tsdb/storage/memory/store.ts';
import type { FullDiskStore } from '../helpers/full-disk-store.ts';
import { killedLabels, readLast } from '../helpers/killed-store.ts';

const [folder = '', way = ''] = process.argv.slice(2);
const path = join(folder, 'store');
mkdirSync(path);
const START = Date.UTC(2026, 0, 15);
const told: string[] = [];
const log = createLogger('info', { write: (line: string) => void told.push(JSON.parse(line).msg) });
const open = () => openMemoryStore({ path, now: () => START, aheadMs: 1e12, retentionMs: 1e12, log });

const store = await open();
const refs = await store.resolve([killedLabels(0)]);
let appended = 0;

async function append(durable: boolean): Promise<string> {
  const times = Float64Array.of(START + (appended + 1) * 1000);
  const batch = { refs, times, values: Float64Array.of(appended + 1), stale: new Uint8Array(1) };
  return store.append(batch, { durable }).then(
    () => {
      appended += 1;
      return 'fine';
    },
    (error) => `${error.reason}: ${error.message}`,
  );
}

// A write beyond the limit is cut short, the next one fails with EFBIG, and a signal comes with it.
process.on('SIGXFSZ', () => {});

function limit(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

function fill(): void {
  const { bavail, bsize } = statfsSync(folder);
  if (way === 'limit') limit('0');
  else appendFileSync(join(folder, 'ballast'), Buffer.alloc(bavail * bsize));
}

function free(): void {
  if (way === 'limit') limit('unlimited');
  else rmSync(join(folder, 'ballast'));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await append(false);
    await sleep(20);
  }
}

await append(true);
fill();
await until(() => store.diskTrouble() !== undefined);
const full = {
  trouble: store.diskTrouble()?.reason ?? '',
  durable: await append(true),
  notDurable: await append(false),
  isAllRead: (await readLast(store)) === appended,
};
// Long enough for it to have tried to write anew.
await sleep(6000);
const stillFull = store.diskTrouble() !== undefined;
free();
await until(() => store.diskTrouble() === undefined);
const healed = { durable: await append(true), isAllRead: (await readLast(store)) === appended };
await store.close();
const again = await open();
const isAllThere = (await readLast(again)) === appended;
await again.close();
const result: FullDiskStore = { full, stillFull, healed, isAllThere, told };
console.log(JSON.stringify(result));
