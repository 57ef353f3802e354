// Scraping for longer than a code change needs: nothing is left out, nothing grows.
//   SOAK_SECONDS=60 npx vitest run --mode long test/tsdb/scrape/soak.long.ts

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import { type MiniTsdb, startMiniTsdb } from '../../helpers/mini-tsdb.ts';
import { type Program, startNode } from '../../helpers/process.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 600);
const SERIES = 50;
/** Of one target: its samples and its report. */
const TARGET_SERIES = SERIES + 5;

let dir: TempDir;
let targets: Program;
let port: string;
let mini: MiniTsdb | undefined;
beforeEach(async () => {
  dir = await tempDir('scrape-soak');
  targets = startNode('tools/bench/scrape-targets.ts', ['--series', String(SERIES)]);
  port = (await targets.line(/^port /)).slice(5);
});
afterEach(async () => {
  await mini?.stop();
  await targets?.stop();
  await dir?.remove();
});

const names = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `sensor_${from + i}:9100`);

/** A file of targets; whole at any time. */
async function writeTargets(list: readonly string[]): Promise<void> {
  await writeFile(join(dir.path, 'staged'), JSON.stringify([{ targets: list, labels: { site: 'north' } }]));
  await rename(join(dir.path, 'staged'), join(dir.path, 'targets.json'));
}

async function start(everySeconds: number, retentionSeconds: number): Promise<MiniTsdb> {
  const path = join(dir.path, 'prometheus.yml');
  const yaml = `
global: {scrape_interval: ${everySeconds}s, scrape_timeout: ${everySeconds}s}
scrape_configs:
  - job_name: sensors
    proxy_url: http://127.0.0.1:${port}
    file_sd_configs: [{files: ["*.json"]}]
`;
  await writeFile(path, yaml);
  return startMiniTsdb(path, [`--storage.tsdb.retention.time=${retentionSeconds}s`]);
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${mini?.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Memory by the process' and by the store's own count, each second. */
async function watchMemory(seconds: number): Promise<{ rss: number; store: number; series: number }[]> {
  const seen = [];
  for (let i = 0; i < seconds; i += 1) {
    await sleep(1_000);
    seen.push({
      rss: await metric('process_resident_memory_bytes'),
      store: await metric('mini_tsdb_storage_bytes'),
      series: await metric('mini_tsdb_storage_series'),
    });
  }
  return seen;
}

/** What the process may grow by from one third of the run to the next; in a short run it still warms up. */
const RSS_GROWTH = SECONDS < 300 ? 1.5 : 1.15;

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

/** The last third against the one before. */
function growth(list: readonly number[]): number {
  const third = Math.floor(list.length / 3);
  return median(list.slice(-third)) / median(list.slice(-2 * third, -third));
}

/** The times of `up` of each target. */
async function scrapeTimes(seconds: number): Promise<number[][]> {
  const query = `query=${encodeURIComponent(`up[${seconds}s]`)}`;
  const answer = await fetch(`${mini?.url}/api/v1/query?${query}`);
  const { data } = (await answer.json()) as {
    data: { result: { metric: Labels; values: [number, string][] }[] };
  };
  return data.result.map(({ values }) => {
    expect(values.every(([, value]) => value === '1')).toBe(true);
    return values.map(([time]) => Math.round(time * 1000));
  });
}

test('1,000 targets of 50 series every 5 s: no turn is left out, and memory stays', async () => {
  const retention = Math.max(15, Math.floor(SECONDS / 10));
  mini = await start(5, retention);
  await writeTargets(names(0, 1000));
  await waitFor('all targets', async () => (await metric('mini_tsdb_target_scrape_pool_targets')) === 1000);
  const warmUp = retention + 15;
  await sleep(warmUp * 1000);
  const memory = await watchMemory(Math.max(30, SECONDS - warmUp));
  const times = await scrapeTimes(retention);
  const gaps = times.flatMap((list) =>
    list.slice(1).map((time, i) => Math.round((time - (list[i] ?? 0)) / 5000)),
  );
  expect(times).toHaveLength(1000);
  expect(new Set(gaps)).toEqual(new Set([1]));
  expect(await metric('mini_tsdb_target_scrapes_skipped_total')).toBe(0);
  expect(await metric('mini_tsdb_target_scrapes_failed_total')).toBe(0);
  expect(await metric('mini_tsdb_storage_series')).toBe(1000 * TARGET_SERIES);
  expect(growth(memory.map(({ store }) => store))).toBeLessThan(1.1);
  expect(growth(memory.map(({ rss }) => rss))).toBeLessThan(RSS_GROWTH);
  const delay = await metric('mini_tsdb_target_scrape_start_delay_seconds_sum');
  const count = await metric('mini_tsdb_target_scrape_start_delay_seconds_count');
  console.log(
    `${count} scrapes, start delay on average ${((1000 * delay) / count).toFixed(1)} ms`,
    memory.at(-1),
  );
});

describe('a target list that changes every 5 s', () => {
  const LIST = 200;
  const CHANGED = 100;
  const RETENTION = 15;

  test('leaks nothing: series, loops and memory', async () => {
    mini = await start(1, RETENTION);
    await writeTargets(names(0, LIST));
    let from = 0;
    const changes = setInterval(() => {
      from += CHANGED;
      void writeTargets(names(from, LIST));
    }, 5_000);
    try {
      await sleep((RETENTION + 15) * 1000);
      const memory = await watchMemory(Math.max(40, SECONDS - RETENTION - 15));
      // What is scraped, and what has ended within the retention, its tenth for a chunk and the time until it is freed.
      const ended = Math.ceil((1.1 * RETENTION + 10) / 5) * CHANGED;
      const most = (LIST + ended) * TARGET_SERIES;
      expect(Math.max(...memory.map(({ series }) => series))).toBeLessThanOrEqual(most);
      expect(growth(memory.map(({ series }) => series))).toBeLessThan(1.1);
      expect(growth(memory.map(({ store }) => store))).toBeLessThan(1.15);
      expect(growth(memory.map(({ rss }) => rss))).toBeLessThan(1.2);
      expect(await metric('mini_tsdb_target_scrape_pool_targets')).toBe(LIST);
      console.log('churn', memory[0], memory.at(-1));
    } finally {
      clearInterval(changes);
    }
    await rate();
  });

  // Loops that were left behind would go on asking.
  async function rate(): Promise<void> {
    await sleep(3_000);
    const before = await served();
    await sleep(10_000);
    expect(((await served()) - before) / 10 / LIST).toBeLessThan(1.3);
  }

  async function served(): Promise<number> {
    return Number(await (await fetch(`http://127.0.0.1:${port}/served`)).text());
  }
});
