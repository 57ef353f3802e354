// From target groups to targets: defaults, relabelling, checks, and each target once.

import { formatDuration, parseDuration } from '../../lib/duration.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
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
  /** By the labels of the group and the address. */
  readonly memory: ReadonlyMap<string, ReadonlyMap<string, Made>>;
}

type Made = Target | { readonly dropped: Labels } | { readonly fault: string };

/** Of dropped targets and of faults. */
const MOST_KEPT = 1_000;

/**
 * Source of the rules: PopulateLabels and TargetsFromGroup of Prometheus 3.x, which adds no default port.
 * @param before what was made with the same configuration: what has not changed since is not made again.
 */
export function makeTargets(
  groups: readonly TargetGroup[],
  config: TargetConfig,
  before?: MadeTargets,
): MadeTargets {
  const targets = new Map<string, Target>();
  const dropped: Labels[] = [];
  const faults: string[] = [];
  const counts = { droppedCount: 0, faultCount: 0 };
  const memory = new Map<string, Map<string, Made>>();

  function add(made: Made): void {
    if ('fault' in made) {
      if (++counts.faultCount <= MOST_KEPT) faults.push(made.fault);
    } else if ('dropped' in made) {
      if (++counts.droppedCount <= MOST_KEPT) dropped.push(made.dropped);
    } else if (!targets.has(made.key)) targets.set(made.key, made);
  }

  const defaults = defaultsOf(config);
  for (const { targets: addresses, labels } of groups) {
    const name = labelsKey(labels);
    const known = before?.memory.get(name);
    const now = memory.get(name) ?? new Map<string, Made>();
    memory.set(name, now);
    for (const address of addresses) {
      const made =
        now.get(address) ??
        known?.get(address) ??
        makeTarget(discoveredLabels(address, labels, defaults), config);
      now.set(address, made);
      add(made);
    }
  }
  return { targets, dropped, faults, ...counts, memory };
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

function makeTarget(discovered: Labels, config: TargetConfig): Made {
  const labels = relabel(discovered, config.relabelConfigs);
  if (labels === undefined) return { dropped: discovered };
  const address = labels.__address__ ?? '';
  const interval = durationOf(labels, '__scrape_interval__', 'scrape interval');
  const timeout = durationOf(labels, '__scrape_timeout__', 'scrape timeout');
  const fault = faultOf(address, interval, timeout);
  if (fault !== undefined) return { fault: `${JSON.stringify(discovered.__address__)}: ${fault}` };
  const whole = labels.instance === undefined ? { ...labels, instance: address } : labels;
  return createTarget(discovered, whole, config.params, interval as number, timeout as number);
}

function faultOf(address: string, interval: number | string, timeout: number | string): string | undefined {
  if (address === '') return 'no address';
  if (address.includes('/')) return `${JSON.stringify(address)} is not a valid hostname`;
  if (typeof interval === 'string') return interval;
  if (typeof timeout === 'string') return timeout;
  if (timeout <= interval) return undefined;
  const words = `("${formatDuration(timeout)}" > "${formatDuration(interval)}")`;
  return `scrape timeout cannot be greater than scrape interval ${words}`;
}

/** @returns what is wrong with it as text. A bare number is no duration here, except 0, which is none that can be used. */
function durationOf(labels: Labels, name: string, what: string): number | string {
  const text = labels[name] ?? '';
  const ms = /^\d+$/.test(text) && Number(text) !== 0 ? undefined : parseDuration(text);
  if (ms === undefined) return `error parsing ${what}: not a valid duration string: ${JSON.stringify(text)}`;
  return ms === 0 ? `${what} cannot be 0` : ms;
}
