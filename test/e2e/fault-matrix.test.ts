// The fault matrix: every fault at once, a job and a sidecar each, under the eyes of every real Prometheus.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PrometheusBinary } from '../../tools/prometheus-binaries.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { listJobs, type Observer, observe } from './matrix/observer.ts';
import { type Played, play } from './matrix/play.ts';
import { ROWS } from './matrix/rows.ts';
import { believingJob, HEALED, WANTED } from './matrix/stage.ts';
import { builtPrograms } from './stack.ts';

const PLAY_ENDS_MS = 600_000;
/** The rows whose targets must stand while the fault lasts. */
const KEPT = ROWS.filter(({ fromTheStart, remains }) => !fromTheStart && !remains);

const binaries = await requirePrometheus();

let dir: TempDir;
/** One for each version; none while it restarts. */
let servers: (RunningPrometheus | undefined)[] = [];
let observer: Observer;
let played: Map<string, Played>;
let foundAnew: number[];
let readErrors: (number | undefined)[];

beforeAll(async () => {
  dir = await tempDir('matrix');
  const script = join(await builtPrograms(), 'inventory-sd.cjs');
  const believing = ROWS.filter(({ control }) => control === 'believing').map(({ job }) => believingJob(job));
  const jobs = [...ROWS.map(({ job }) => job), ...believing];
  const yaml = configOf(jobs);
  // Prometheus watches folders, not what is yet to become one.
  for (const job of jobs) await mkdir(join(dir.path, job, '.inventory-sd'), { recursive: true });
  servers = await Promise.all(binaries.map((binary) => start(binary, yaml)));
  observer = observe(servers);
  const setting = { folder: dir.path, script };
  const meanwhile = async () => {
    foundAnew = await Promise.all(binaries.map((binary, i) => restart(binary, i, yaml)));
  };
  const acts = await play(ROWS, { setting, observer, meanwhile });
  played = new Map(acts.map((act) => [act.row.job, act]));
  readErrors = await Promise.all(
    servers.map((server) => server?.metric('prometheus_sd_file_read_errors_total')),
  );
}, PLAY_ENDS_MS);

afterAll(async () => {
  await observer?.stop();
  await Promise.all(servers.map((server) => server?.stop()));
  await dir?.remove();
});

// No target exists, and none needs to be scraped to be listed. Equal discoveries are one in Prometheus, and so is their
// watcher: one for each job would be more than many a system allows. Each job keeps what is in its own folder.
function configOf(jobs: readonly string[]): string {
  const files = JSON.stringify(jobs.map((job) => `${job}/*.json`));
  const job = (name: string) => `
  - job_name: "${name}"
    file_sd_configs: [{ files: ${files}, refresh_interval: 1h }]
    relabel_configs: [{ source_labels: [__meta_filepath], regex: ".*/${name}/[^/]+", action: keep }]`;
  return `global: { scrape_interval: 1h }\nscrape_configs:${jobs.map(job).join('')}\n`;
}

function start(binary: PrometheusBinary, yaml: string): Promise<RunningPrometheus> {
  return startPrometheus(binary, { yaml }, { dir: dir.path });
}

/** Restarts a Prometheus in the midst of it. @returns how many of the jobs have every target then. */
async function restart(binary: PrometheusBinary, i: number, yaml: string): Promise<number> {
  const old = servers[i];
  servers[i] = undefined;
  const { looks } = observer;
  await waitFor('the look under way to end', () => observer.looks > looks + 1);
  await old?.stop();
  const server = await start(binary, yaml);
  let complete = 0;
  const isComplete = async () => {
    const jobs = await listJobs(server);
    complete = KEPT.filter(({ job }) => [...(jobs.get(job) ?? [])].sort().join() === WANTED.join()).length;
    return complete === KEPT.length;
  };
  await waitFor('every target', isComplete).catch(() => {});
  servers[i] = server;
  return complete;
}

function reportOf(job: string): Played['report'] {
  const { report } = played.get(job) as Played;
  expect(report.trouble).toBeUndefined();
  return report;
}

describe.each(ROWS)('$name', (row) => {
  if (row.fromTheStart) {
    test('writes no file, and is not ready', () => {
      expect(reportOf(row.job)).toMatchObject({ file: undefined, readiness: 503 });
    });
  } else if (row.remains) {
    const { remains, confirmAfterMs = 0 } = row;
    test('loses nothing before the confirmation, and exactly the missing half after it', () => {
      const { losses, began } = reportOf(row.job);
      const removed = WANTED.filter((target) => !remains.includes(target));
      expect(new Set(losses.map(({ version }) => version)).size).toBe(binaries.length);
      for (const { at, missing } of losses) {
        expect(at - began).toBeGreaterThanOrEqual(confirmAfterMs);
        expect(missing).toEqual(removed);
      }
    });
  } else {
    test('loses no target, in no Prometheus, at no moment', () => {
      const { report } = played.get(row.job) as Played;
      expect(report).toMatchObject({ trouble: undefined, losses: [], file: WANTED, readiness: 200 });
    });
  }

  test(`counts ${row.counted}, and nothing else`, () => {
    const { counted, failures } = reportOf(row.job);
    expect(counted).toBeGreaterThanOrEqual(2);
    const expected = /^poll_failures_total\{reason="(\w+)"\}$/.exec(row.counted)?.[1] ?? row.mayFail;
    expect(Object.keys(failures).filter((reason) => reason !== expected)).toEqual([]);
  });

  test('publishes with the second pass after its end', () => {
    expect(reportOf(row.job).healed).toEqual(HEALED);
  });

  if (row.control === 'believing') {
    test('takes targets from a sidecar that believes everything', () => {
      const versions = new Set(reportOf(row.job).believingLosses.map(({ version }) => version));
      expect(versions.size).toBe(binaries.length);
    });
  } else if (typeof row.control === 'string') {
    test(`leaves a naive updater ${row.control}`, () => {
      expect(reportOf(row.job).naive).toBe(row.control);
    });
  }
});

test('every Prometheus was looked at all the time, and refused no file', () => {
  for (const { job } of ROWS) expect(reportOf(job).looks).toBeGreaterThanOrEqual(20);
  expect(readErrors).toEqual(binaries.map(() => 0));
});

test('a Prometheus that restarts while the faults last finds every target', () => {
  expect(foundAnew).toEqual(binaries.map(() => KEPT.length));
});
