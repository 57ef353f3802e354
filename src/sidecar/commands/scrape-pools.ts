// Which scrape jobs of a Prometheus read our target file. Pure.

import type { ActiveTarget, DiscoveredTarget } from './prometheus-targets.ts';

/** One scrape job of one server, with all its active targets; those of our file come first. */
export interface ScrapePool {
  readonly server: string;
  readonly job: string;
  readonly targets: readonly ActiveTarget[];
  /** Whether a target came from our file; a job may read many. */
  isOurs(target: ActiveTarget): boolean;
}

export interface PoolChoice {
  /** Base name of our file. Its folder is another one where Prometheus sees it. */
  readonly fileName: string;
  /** The addresses that our file lists. */
  readonly addresses: ReadonlySet<string>;
  /** The jobs the user named; none: those that read our file. */
  readonly jobs: readonly string[];
}

/**
 * Picks the jobs of one server. Our file is the one with our file's name; of several with that name those that share a
 * target with ours; when there is none with that name, any that does.
 */
export function pickPools(
  server: string,
  targets: readonly ActiveTarget[],
  choice: PoolChoice,
): ScrapePool[] {
  const { jobs } = choice;
  const eligible =
    jobs.length > 0
      ? targets.filter(({ job }) => jobs.includes(job))
      : targets.filter(({ file }) => file !== undefined);
  const files = filesOf(eligible, choice);
  const isOurs = (target: ActiveTarget) => files.has(target.file);
  const wanted = new Set(jobs.length > 0 ? jobs : eligible.filter(isOurs).map(({ job }) => job));
  const byJob = Map.groupBy(targets, ({ job }) => job);
  return [...byJob]
    .filter(([job]) => wanted.has(job))
    .map(([job, all]) => ({ server, job, isOurs, targets: oursFirst(all, isOurs) }));
}

function filesOf(targets: readonly ActiveTarget[], choice: PoolChoice): ReadonlySet<string | undefined> {
  const shared = new Set(
    targets.filter(({ address }) => choice.addresses.has(address)).map(({ file }) => file),
  );
  const named = new Set(targets.filter((target) => hasName(target, choice.fileName)).map(({ file }) => file));
  const both = new Set([...named].filter((file) => shared.has(file)));
  if (both.size > 0) return both;
  return named.size > 0 ? named : shared;
}

/** Whether a target came from a file of this base name. */
export function hasName({ file }: DiscoveredTarget, fileName: string): boolean {
  return file !== undefined && file.slice(file.lastIndexOf('/') + 1) === fileName;
}

function oursFirst(targets: readonly ActiveTarget[], isOurs: ScrapePool['isOurs']): ActiveTarget[] {
  return [...targets.filter(isOurs), ...targets.filter((target) => !isOurs(target))];
}
