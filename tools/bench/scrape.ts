// Measures scraping into the memory store: CPU time a sample, turns left out, delays, and memory a series.
//   npx node --expose-gc tools/bench/scrape.ts [--targets 1000] [--series 50] [--every 5] [--rounds 5] [--seconds 10]

import '../../src/lib/node-version.ts';
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Registry } from 'prom-client';
import { createLogger } from '../../src/lib/log.ts';
import type { ScrapeConfig } from '../../src/tsdb/config/scrape-config.ts';
import { createScrapeManager } from '../../src/tsdb/scrape/manager.ts';
import { openMemoryStore } from '../../src/tsdb/storage/memory/store.ts';

const { values: options } = parseArgs({
  options: {
    targets: { type: 'string', default: '1000' },
    series: { type: 'string', default: '50' },
    every: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
  },
});
const TARGETS = Number(options.targets);
const SERIES = Number(options.series);
const EVERY_MS = Number(options.every) * 1000;

const program = new URL('scrape-targets.ts', import.meta.url).pathname;
const child = fork(program, ['--series', String(SERIES)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
const before = process.memoryUsage().rss;
const registry = new Registry();
const store = await openMemoryStore();
const manager = createScrapeManager({
  store,
  registry,
  log: createLogger('warn'),
  userAgent: 'mini-tsdb/bench',
  seed: 1,
});
try {
  manager.apply([jobOf(await portOf())]);
  // All targets once for their series, then until the code is warm.
  await sleep(2 * EVERY_MS + 2000);
  const rounds: number[] = [];
  for (let i = 0; i < Number(options.rounds); i += 1)
    rounds.push(await measure(Number(options.seconds) * 1000));
  await report(rounds);
} finally {
  await manager.stop();
  child.disconnect();
}

async function portOf(): Promise<number> {
  if (child.stdout === null) throw new Error('the targets have no output');
  for await (const line of createInterface({ input: child.stdout })) return Number(line.replace('port ', ''));
  throw new Error('the targets did not start');
}

function jobOf(port: number): ScrapeConfig {
  const targets = Array.from({ length: TARGETS }, (_, i) => `sensor_${i}:9100`);
  return {
    jobName: 'sensors',
    discovery: [{ kind: 'static', groups: [{ targets, labels: { site: 'north' } }] }],
    intervalMs: EVERY_MS,
    timeoutMs: EVERY_MS,
    metricsPath: '/metrics',
    scheme: 'http',
    params: {},
    access: { followRedirects: true, proxyUrl: `http://127.0.0.1:${port}` },
    honorLabels: false,
    honorTimestamps: true,
    limits: { samples: 0, bodyBytes: 0, labels: 0, labelNameLength: 0, labelValueLength: 0, targets: 0 },
    relabelConfigs: [],
    metricRelabelConfigs: [],
  };
}

/** @returns microseconds of CPU a sample. */
async function measure(ms: number): Promise<number> {
  const scrapes = await scrapesSoFar();
  const cpu = process.cpuUsage();
  await sleep(ms);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / ((await scrapesSoFar()) - scrapes) / SERIES;
}

async function scrapesSoFar(): Promise<number> {
  const metric = await registry.getSingleMetric('mini_tsdb_target_scrapes_total')?.get();
  return metric?.values[0]?.value ?? 0;
}

async function report(rounds: readonly number[]): Promise<void> {
  const sorted = [...rounds].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  globalThis.gc?.();
  const grown = process.memoryUsage().rss - before;
  const down = manager.status().active.filter(({ health }) => health !== 'up').length;
  console.log(`${TARGETS} targets × ${SERIES} series every ${EVERY_MS} ms, down ${down}`);
  console.log(`CPU µs a sample: ${median.toFixed(2)} (${sorted.map((round) => round.toFixed(2)).join(' ')})`);
  console.log(`CPU µs a scrape: ${(median * SERIES).toFixed(0)}`);
  console.log(`memory a series: ${Math.round(grown / TARGETS / SERIES)} B`);
  const metrics = await registry.metrics();
  for (const name of ['scrapes_skipped_total', 'scrapes_failed_total', 'scrape_start_delay_seconds'])
    console.log(
      metrics
        .split('\n')
        .filter((line) => line.startsWith(`mini_tsdb_target_${name}`) && !line.endsWith(' 0'))
        .join('\n'),
    );
}
