// Measures the store over PostgreSQL: CPU time of this process and of the server's, a sample, to append and to read.
//   npx node tools/bench/postgres.ts URL_FILE [--series 10000] [--rounds 60] [--runs 5]
// The server must run on this machine; its tables go into a schema of their own, which is dropped at the end.

import '../../src/lib/node-version.ts';
import { readdir, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { Batch, Budget } from '../../src/tsdb/storage/contract.ts';
import { openPostgresStore } from '../../src/tsdb/storage/postgres/open.ts';
import type { PostgresStore } from '../../src/tsdb/storage/postgres/store.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    series: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '60' },
    runs: { type: 'string', default: '5' },
  },
});
const [urlFile = ''] = positionals;
const SERIES = Number(options.series);
const ROUNDS = Number(options.rounds);
const EVERY_MS = 60_000;
const BATCH = 1000;
const SCHEMA = 'mini_tsdb_bench';
/** A tick of the kernel's counters. */
const TICK_MICROS = 10_000;
const UNBOUNDED: Budget = { take: () => {}, breathe: () => undefined };

interface Cost {
  readonly ours: number;
  readonly server: number;
}

const client = new pg.Client({ connectionString: (await readFile(urlFile, 'utf8')).trim() });
await client.connect();
const postmaster = await postmasterOf(client);
const runs: Record<string, Cost>[] = [];
for (let run = 0; run < Number(options.runs); run += 1) runs.push(await measure());
await client.end();
report();

async function measure(): Promise<Record<string, Cost>> {
  await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  const start = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3 * 3_600_000;
  const store = await openPostgresStore({ urlFile, schema: SCHEMA });
  try {
    const refs = await store.resolve(
      Array.from({ length: SERIES }, (_, i) => ({
        __name__: `metric_${i % 50}_total`,
        instance: `sensor_${Math.floor(i / 50)}.example.com:9100`,
        job: 'sensors',
      })),
    );
    const samples = SERIES * ROUNDS;
    const append = await cost(samples, () => appendAll(store, refs, start));
    const again = await cost(samples, () => appendAll(store, refs, start));
    const read = await cost(samples, () => readAll(store, start));
    const hours = Float64Array.from([0, 1, 2], (hour) => start + hour * 3_600_000);
    const ragged = hours.map((bound) => bound + 1);
    const fromSamples = await cost(samples, () => bucketsAll(store, ragged));
    const rollUp = await cost(samples, () => store.upkeep());
    const fromRollups = await cost(samples, () => bucketsAll(store, hours));
    return {
      'append, batches of 1,000': append,
      'append again: duplicates': again,
      read,
      'buckets from samples': fromSamples,
      'roll up': rollUp,
      'buckets from rollups': fromRollups,
    };
  } finally {
    await store.close();
    await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  }
}

async function appendAll(store: PostgresStore, refs: Uint32Array, start: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const batches = Array.from({ length: Math.ceil(SERIES / BATCH) }, (_, i) =>
      batchOf(refs.subarray(i * BATCH, (i + 1) * BATCH), start + round * EVERY_MS, round),
    );
    await Promise.all(batches.map((batch) => store.append(batch, { durable: true })));
  }
}

function batchOf(refs: Uint32Array, time: number, value: number): Batch {
  return {
    refs,
    times: new Float64Array(refs.length).fill(time),
    values: new Float64Array(refs.length).fill(value + 0.1),
    stale: new Uint8Array(refs.length),
  };
}

async function readAll(store: PostgresStore, start: number): Promise<void> {
  const range = { from: start, to: start + ROUNDS * EVERY_MS };
  for await (const _ of store.select({ matchers: [], range }, UNBOUNDED));
}

async function bucketsAll(store: PostgresStore, bounds: Float64Array): Promise<void> {
  for await (const _ of store.buckets([], bounds, UNBOUNDED));
}

/** CPU time in µs for each of so many samples. */
async function cost(samples: number, work: () => Promise<void>): Promise<Cost> {
  const begin = process.cpuUsage();
  const before = await serverMicros();
  await work();
  const { user, system } = process.cpuUsage(begin);
  return { ours: (user + system) / samples, server: ((await serverMicros()) - before) / samples };
}

async function postmasterOf(one: pg.Client): Promise<number> {
  const { rows } = await one.query('SELECT pg_backend_pid() AS pid');
  return (await statOf(rows[0].pid)).parent;
}

// Its writers and checkpointer work for us as well; nobody ends meanwhile but idle ones.
async function serverMicros(): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map(statOf));
  const ours = stats.filter(({ parent }) => parent === postmaster);
  return ours.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_MICROS;
}

async function statOf(pid: number): Promise<{ parent: number; ticks: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the name, which may hold anything: state, parent, and further on user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

function report(): void {
  const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1] as number;
  console.log(`${SERIES} series, ${ROUNDS} rounds; medians of ${runs.length} runs, CPU time in µs a sample`);
  for (const name of Object.keys(runs[0] ?? {})) {
    const of = (part: keyof Cost) => median(runs.map((run) => (run[name] as Cost)[part])).toFixed(2);
    console.log(`${name.padEnd(26)} here ${of('ours').padStart(6)}   server ${of('server').padStart(6)}`);
  }
}
