// Measures /api/v1/chart over the memory store: CPU time, answer and the longest pause while a month is drawn.
//   npx node --expose-gc tools/bench/chart.ts [--series 1] [--days 30] [--every 5] [--width 1000] [--runs 5]

import '../../src/lib/node-version.ts';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createEngine } from '../../src/tsdb/promql/engine.ts';
import type { Store } from '../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../src/tsdb/storage/memory/store.ts';
import { bucketChart } from '../../src/tsdb/web/chart/bucket-chart.ts';
import { bucketsJson, pointsJson } from '../../src/tsdb/web/chart/chart-json.ts';
import { rawChart } from '../../src/tsdb/web/chart/raw-chart.ts';
import { pieces } from '../../src/tsdb/web/pieces.ts';

const { values: options } = parseArgs({
  options: {
    series: { type: 'string', default: '1' },
    days: { type: 'string', default: '30' },
    every: { type: 'string', default: '5' },
    width: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '5' },
  },
});
const SERIES = Number(options.series);
const EVERY_MS = Number(options.every) * 1000;
const END = Date.UTC(2026, 0, 31);
const START = END - Number(options.days) * 86_400_000;
const SAMPLES = Math.floor((END - START) / EVERY_MS);
const LIMIT = 1000;
const LIMITS = { timeoutMs: 600_000, maxSamples: 1e9, maxConcurrency: 1, lookbackMs: 300_000 };

const store = await openMemoryStore({ now: () => END, retentionMs: 1e14, outOfOrderMs: 1e14 });
await fill(store);
const engine = createEngine({ store, ...LIMITS });
const patience = { signal: new AbortController().signal };
const frame = { start: START, end: END, width: Number(options.width), lookbackMs: LIMITS.lookbackMs };

async function raw(): Promise<AsyncIterable<string>> {
  return pieces(pointsJson(await engine.read(patience, (reading) => rawChart(reading, [], frame, LIMIT))));
}

async function buckets(granularity: 'hour' | 'day'): Promise<AsyncIterable<string>> {
  const asked = { granularity, span: { from: START, to: END }, zone: 'Europe/Berlin', now: END };
  const chart = await engine.read(patience, (reading) => bucketChart(reading, [], asked, LIMIT));
  return pieces(bucketsJson(granularity, chart));
}

console.log(`${SERIES} series of ${SAMPLES} samples each`);
await measure('raw', raw);
await measure('hour', () => buckets('hour'));
await measure('day', () => buckets('day'));
await store.close();

// A wall time on a busy machine says nothing; the longest pause of the event loop is shown as a hint only.
async function measure(name: string, run: () => Promise<AsyncIterable<string>>): Promise<void> {
  const times: number[] = [];
  const delays = monitorEventLoopDelay({ resolution: 1 });
  let length = await read(run);
  delays.enable();
  for (let i = 0; i < Number(options.runs); i++) {
    globalThis.gc?.();
    const before = process.cpuUsage();
    length = await read(run);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  delays.disable();
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  const nanoseconds = Math.round((median * 1e6) / (SERIES * SAMPLES));
  const waits = [50, 99].map((share) => `p${share} ${(delays.percentile(share) / 1e6).toFixed(1)}`);
  console.log(
    `${name}: ${median.toFixed(0)} ms CPU (median), ${nanoseconds} ns a sample, ${Math.round(length / 1024)} kB; turns, ms: ${waits.join(', ')}`,
  );
}

async function read(run: () => Promise<AsyncIterable<string>>): Promise<number> {
  let length = 0;
  for await (const piece of await run()) length += piece.length;
  return length;
}

async function fill(to: Store): Promise<void> {
  const labels = Array.from({ length: SERIES }, (_, i) => ({ __name__: 'bench', i: String(i) }));
  for (const ref of await to.resolve(labels)) {
    for (let begin = 0; begin < SAMPLES; begin += 65_536) {
      const rows = Math.min(65_536, SAMPLES - begin);
      const at = (i: number) => begin + i;
      await to.append(
        {
          refs: new Uint32Array(rows).fill(ref),
          times: Float64Array.from({ length: rows }, (_, i) => START + at(i) * EVERY_MS),
          values: Float64Array.from({ length: rows }, (_, i) => 20 + Math.sin(at(i) / 500) * 5),
          stale: new Uint8Array(rows),
        },
        { durable: false },
      );
    }
  }
}
