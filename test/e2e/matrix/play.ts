// Plays all rows at once: everything is well, every fault lasts, everything is well again. Each row gives a report.

import { messageOf } from '../../../src/lib/errors.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import type { Verdict } from '../naive.ts';
import type { TestSidecar } from '../stack.ts';
import type { Loss, Observer } from './observer.ts';
import type { Row } from './rows.ts';
import { believingJob, HEALED, makeStage, type Setting, type Stage, WANTED } from './stage.ts';

export interface Report {
  /** What could not be played; undefined when all was. */
  trouble: string | undefined;
  /** When the fault began, in monotonic milliseconds. */
  began: number;
  /** How many times every Prometheus was looked at while the fault lasted. */
  looks: number;
  /** Of the wanted targets in any Prometheus, from the beginning of the fault until all was well again. */
  losses: readonly Loss[];
  /** Of the sidecar that believes everything. */
  believingLosses: readonly Loss[];
  naive: Verdict | undefined;
  /** By how much the row's series grew. */
  counted: number;
  /** Failed polls by reason. */
  failures: Readonly<Record<string, number>>;
  /** What the file held while the fault lasted; undefined: there was none. */
  file: readonly string[] | undefined;
  /** The status of /readyz while the fault lasted. */
  readiness: number;
  /** What the file held after the second pass after the end of the fault. */
  healed: readonly string[];
}

export interface Played {
  readonly row: Row;
  readonly report: Report;
}

/** One row under way. */
interface Act extends Played {
  readonly stage: Stage;
  readonly observer: Observer;
}

/** Faulty polls that must have ended before the fault does. */
const FAULTY_POLLS = 3;
/** Longer than the 5 s that Prometheus waits before it makes a change known. */
const LASTS_MS = 12_000;
/** So often every Prometheus is looked at during each fault, at least. */
const LOOKS = 20;
/** For as long a naive updater is watched that is to get stuck. */
const STUCK_MS = 5_000;
const AT_ONCE = 4;
const ENDS_MS = 120_000;

/** What is done beside the rows. */
export interface Beside {
  readonly setting: Setting;
  readonly observer: Observer;
  /** While every fault lasts. */
  readonly meanwhile: () => Promise<void>;
}

/** Plays them; everything it started has ended then. */
export async function play(
  rows: readonly Row[],
  { setting, observer, meanwhile }: Beside,
): Promise<Played[]> {
  const stages = await Promise.all(
    rows.map(({ job, ...options }) => makeStage(setting, { job, ...options })),
  );
  const acts = rows.map((row, i) => ({ row, stage: stages[i] as Stage, observer, report: emptyReport() }));
  try {
    await inBatches(acts, start);
    await atOnce(acts, beListed);
    await atOnce(acts, begin);
    await atOnce(acts, endure);
    await meanwhile();
    await inBatches(acts, end);
    await atOnce(acts, conclude);
    for (const { row, report } of acts.filter(({ report }) => report.began > 0))
      report.losses = row.fromTheStart ? [] : observer.losses(row.job, WANTED, report.began);
    return acts;
  } finally {
    await Promise.all(stages.map((stage) => stage.stop()));
  }
}

function emptyReport(): Report {
  const none = { losses: [], believingLosses: [], naive: undefined, counted: 0, failures: {}, healed: [] };
  return { trouble: undefined, began: 0, looks: 0, file: undefined, readiness: 0, ...none };
}

async function start({ row, stage }: Act): Promise<void> {
  if (row.fromTheStart) await row.begin(stage);
  await stage.startSidecar();
  if (row.control === 'believing') await stage.startBelieving();
  else if (typeof row.control === 'string') await stage.startNaive();
}

async function beListed({ row, observer }: Act): Promise<void> {
  if (row.fromTheStart) return;
  const jobs = row.control === 'believing' ? [row.job, believingJob(row.job)] : [row.job];
  for (const job of jobs) await waitListed(observer, job, WANTED);
}

async function begin({ row, stage, observer, report }: Act): Promise<void> {
  report.began = performance.now();
  report.looks = observer.looks;
  if (!row.fromTheStart) await row.begin(stage);
  const control = stage.naive
    ?.verdict(row.control === 'stuck' ? STUCK_MS : ENDS_MS)
    .finally(() => stage.naive?.stop());
  report.counted = -(await stage.sidecar.metric(row.counted));
  report.naive = await control;
}

async function endure({ row, stage, observer, report }: Act): Promise<void> {
  const { sidecar } = stage;
  const grown = async () => (await sidecar.metric(row.counted)) + report.counted;
  await waitFor('enough looks', () => observer.looks - report.looks >= LOOKS, ENDS_MS);
  await waitFor('enough faulty polls', async () => (await grown()) >= FAULTY_POLLS, ENDS_MS);
  await waitFor('the time to be over', () => performance.now() - report.began >= LASTS_MS, ENDS_MS);
  if (row.remains) await waitListed(observer, row.job, row.remains);
  if (row.control === 'believing') {
    const losses = () => observer.losses(believingJob(row.job), WANTED, report.began);
    const everywhere = () =>
      observer.versions.every((version) => losses().some((loss) => loss.version === version));
    await waitFor('every Prometheus to lose targets of the believing sidecar', everywhere, ENDS_MS);
    report.believingLosses = losses();
  }
  report.counted = await grown();
  report.looks = observer.looks - report.looks;
  report.failures = await failuresOf(sidecar);
  report.file = await sidecar.targets().catch(() => undefined);
  report.readiness = (await fetch(`${sidecar.url}/readyz`)).status;
}

async function end({ row, stage, report }: Act): Promise<void> {
  await row.end(stage);
  await stage.inventory.change(1);
  await stage.sidecar.reload();
  await stage.sidecar.reload();
  report.healed = await stage.sidecar.targets();
}

async function conclude({ row, observer }: Act): Promise<void> {
  await waitListed(observer, row.job, HEALED);
}

function waitListed(observer: Observer, job: string, targets: readonly string[]): Promise<unknown> {
  return waitFor(
    `every Prometheus to list ${targets.length} targets of ${job}`,
    () => observer.lists(job, targets),
    ENDS_MS,
  );
}

async function failuresOf({ url }: TestSidecar): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = text.matchAll(/^inventory_sd_poll_failures_total\{reason="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries(
    [...counts].map(([, reason, count]) => [reason, Number(count)]).filter(([, count]) => count !== 0),
  );
}

// A row that fails says so in its report and is played no further; the others go on.
async function attempt(act: Act, part: (act: Act) => Promise<void>): Promise<void> {
  if (act.report.trouble !== undefined) return;
  await part(act).catch((error: unknown) => {
    act.report.trouble = `${part.name}: ${messageOf(error)}`;
  });
}

async function atOnce(acts: readonly Act[], part: (act: Act) => Promise<void>): Promise<void> {
  await Promise.all(acts.map((act) => attempt(act, part)));
}

async function inBatches(acts: readonly Act[], part: (act: Act) => Promise<void>): Promise<void> {
  const left = [...acts];
  const work = async () => {
    for (let act = left.shift(); act !== undefined; act = left.shift()) await attempt(act, part);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
