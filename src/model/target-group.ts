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
 * Reads the text of a target file as strictly as Prometheus 2.x does.
 * Source of the rules: `targetgroup.Group.UnmarshalJSON` and `discovery/file`, which refuse the whole file.
 * @throws Error that says what Prometheus would refuse.
 */
export function parseTargetGroups(text: string): TargetGroup[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error('it is not a list of target groups');
  return value.map((group: unknown, index) => {
    const fault = faultOf(group);
    if (fault !== undefined) throw new Error(`group ${index} ${fault}`);
    const { targets, labels = {} } = group as { targets: string[]; labels?: Labels };
    return { targets, labels };
  });
}

function faultOf(group: unknown): string | undefined {
  if (typeof group !== 'object' || group === null || Array.isArray(group)) return 'is not an object';
  const { targets, labels = {}, ...others } = group as Record<string, unknown>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return `has the unknown field ${JSON.stringify(unknown)}`;
  if (!Array.isArray(targets)) return 'has no list of targets';
  if (!targets.every((target) => typeof target === 'string')) return 'has a target that is no text';
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels))
    return 'has labels that are no object';
  const bad = Object.entries(labels).find(([name, label]) => !isLabelName(name) || typeof label !== 'string');
  return bad === undefined ? undefined : `has a faulty label ${JSON.stringify(bad[0])}`;
}

/** How many targets the groups hold. */
export function countTargets(groups: readonly TargetGroup[]): number {
  return groups.reduce((sum, group) => sum + group.targets.length, 0);
}
