// Targets → target groups: one group a label set, everything sorted.

import { type Labels, labelsKey, sortLabels } from '../../model/labels.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { Target } from './target.ts';

/** Groups by label set; equal targets in any order give equal groups. */
export function groupTargets(targets: readonly Target[]): TargetGroup[] {
  const byObject = new Map<Labels, Set<string>>();
  const byKey = new Map<string, { labels: Labels; addresses: Set<string> }>();
  for (const { labels, address } of targets) {
    const addresses = byObject.get(labels) ?? open(labels);
    byObject.set(labels, addresses);
    addresses.add(address);
  }
  return [...byKey.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { labels, addresses }]) => ({ targets: [...addresses].sort(), labels: sortLabels(labels) }));

  // Equal labels may come in two objects: one from the inventory, one read back from the file.
  function open(labels: Labels): Set<string> {
    const key = labelsKey(labels);
    const group = byKey.get(key) ?? { labels, addresses: new Set<string>() };
    byKey.set(key, group);
    return group.addresses;
  }
}
