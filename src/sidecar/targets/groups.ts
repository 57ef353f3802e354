// Sensors → target groups: one group a label set, everything sorted, a port always present.

import { hostPort } from '../../lib/listen-address.ts';
import { type Labels, labelsKey, sortLabels } from '../../model/labels.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { Sensor } from '../sensors/sensor.ts';

/** What a sensor gets where the inventory says nothing. */
export interface TargetDefaults {
  readonly port: number;
  /** Written as `__metrics_path__` unless it is Prometheus' own default, `/metrics`. */
  readonly path: string;
  /** On every target; a label of the sensor itself wins. */
  readonly labels: Labels;
}

/** Builds the groups; equal sensors in any order give equal groups, exact duplicates are merged. */
export function buildTargetGroups(sensors: readonly Sensor[], defaults: TargetDefaults): TargetGroup[] {
  const common = defaults.path === '/metrics' ? {} : { __metrics_path__: defaults.path };
  const groups = new Map<string, { targets: Set<string>; labels: Labels }>();
  const groupOf = new Map<Labels, Set<string>>();
  for (const sensor of sensors) {
    // Sensors of one group of the inventory share one labels object: its key is made once.
    const targets = groupOf.get(sensor.labels) ?? open({ ...common, ...defaults.labels, ...sensor.labels });
    groupOf.set(sensor.labels, targets);
    targets.add(hostPort(sensor.host, sensor.port ?? defaults.port));
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ targets: [...group.targets].sort(), labels: sortLabels(group.labels) }));

  function open(labels: Labels): Set<string> {
    const key = labelsKey(labels);
    const group = groups.get(key) ?? { targets: new Set<string>(), labels };
    groups.set(key, group);
    return group.targets;
  }
}
