// A target group as Prometheus' file_sd and http_sd write it, and the text of a list of them.

import { isLabelName, type Labels } from './labels.ts';

export interface TargetGroup {
  /** `host:port`, IPv6 in brackets. */
  readonly targets: readonly string[];
  readonly labels: Labels;
}

/** One target a line, so that people and `diff` can read the file. */
export function writeTargetGroups(groups: readonly TargetGroup[]): string {
  return `${JSON.stringify(groups, null, 1)}\n`;
}

/**
 * Reads the text of a target file as Prometheus 2.x does: an absent or null list, and absent or null labels, are empty.
 * Source of the rules: `targetgroup.Group.UnmarshalJSON` and `discovery/file`, which refuse the whole file.
 * @throws Error that says what Prometheus would refuse.
 */
export function parseTargetGroups(text: string): TargetGroup[] {
  const value: unknown = JSON.parse(text) ?? [];
  if (!Array.isArray(value)) throw new Error('it is not a list of target groups');
  return value.map(readGroup);
}

function readGroup(group: unknown, index: number): TargetGroup {
  const fault = faultOf(group);
  if (fault !== undefined) throw new Error(`group ${index} ${fault}`);
  const { targets, labels } = group as { targets?: string[] | null; labels?: Labels | null };
  return { targets: targets ?? [], labels: labels ?? {} };
}

function faultOf(group: unknown): string | undefined {
  if (!isObject(group)) return 'is not an object';
  const { targets, labels, ...others } = group;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return `has the unknown field ${JSON.stringify(unknown)}`;
  return faultOfTargets(targets ?? []) ?? faultOfLabels(labels ?? {});
}

function faultOfTargets(targets: unknown): string | undefined {
  if (!Array.isArray(targets)) return 'has targets that are no list';
  return targets.every((target) => typeof target === 'string') ? undefined : 'has a target that is no text';
}

function faultOfLabels(labels: unknown): string | undefined {
  if (!isObject(labels)) return 'has labels that are no object';
  const bad = Object.entries(labels).find(([name, label]) => !isLabelName(name) || typeof label !== 'string');
  return bad === undefined ? undefined : `has a faulty label ${JSON.stringify(bad[0])}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `1 target`, `100 targets`: how many the groups hold, in words. */
export function describeTargets(groups: readonly TargetGroup[]): string {
  return describeCount(countTargets(groups));
}

/** A number of targets in words. */
export function describeCount(targets: number): string {
  return `${targets} ${targets === 1 ? 'target' : 'targets'}`;
}

/** How many targets the groups hold. */
export function countTargets(groups: readonly TargetGroup[]): number {
  return groups.reduce((sum, group) => sum + group.targets.length, 0);
}
