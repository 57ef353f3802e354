// Measures queries over the memory store: CPU time to evaluate a range query of many series, and to write its answer.
//   npx node --expose-gc tools/bench/query.ts [--series 10000] [--minutes 60] [--every 15] [--step 15] [--runs 5]

import '../../src/lib/node-version.ts';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createEngine } from '../../src/tsdb/promql/engine.ts';
import type { Store } from '../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../src/tsdb/storage/memory/store.ts';
import { pieces } from '../../src/tsdb/web/pieces.ts';
import { resultJson } from '../../src/tsdb/web/result-json.ts';

const { values: options } = parseArgs({
  options: {
    series: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '60' },
    every: { type: 'string', default: '15' },
    step: { type: 'string', default: '15' },
    runs: { type: 'string', default: '5' },
  },
});
const SERIES = Number(options.series);
const EVERY_MS = Number(options.every) * 1000;
const START = Date.UTC(2026, 0, 15);
const END = START + Number(options.minutes) * 60_000;
const step = Number(options.step) * 1000;
const steps = { start: START, end: END, step, count: Math.floor((END - START) / step) + 1 };
const LIMITS = { timeoutMs: 600_000, maxSamples: 1e9, maxConcurrency: 1, lookbackMs: 300_000 };

const store = await openMemoryStore({ now: () => END });
await fill(store);
const engine = createEngine({ store, ...LIMITS });
const { signal } = new AbortController();

async function evaluate(): Promise<void> {
  await engine.range('bench', steps, { signal });
}

const evaluated = await engine.range('bench', steps, { signal });
const points = evaluated.reduce((sum, { times }) => sum + times.length, 0);

async function write(): Promise<void> {
  let length = 0;
  for await (const piece of pieces(resultJson({ type: 'matrix', series: evaluated }))) length += piece.length;
  if (length < points) throw new Error('the answer is too short');
}

console.log(`${evaluated.length} series, ${points} points of ${steps.count} steps each`);
for (const [name, run] of Object.entries({ evaluate, write, instant })) await measure(name, run);

async function instant(): Promise<void> {
  await engine.instant('bench', END, { signal });
}

// A wall time on a busy machine says nothing; the longest pause of the event loop is shown as a hint only.
async function measure(name: string, run: () => Promise<void>): Promise<void> {
  const times: number[] = [];
  const delays = monitorEventLoopDelay({ resolution: 1 });
  await run();
  delays.enable();
  for (let i = 0; i < Number(options.runs); i++) {
    globalThis.gc?.();
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  delays.disable();
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  const nanoseconds = Math.round((median * 1e6) / points);
  const waits = [50, 99].map((share) => `p${share} ${(delays.percentile(share) / 1e6).toFixed(1)}`);
  console.log(
    `${name}: ${median.toFixed(0)} ms CPU (median), ${nanoseconds} ns a point; turns, ms: ${waits.join(', ')}`,
  );
}

async function fill(to: Store): Promise<void> {
  const labels = Array.from({ length: SERIES }, (_, i) => ({
    __name__: 'bench',
    instance: `sensor_${i}:9100`,
  }));
  const refs = await to.resolve(labels);
  const values = new Float64Array(SERIES);
  for (let time = START - EVERY_MS; time <= END; time += EVERY_MS) {
    for (let i = 0; i < SERIES; i++) values[i] = (values[i] as number) + ((i * 7 + time / EVERY_MS) % 13);
    const batch = {
      refs,
      times: new Float64Array(SERIES).fill(time),
      values,
      stale: new Uint8Array(SERIES),
    };
    await to.append(batch, { durable: false });
  }
}
