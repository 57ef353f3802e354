// What a new list adds, removes and labels anew, counted by address.

import { labelsKey } from '../../model/labels.ts';
import type { TargetGroup } from '../../model/target-group.ts';

export interface Changes {
  readonly added: number;
  readonly removed: number;
  /** Those that stay with other labels, path or scheme. */
  readonly changed: number;
}

export const NO_CHANGES: Changes = { added: 0, removed: 0, changed: 0 };

/** Counts addresses. */
export function countChanges(previous: readonly TargetGroup[], next: readonly TargetGroup[]): Changes {
  const before = labelsByAddress(previous);
  const after = labelsByAddress(next);
  const kept = [...after].filter(([address]) => before.has(address));
  const changed = kept.filter(([address, labels]) => before.get(address) !== labels).length;
  return { added: after.size - kept.length, removed: before.size - kept.length, changed };
}

/** `3 added, 0 removed`, and how many changed when any did. */
export function describeChanges({ added, removed, changed }: Changes): string {
  return `${added} added, ${removed} removed${changed === 0 ? '' : `, ${changed} with other labels`}`;
}

// An address may be in several groups; whoever wrote the list may have given them in any order.
function labelsByAddress(groups: readonly TargetGroup[]): Map<string, string> {
  const keyed = groups.map(({ targets, labels }) => ({ targets, key: labelsKey(labels) }));
  const labels = new Map<string, string>();
  for (const { targets, key } of keyed.sort((a, b) => (a.key < b.key ? -1 : 1)))
    for (const address of new Set(targets)) labels.set(address, (labels.get(address) ?? '') + key);
  return labels;
}
