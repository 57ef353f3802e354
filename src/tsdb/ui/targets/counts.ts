// How many targets there are: by state, and by job and state.

import { type Reading, TARGET_STATES, type TargetState } from './row.ts';

export type StateCounts = Readonly<Record<TargetState, number>>;

export interface Counts {
  readonly all: StateCounts;
  /** The troubled jobs first, then by name. */
  readonly jobs: readonly (readonly [job: string, counts: StateCounts])[];
}

const none = () => ({ down: 0, unknown: 0, up: 0, dropped: 0 });

export function countTargets({ rows, droppedCounts }: Reading): Counts {
  const jobs = new Map<string, Record<TargetState, number>>();
  const countsOf = (job: string) => {
    const counts = jobs.get(job) ?? none();
    jobs.set(job, counts);
    return counts;
  };
  for (const { job, state } of rows) if (state !== 'dropped') countsOf(job)[state] += 1;
  for (const [job, dropped] of Object.entries(droppedCounts)) countsOf(job).dropped = dropped;
  const all = none();
  for (const counts of jobs.values()) for (const state of TARGET_STATES) all[state] += counts[state];
  return { all, jobs: [...jobs].sort(byTrouble) };
}

function byTrouble(
  [a, { down: downA }]: Counts['jobs'][number],
  [b, { down: downB }]: Counts['jobs'][number],
) {
  return downB - downA || (a < b ? -1 : 1);
}

/** Of a job, or of all when none is named; nothing of a job that is not there. */
export function countsOf({ all, jobs }: Counts, job: string): StateCounts {
  return job === '' ? all : (jobs.find(([name]) => name === job)?.[1] ?? none());
}

/** Of those that are scraped. */
export function activeOf({ down, unknown, up }: StateCounts): number {
  return down + unknown + up;
}
