// The three lists against each other: inventory ↔ file ↔ what Prometheus scrapes. Pure.

import {
  type ChangedPair,
  compareTargets,
  type LabelledTarget,
  labelOf,
  type Pair,
} from '../targets/compare.ts';
import type { ActiveTarget } from './prometheus-targets.ts';
import type { ScrapePool } from './scrape-pools.ts';

/** Every kind of difference, in the order of the road, and its name for people. */
export const DIFFERENCE_NAMES = {
  missing_in_file: 'missing in the file',
  stale_in_file: 'stale in the file',
  held_in_file: 'held by the guard',
  changed_in_file: 'label differs in the file',
  missing_in_prometheus: 'missing in Prometheus',
  dropped: 'dropped by relabelling',
  stale_in_prometheus: 'stale in Prometheus',
  changed_in_prometheus: 'label differs in Prometheus',
  job_overwritten: 'job name overwritten',
  down: 'listed but down',
  not_scraped: 'not scraped yet',
} as const;

export type DifferenceKind = keyof typeof DIFFERENCE_NAMES;

/** A label's value on both sides; empty: none. */
export interface LabelChange {
  readonly name: string;
  readonly expected: string;
  readonly found: string;
}

export interface Difference {
  readonly kind: DifferenceKind;
  /** `host:port` as the list has it that should be followed. */
  readonly target: string;
  /** The Prometheus and its scrape job, where one saw it. */
  readonly server?: string;
  readonly job?: string;
  readonly labels?: readonly LabelChange[];
  /** More, in words: why it is held, the error of the last scrape, the other job name. */
  readonly detail?: string;
}

/** What the guard did to the inventory's list. */
export interface Kept {
  /** The addresses that are in their grace: they stay in the file as REMOVAL_GRACE says. */
  readonly graced: ReadonlySet<string>;
  /** Since when and why an answer is held; undefined: none is. */
  readonly hold?: string;
}

/** What the file does not say as the inventory does. A target in its grace is none of it. */
export function fileDifferences(
  inventory: readonly LabelledTarget[],
  file: readonly LabelledTarget[],
  { graced, hold }: Kept,
): Difference[] {
  const { missing, stale, changed } = compareTargets(inventory, file);
  const staleKind = hold === undefined ? 'stale_in_file' : 'held_in_file';
  return [
    ...missing.map(({ address }) => difference('missing_in_file', address, hold)),
    ...stale
      .filter(({ address }) => !graced.has(address))
      .map(({ address }) => difference(staleKind, address, hold)),
    ...changed.map((pair) => ({ kind: 'changed_in_file' as const, ...labelChanges(pair) })),
  ];
}

export interface Scraped {
  readonly differences: readonly Difference[];
  /** What no server scrapes. */
  readonly absent: readonly LabelledTarget[];
  /** How many targets of the file are scraped, and how many of them well by every server that does. */
  readonly active: number;
  readonly up: number;
}

/** What Prometheus does not scrape as the file says. The pools are united: a target is active if any of them has it. */
export function scrapeDifferences(file: readonly LabelledTarget[], pools: readonly ScrapePool[]): Scraped {
  const compared = pools.map((pool) => comparePool(file, pool));
  const scraped = compared.flatMap((pool) => pool.scraped);
  const active = new Set(scraped.map(({ expected }) => expected));
  const ailing = new Set(
    scraped.filter(({ found }) => found.health !== 'up').map(({ expected }) => expected),
  );
  return {
    differences: compared.flatMap((pool) => pool.differences),
    absent: file.filter((target) => !active.has(target)),
    active: active.size,
    up: active.size - ailing.size,
  };
}

function comparePool(
  file: readonly LabelledTarget[],
  pool: ScrapePool,
): { differences: Difference[]; scraped: Pair<ActiveTarget>[] } {
  const { equal, changed, stale } = compareTargets(file, pool.targets, isOfTheJob);
  // What another file lists at the same address is no changed target of ours.
  const relabelled = changed.filter(({ found }) => pool.isOurs(found));
  const scraped = [...equal, ...relabelled];
  const differences = [
    ...stale.filter(pool.isOurs).map(({ address }) => difference('stale_in_prometheus', address)),
    ...relabelled.map((pair) => ({ kind: 'changed_in_prometheus' as const, ...labelChanges(pair) })),
    ...scraped.flatMap(scrapeTroubles),
  ];
  const where = { server: pool.server, job: pool.job };
  return { differences: differences.map((found) => ({ ...found, ...where })), scraped };
}

// Labels that every job adds by itself, and that the file may set too.
function isOfTheJob(name: string): boolean {
  return name === 'job' || (name.startsWith('__') && !name.startsWith('__meta_'));
}

function scrapeTroubles({ expected, found }: Pair<ActiveTarget>): Difference[] {
  const { jobLabel, job, health, lastError } = found;
  const origin = labelOf(expected.labels, 'job') === jobLabel ? 'the file' : 'relabelling';
  const overwritten = `job ${JSON.stringify(jobLabel)} from ${origin}`;
  return [
    ...(jobLabel === job ? [] : [difference('job_overwritten', expected.address, overwritten)]),
    ...(health === 'down' ? [difference('down', expected.address, lastError)] : []),
    ...(health === 'unknown' ? [difference('not_scraped', expected.address)] : []),
  ];
}

function difference(kind: DifferenceKind, target: string, detail?: string): Difference {
  return { kind, target, ...(detail === undefined ? {} : { detail }) };
}

/** The labels that differ. */
export function labelChanges({ expected, found, names }: ChangedPair<LabelledTarget>) {
  const change = (name: string): LabelChange => ({
    name,
    expected: labelOf(expected.labels, name),
    found: labelOf(found.labels, name),
  });
  return { target: expected.address, labels: names.map(change) };
}

/** Where a target is scraped, or dropped. */
export type Where = Required<Pick<Difference, 'server' | 'job'>>;

/** What relabelling dropped. */
export interface Dropped {
  /** The first job of each address. */
  readonly at: ReadonlyMap<string, Where>;
  /** False when a server counts more than it lists. */
  readonly isWhole: boolean;
}

/** Why nobody scrapes these: relabelling dropped them, or Prometheus does not know them. */
export function absenceDifferences(
  absent: readonly LabelledTarget[],
  { at, isWhole }: Dropped,
): Difference[] {
  const unsure = isWhole
    ? undefined
    : 'or dropped: Prometheus does not list all it dropped (keep_dropped_targets)';
  return absent.map(({ address }) => {
    const where = at.get(address);
    return where === undefined
      ? difference('missing_in_prometheus', address, unsure)
      : { ...difference('dropped', address), ...where };
  });
}
