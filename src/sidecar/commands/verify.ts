// `inventory-sd verify`: inventory ↔ file ↔ Prometheus ↔ up. Reads all of them and writes nothing.

import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, messageOf } from '../../lib/errors.ts';
import { clockTime } from '../health.ts';
import { countSetAside } from '../sensors/account.ts';
import { type InventorySource, readCandidate } from '../sync.ts';
import type { LabelledTarget } from '../targets/compare.ts';
import { heldSince } from '../targets/held-answer.ts';
import { readState, stateFileOf } from '../targets/state-file.ts';
import { type Target, targetsOfGroups } from '../targets/target.ts';
import { readTargetFile } from '../targets/target-file.ts';
import {
  absenceDifferences,
  type Difference,
  fileDifferences,
  type Kept,
  scrapeDifferences,
  type Where,
} from './differences.ts';
import {
  type PrometheusServer,
  readActiveTargets,
  readDroppedTargets,
  readScrapeJobs,
} from './prometheus-targets.ts';
import { hasName, type PoolChoice, pickPools, type ScrapePool } from './scrape-pools.ts';
import { EXIT, type ExitCode, type Terminal } from './terminal.ts';
import { describeReport, type VerifyReport } from './verify-report.ts';

export interface Verification {
  readonly inventory: InventorySource;
  readonly targetsFile: string;
  /** Replicas or shards. */
  readonly servers: readonly PrometheusServer[];
  /** The scrape jobs to look at; none: those that read the file. */
  readonly jobs: readonly string[];
  /** How long to try again while there is a difference, in milliseconds. */
  readonly waitMs: number;
}

// Prometheus needs up to five seconds to read a new file. A comparison that takes longer than this is not repeated
// faster than it goes: at most half of the time is spent on it.
const PAUSE_MS = 1_000;

/**
 * Compares until there is no difference or the time is over, and says what was found.
 * @returns 0: no difference, 1: differences, 2: something could not be read.
 */
export async function verify(
  verification: Verification,
  asJson: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const end = performance.now() + verification.waitMs;
  for (;;) {
    const begun = performance.now();
    const result = await compare(verification).catch(expected);
    const now = performance.now();
    if (isFine(result) || now >= end) return say(result, asJson, terminal);
    await sleep(Math.min(Math.max(PAUSE_MS, now - begun), end - now));
  }
}

function expected(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

function isFine(result: VerifyReport | AppError): boolean {
  return !(result instanceof AppError) && result.differences.length === 0;
}

function say(result: VerifyReport | AppError, asJson: boolean, terminal: Terminal): ExitCode {
  if (result instanceof AppError) {
    const { reason, message } = result;
    if (asJson) terminal.out(JSON.stringify({ kind: 'not_compared', reason, message }));
    else terminal.err(`cannot verify: ${message}`);
    return EXIT.usage;
  }
  if (asJson) terminal.out(JSON.stringify(result));
  else for (const line of describeReport(result)) terminal.out(line);
  return isFine(result) ? EXIT.ok : EXIT.failed;
}

async function compare({ inventory, targetsFile, servers, jobs }: Verification): Promise<VerifyReport> {
  const { targets: wanted, account } = await readCandidate(inventory, new AbortController().signal);
  const file = await readFileTargets(targetsFile);
  const kept = await readKept(targetsFile, file);
  const addresses = new Set(file.map(({ address }) => address));
  const choice = { fileName: basename(targetsFile), addresses, jobs };
  const pools = await readPools(servers, choice);
  await requireJobs(jobs, servers, pools);
  const { differences, absent, active, up } = scrapeDifferences(file, pools);
  const all = [
    ...fileDifferences(wanted, file, kept),
    ...(await explainAbsent(absent, servers, choice, pools)),
    ...differences,
  ];
  return {
    kind: all.length === 0 ? 'no_difference' : 'differences',
    inventory: {
      targets: wanted.length,
      setAside: countSetAside(account),
    },
    file: { path: targetsFile, targets: file.length, graced: kept.graced.size },
    prometheus: {
      servers: servers.map(({ url }) => ({
        url,
        jobs: pools.filter(({ server }) => server === url).map(({ job }) => job),
      })),
      active,
      up,
    },
    differences: all,
  };
}

async function readFileTargets(path: string): Promise<readonly Target[]> {
  const found = await readTargetFile(path).catch((error: Error) => {
    throw new AppError('unreadable', `cannot read ${path}: ${messageOf(error.cause ?? error)}`, {
      cause: error,
    });
  });
  if (found === undefined) throw new AppError('no_file', `there is no file ${path}`);
  return targetsOfGroups(found.groups);
}

async function readKept(path: string, file: readonly Target[]): Promise<Kept> {
  const restored = await readState(await stateFileOf(path), file, () => {});
  const { graced = [], hold } = restored?.state ?? {};
  const since = hold && `since ${heldSince(hold, (time) => clockTime(time, Date.now()))}: ${hold.message}`;
  return {
    graced: new Set(graced.map(({ target }) => target.address)),
    ...(since === undefined ? {} : { hold: since }),
  };
}

// One server after the other: each answer is large, and only little of it is kept.
async function readPools(servers: readonly PrometheusServer[], choice: PoolChoice): Promise<ScrapePool[]> {
  const pools: ScrapePool[] = [];
  const only = choice.jobs.length === 1 ? choice.jobs[0] : undefined;
  for (const server of servers)
    pools.push(...pickPools(server.url, await readActiveTargets(server, only), choice));
  return pools;
}

// A slip in a name would else be told target by target. A job without any target is none.
async function requireJobs(
  jobs: readonly string[],
  servers: readonly PrometheusServer[],
  pools: readonly ScrapePool[],
): Promise<void> {
  const found = new Set(pools.map(({ job }) => job));
  const sought = jobs.filter((job) => !found.has(job));
  if (sought.length === 0) return;
  const known = await Promise.all(servers.map(readScrapeJobs));
  // One that does not tell may have it.
  if (known.includes(undefined)) return;
  const all = new Set(known.flatMap((names) => names ?? []));
  const none = sought.filter((job) => !all.has(job));
  if (none.length === 0) return;
  const where = servers.map(({ url }) => url).join(', ');
  throw new AppError(
    'no_job',
    `${where} ${servers.length === 1 ? 'has' : 'have'} no scrape job ${none.map((job) => JSON.stringify(job)).join(', ')}, only ${[...all].join(', ')}`,
  );
}

async function explainAbsent(
  absent: readonly LabelledTarget[],
  servers: readonly PrometheusServer[],
  { fileName }: PoolChoice,
  pools: readonly ScrapePool[],
): Promise<Difference[]> {
  if (absent.length === 0) return [];
  const at = new Map<string, Where>();
  let isWhole = true;
  for (const server of servers) {
    const jobs = new Set(pools.filter((pool) => pool.server === server.url).map(({ job }) => job));
    const dropped = await readDroppedTargets(server);
    isWhole &&= dropped.isWhole;
    const ours = dropped.targets.filter((target) => hasName(target, fileName) || jobs.has(target.job));
    for (const { address, job } of ours) if (!at.has(address)) at.set(address, { server: server.url, job });
  }
  return absenceDifferences(absent, { at, isWhole });
}
