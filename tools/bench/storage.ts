// Measures the memory store: CPU time to append and to read, bytes a sample, and its own count against the process'.
//   npx node --expose-gc tools/bench/storage.ts [--targets 1000] [--series 50] [--rounds 513] [--runs 5] [--disk]

import '../../src/lib/node-version.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Batch, Budget, Store } from '../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../src/tsdb/storage/memory/store.ts';

const { values: options } = parseArgs({
  options: {
    targets: { type: 'string', default: '1000' },
    series: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '513' },
    runs: { type: 'string', default: '5' },
    disk: { type: 'boolean', default: false },
  },
});
const TARGETS = Number(options.targets);
const SERIES = Number(options.series);
const ROUNDS = Number(options.rounds);
const EVERY_MS = 5000;
const START = Date.UTC(2026, 0, 15);

const UNBOUNDED: Budget = { take: () => {}, breathe: () => undefined };

type Next = (before: number, random: () => number) => number;

/** What an exporter's series do from one scrape to the next, and how many of a hundred do so. */
const MIX: readonly (readonly [share: number, next: Next])[] = [
  // Configuration, limits, errors that never happen.
  [35, (before) => before],
  // Requests, packets: some at times, many always.
  [10, (before, random) => before + (random() < 0.2 ? 1 : 0)],
  [12, (before, random) => before + Math.floor(random() * 50)],
  [4, (before, random) => before + Math.floor(random() * 1e6)],
  // Processor seconds, in hundredths.
  [12, (before, random) => Math.round(100 * before + random() * 400) / 100],
  // Memory and disks.
  [10, (before, random) => Math.max(0, before + 4096 * Math.floor((random() - 0.5) * 64))],
  // Connections, threads.
  [8, (before, random) => Math.max(0, before + Math.floor(random() * 5 - 2))],
  // Degrees, load, percent.
  [5, (before, random) => Math.round(100 * (before + random() - 0.5)) / 100],
  // Sums of durations, as doubles add up.
  [4, (before, random) => before + random() * 0.01],
];

interface Measured {
  readonly appendNanos: number;
  readonly resolveMicros: number;
  readonly readNanos: number;
  readonly lastNanos: number;
  readonly bytesPerSample: number;
  readonly headBytesPerSeries: number;
  readonly counted: number;
  readonly held: number;
}

const runs: Measured[] = [];
for (let run = 0; run < Number(options.runs); run += 1) {
  runs.push(await measure());
  // What a store leaves behind goes in a later turn.
  await new Promise(setImmediate);
}
report(runs);

async function measure(): Promise<Measured> {
  const before = held();
  let now = START;
  const path = options.disk ? await mkdtemp(join(tmpdir(), 'bench-storage-')) : undefined;
  const store = await openMemoryStore({ now: () => now, ...(path && { path }) });
  const resolving = cpu();
  const batches = await batchesFor(store);
  const resolveMicros = resolving() / 1e3 / (TARGETS * SERIES);
  const walk = walker();
  let appendNanos = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    now = START + round * EVERY_MS;
    for (const [target, batch] of batches.entries()) walk(batch, target, now);
    const appending = cpu();
    for (const batch of batches) await store.append(batch, { durable: false });
    // What the log does with them is a part of it.
    if (options.disk) await new Promise(setImmediate);
    appendNanos += appending();
  }
  const samples = TARGETS * SERIES * ROUNDS;
  const stats = await store.stats(1);
  const measured = {
    appendNanos: appendNanos / samples,
    resolveMicros,
    ...(await reading(store, now)),
    bytesPerSample: store.chunkBytes() / (TARGETS * SERIES * (ROUNDS - (ROUNDS % 128))),
    headBytesPerSeries: (stats.bytes - store.chunkBytes()) / stats.series,
    counted: stats.bytes,
    held: held() - before,
  };
  await store.close();
  if (path !== undefined) await rm(path, { recursive: true });
  return measured;
}

async function batchesFor(store: Store): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let target = 0; target < TARGETS; target += 1) {
    const sets = Array.from({ length: SERIES }, (_, i) => ({
      __name__: `sensor_metric_number_${i}_total`,
      job: 'sensors',
      instance: `sensor_${target}.example.com:9100`,
      zone: `zone-${target % 7}`,
      device: `disk-${i % 4}`,
    }));
    const refs = await store.resolve(sets);
    const columns = {
      times: new Float64Array(SERIES),
      values: new Float64Array(SERIES),
      stale: new Uint8Array(SERIES),
    };
    batches.push({ refs, ...columns });
  }
  return batches;
}

function walker(): (batch: Batch, target: number, now: number) => void {
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const kinds = MIX.flatMap(([share, next]) => Array<Next>(share).fill(next));
  return ({ times, values }, target, now) => {
    for (let i = 0; i < SERIES; i += 1) {
      const next = kinds[(target * SERIES + i) % kinds.length] as Next;
      times[i] = now;
      values[i] = next(values[i] as number, random);
    }
  };
}

async function reading(store: Store, now: number): Promise<Pick<Measured, 'readNanos' | 'lastNanos'>> {
  const one = {
    name: 'zone',
    operator: '=',
    value: 'zone-1',
    matches: (value: string) => value === 'zone-1',
  } as const;
  const read = async (from: number) => {
    const reading = cpu();
    let samples = 0;
    for await (const list of store.select({ matchers: [one], range: { from, to: now } }, UNBOUNDED)) {
      for (const { times } of list) samples += times.length;
    }
    return reading() / samples;
  };
  return { readNanos: await read(0), lastNanos: await read(now) };
}

/** Nanoseconds of user and system time since it was made. */
function cpu(): () => number {
  const begin = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begin);
    return 1e3 * (user + system);
  };
}

function held(): number {
  if (globalThis.gc === undefined) throw new Error('start it with --expose-gc');
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function report(all: readonly Measured[]): void {
  const median = (of: (one: Measured) => number) => {
    const sorted = all.map(of).sort((a, b) => a - b);
    return sorted[sorted.length >> 1] as number;
  };
  const lines = [
    `${TARGETS} targets, ${SERIES} series each, ${ROUNDS} scrapes; medians of ${all.length} runs, CPU time`,
    `append       ${median(({ appendNanos }) => appendNanos).toFixed(0)} ns a sample`,
    `resolve      ${median(({ resolveMicros }) => resolveMicros).toFixed(2)} µs a new series`,
    `read         ${median(({ readNanos }) => readNanos).toFixed(1)} ns a sample, all of a seventh of the series`,
    `read         ${median(({ lastNanos }) => lastNanos).toFixed(0)} ns a series, the last sample of each`,
    `sealed       ${median(({ bytesPerSample }) => bytesPerSample).toFixed(2)} bytes a sample`,
    `beside that  ${median(({ headBytesPerSeries }) => headBytesPerSeries).toFixed(0)} bytes a series`,
    `counted      ${(median(({ counted }) => counted) / 2 ** 20).toFixed(1)} MiB by the store itself`,
    // Later runs take what earlier ones left.
    `held         ${((all[0]?.held ?? 0) / 2 ** 20).toFixed(1)} MiB by the process`,
  ];
  console.log(lines.join('\n'));
}
