// Publishes lists while a disk fills up and is freed again, and tells as JSON what stood: full-disk.ts FOLDER WAY.
// By `mount`, FOLDER is a small disk; by `limit`, this process itself is kept from writing more to any file.

import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { messageOf } from '../../src/lib/errors.ts';
import { type TargetGroup, writeTargetGroups } from '../../src/model/target-group.ts';
import { NO_CONFLICT } from '../../src/sidecar/targets/conflicts.ts';
import { publish, type TargetFile } from '../../src/sidecar/targets/publish.ts';
import { findTroubles } from '../../src/sidecar/targets/target-troubles.ts';
import { FULL_DISK, type FullDisk, type FullDiskWay } from '../helpers/full-disk.ts';

const [folder = '', way = ''] = process.argv.slice(2) as [string, FullDiskWay];
const path = join(folder, 'targets.json');
const told: string[] = [];
const file: TargetFile = {
  path,
  intervalMs: 1000,
  monotonic: () => performance.now(),
  observer: {
    written: () => void told.push('written'),
    restored: () => void told.push('restored'),
    writeFailed: (reason) => void told.push(`writeFailed ${reason}`),
  },
  published: undefined,
  conflict: NO_CONFLICT,
};

const listOf = (count: number): TargetGroup[] => [
  { targets: Array.from({ length: count }, (_, i) => `sensor_${i}.example.com:9100`), labels: {} },
];
const small = listOf(FULL_DISK.small);
const large = listOf(FULL_DISK.large);

function fill(bytesLeft: number): void {
  if (way === 'limit') {
    limit(String(bytesLeft));
    return;
  }
  const { bavail, bsize } = statfsSync(folder);
  appendFileSync(join(folder, 'ballast'), Buffer.alloc(bavail * bsize - bytesLeft));
}

function free(): void {
  if (way === 'limit') limit('unlimited');
  else rmSync(join(folder, 'ballast'));
}

// A write beyond the limit is cut short, the next one fails with EFBIG, and a signal comes with it.
process.on('SIGXFSZ', () => {});

function limit(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'fine',
    (error: unknown) => messageOf(error),
  );
}

const state = () => ({
  holds: readFileSync(path, 'utf8') === writeTargetGroups(small) ? 'small' : 'another',
  staged: readdirSync(join(folder, '.inventory-sd')),
});

await publish(file, small);
fill(FULL_DISK.bytesLeft);
const nearlyFull = { outcome: await outcomeOf(publish(file, large)), ...state() };

// The same disk, the same list, and write-file-atomic as its README shows it.
const naivePath = join(folder, 'naive.json');
const outcome = await outcomeOf(writeFileAtomic(naivePath, writeTargetGroups(large)));
const naive = { outcome, bytes: readFileSync(naivePath).length, wanted: writeTargetGroups(large).length };
rmSync(naivePath);

fill(0);
const troubles = await findTroubles(path);
const full = { outcome: await outcomeOf(publish(file, large)), ...state() };
free();
const healed = {
  outcome: await outcomeOf(publish(file, large)),
  stands: readFileSync(path, 'utf8') === writeTargetGroups(large),
};
const result: FullDisk = { nearlyFull, naive, full, troubles, healed, told };
console.log(JSON.stringify(result));
