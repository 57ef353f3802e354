// From target groups to targets: defaults, relabelling, checks, and each target once.

import { formatDuration, parseDuration } from '../../lib/duration.ts';
import type { Labels } from '../../model/labels.ts';
import { relabel } from '../../model/relabel.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import { createTarget, type Target } from './target.ts';

/** What the scraping of targets needs to know of a job. */
export type TargetConfig = Pick<
  ScrapeConfig,
  'jobName' | 'intervalMs' | 'timeoutMs' | 'metricsPath' | 'scheme' | 'params' | 'relabelConfigs'
>;

export interface MadeTargets {
  /** By key. */
  readonly targets: ReadonlyMap<string, Target>;
  /** Discovered labels of those that relabelling dropped, as many as are kept. */
  readonly dropped: readonly Labels[];
  readonly droppedCount: number;
  /** What is wrong with those that cannot be targets, as many as are kept. */
  readonly faults: readonly string[];
  readonly faultCount: number;
}

/** Of dropped targets and of faults. */
const MOST_KEPT = 1_000;

/** Source of the rules: PopulateLabels and TargetsFromGroup of Prometheus 3.x, which adds no default port. */
export function makeTargets(groups: readonly TargetGroup[], config: TargetConfig): MadeTargets {
  const targets = new Map<string, Target>();
  const dropped: Labels[] = [];
  const faults: string[] = [];
  const counts = { droppedCount: 0, faultCount: 0 };
  const defaults = defaultsOf(config);

  function add(discovered: Labels): void {
    const made = makeTarget(discovered, config);
    if (made === undefined) {
      if (++counts.droppedCount <= MOST_KEPT) dropped.push(discovered);
    } else if (typeof made === 'string') {
      if (++counts.faultCount <= MOST_KEPT) faults.push(`${JSON.stringify(discovered.__address__)}: ${made}`);
    } else if (!targets.has(made.key)) targets.set(made.key, made);
  }

  for (const group of groups) {
    for (const address of group.targets) add(discoveredLabels(address, group.labels, defaults));
  }
  return { targets, dropped, faults, ...counts };
}

function defaultsOf({ jobName, intervalMs, timeoutMs, metricsPath, scheme, params }: TargetConfig): Labels {
  const first = Object.entries(params).flatMap(([name, [value]]) =>
    value === undefined ? [] : [[`__param_${name}`, value] as const],
  );
  return {
    job: jobName,
    __scrape_interval__: formatDuration(intervalMs),
    __scrape_timeout__: formatDuration(timeoutMs),
    __metrics_path__: metricsPath,
    __scheme__: scheme,
    ...Object.fromEntries(first),
  };
}

/** A label without a value is none, so a default takes its place. */
function discoveredLabels(address: string, labels: Labels, defaults: Labels): Labels {
  const all: Record<string, string> = { ...defaults };
  for (const name in labels) if (labels[name] !== '') all[name] = labels[name] as string;
  all.__address__ = address;
  return all;
}

/** @returns undefined when relabelling drops it, or what is wrong with it. */
function makeTarget(discovered: Labels, config: TargetConfig): Target | string | undefined {
  const labels = relabel(discovered, config.relabelConfigs);
  if (labels === undefined) return undefined;
  const address = labels.__address__ ?? '';
  if (address === '') return 'no address';
  if (address.includes('/')) return `${JSON.stringify(address)} is not a valid hostname`;
  const interval = durationOf(labels, '__scrape_interval__', 'scrape interval');
  if (typeof interval === 'string') return interval;
  const timeout = durationOf(labels, '__scrape_timeout__', 'scrape timeout');
  if (typeof timeout === 'string') return timeout;
  if (timeout > interval)
    return `scrape timeout cannot be greater than scrape interval ("${labels.__scrape_timeout__}" > "${labels.__scrape_interval__}")`;
  const whole = labels.instance === undefined ? { ...labels, instance: address } : labels;
  return createTarget(discovered, whole, config.params, interval, timeout);
}

/** A bare number is no duration here, except 0, which is none that can be used. */
function durationOf(labels: Labels, name: string, what: string): number | string {
  const text = labels[name] ?? '';
  const ms = /^\d+$/.test(text) && Number(text) !== 0 ? undefined : parseDuration(text);
  if (ms === undefined) return `error parsing ${what}: not a valid duration string: ${JSON.stringify(text)}`;
  return ms === 0 ? `${what} cannot be 0` : ms;
}
