// The worst targets beside good ones: each is down and says why, and the good ones do not notice.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Program, startNode } from '../../helpers/process.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { type MiniScraper, samples, startMini } from './scrapers.ts';

const GOOD = 30;
const EVERY_MS = 3_000;
const ROUNDS = 2;

// Two programs: what the floods cost their own program must not count.
let programs: Program[];
let bad: readonly string[];
let mini: MiniScraper;
let before: number;
beforeAll(async () => {
  programs = [startNode('test/programs/bad-targets.ts'), startNode('test/programs/bad-targets.ts')];
  const [floods, good] = await Promise.all(programs.map(toldBy));
  bad = floods?.bad ?? [];
  before = process.memoryUsage().rss;
  mini = await startMini(config(floods?.port ?? 0, good?.port ?? 0));
  await waitFor('some rounds', isDone, 120_000);
});
afterAll(async () => {
  await mini?.stop();
  await Promise.all(programs?.map((program) => program.stop()) ?? []);
});

function goodNames(): string[] {
  return Array.from({ length: GOOD }, (_, i) => `good_${i}`);
}

async function toldBy(program: Program): Promise<{ port: number; bad: string[] }> {
  return JSON.parse(await program.line(/port/)) as { port: number; bad: string[] };
}

async function isDone(): Promise<true> {
  const scrapes = await mini.scrapes();
  const rounds = [...bad, ...goodNames()].map((name) => scrapes.get(name)?.length ?? 0);
  if (Math.min(...rounds) < ROUNDS) throw new Error(rounds.join());
  return true;
}

function config(floods: number, good: number): string {
  const job = (name: string, port: number, fields = '') => `
  - {job_name: ${name}, metrics_path: /${name}, static_configs: [{targets: ["127.0.0.1:${port}"]}]${fields}}`;
  const jobs = [
    ...bad.map((name) => job(name, floods)),
    job('limited', floods, ', body_size_limit: 100KB, params: {flood: [endless]}'),
    job('unlimited', floods, ', body_size_limit: 0, params: {flood: [ten_million]}'),
    ...goodNames().map((name) => job(name, good)),
  ];
  return `global: {scrape_interval: ${EVERY_MS}ms, scrape_timeout: ${EVERY_MS}ms, body_size_limit: 20MB}\nscrape_configs:${jobs.join('')}\n`;
}

/** Everything of a job but how long it took. */
async function storedOf(job: string): Promise<string[]> {
  const stored: string[] = [];
  for await (const { labels, value } of samples(mini.store, 'job', job, 0, Number.MAX_SAFE_INTEGER)) {
    const name = labels.__name__ ?? '';
    if (name !== 'scrape_duration_seconds') stored.push(`${name} ${value}`);
  }
  return stored;
}

describe('a bad target', () => {
  test('is down at every scrape, says why, and leaves no series but its report', async () => {
    const errors = await mini.lastErrors();
    for (const name of [...bad, 'limited', 'unlimited']) {
      const stored = await storedOf(name);
      expect([name, errors.get(name)]).toEqual([name, expect.stringMatching(/./)]);
      expect(stored).toContain('up 0');
      expect(stored).not.toContain('up 1');
      expect([name, stored.filter((line) => !/^(up|scrape_)/.test(line))]).toEqual([name, []]);
    }
  });

  test('counts under a reason, never as a fault of ours', async () => {
    const metrics = await mini.registry.metrics();
    expect(metrics).toMatch(/scrapes_failed_total\{reason="too_large"\} [1-9]/);
    expect(metrics).toMatch(/scrapes_failed_total\{reason="timeout"\} [1-9]/);
    expect(metrics).toMatch('scrapes_failed_total{reason="internal"} 0');
    expect(metrics).toMatch('scrapes_failed_total{reason="store"} 0');
  });
});

test('a good target beside them is up at every scrape, with all its samples', async () => {
  const times = await mini.scrapes();
  for (const name of goodNames()) {
    const rows = { up: 0, good: 0 };
    for await (const { labels, value } of samples(mini.store, 'job', name, 0, Number.MAX_SAFE_INTEGER)) {
      if (labels.__name__ === 'up') rows.up += value;
      if (labels.__name__ === 'good') rows.good += 1;
    }
    expect([name, rows.up]).toEqual([name, times.get(name)?.length]);
    expect([name, rows.good]).toEqual([name, 50 * rows.up]);
  }
});

test('memory stays within the bound for all bodies and the reading of one', () => {
  expect(process.memoryUsage().rss - before).toBeLessThan(2_000_000_000);
});
