// What a new list adds and removes, counted by address.

import type { TargetGroup } from '../../model/target-group.ts';

export interface Changes {
  readonly added: number;
  readonly removed: number;
}

/** Counts addresses that came or went; a target whose labels changed did neither. */
export function countChanges(previous: readonly TargetGroup[], next: readonly TargetGroup[]): Changes {
  const before = addressesOf(previous);
  const after = addressesOf(next);
  const kept = [...after].filter((address) => before.has(address)).length;
  return { added: after.size - kept, removed: before.size - kept };
}

function addressesOf(groups: readonly TargetGroup[]): Set<string> {
  return new Set(groups.flatMap((group) => group.targets));
}
