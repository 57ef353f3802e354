// A target: one sensor with every default filled in, under the identity by which the guard knows it.

import { hostPort } from '../../lib/listen-address.ts';
import { type Labels, labelsKey, sortLabels } from '../../model/labels.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { Sensor } from '../sensors/sensor.ts';

export interface Target {
  /** Tells sensors apart: the host, and the port if the inventory gave one. Labels, path and scheme do not count. */
  readonly id: string;
  /** `host:port`, IPv6 in brackets. */
  readonly address: string;
  /** Targets with equal labels that were made together share one object. */
  readonly labels: Labels;
}

/** What a sensor gets where the inventory says nothing. */
export interface TargetDefaults {
  readonly port: number;
  /** Written as `__metrics_path__` unless it is Prometheus' own default, `/metrics`. */
  readonly path: string;
  /** On every target; a label of the sensor itself wins. */
  readonly labels: Labels;
}

/** Fills in the defaults; of exact duplicates the first stays. */
export function targetsOf(sensors: readonly Sensor[], defaults: TargetDefaults): Target[] {
  const pathLabel = defaults.path === '/metrics' ? {} : { __metrics_path__: defaults.path };
  const common = { ...pathLabel, ...defaults.labels };
  const labelsOf = sharedLabels((labels) => ({ ...common, ...labels }));
  const seen = new Map<Labels, Set<string>>();
  const targets: Target[] = [];
  for (const sensor of sensors) {
    const labels = labelsOf(sensor.labels);
    const address = hostPort(sensor.host, sensor.port ?? defaults.port);
    const known = seen.get(labels) ?? new Set();
    if (!known.has(address)) targets.push({ id: idOf(sensor), address, labels });
    seen.set(labels, known.add(address));
  }
  return targets;
}

/** The targets of a list that was read back: a published `host:port` stands for itself. */
export function targetsOfGroups(groups: readonly TargetGroup[]): Target[] {
  return groups.flatMap(({ targets, labels }) =>
    targets.map((address) => ({ id: address, address, labels })),
  );
}

const idSets = new WeakMap<readonly Target[], ReadonlySet<string>>();

/** The identities in a list; made once for each list, which is judged at many polls. */
export function idsOf(targets: readonly Target[]): ReadonlySet<string> {
  const ids = idSets.get(targets) ?? new Set(targets.map(({ id }) => id));
  idSets.set(targets, ids);
  return ids;
}

/** The host of an identity or address. */
export function hostOf(id: string): string {
  return id.replace(/:\d+$/, '');
}

function idOf({ host, port }: Sensor): string {
  if (port !== undefined) return hostPort(host, port);
  return host.includes(':') ? `[${host}]` : host;
}

// Sensors of one group of the inventory share one labels object: its key is made once.
function sharedLabels(complete: (labels: Labels) => Labels): (labels: Labels) => Labels {
  const bySource = new Map<Labels, Labels>();
  const byKey = new Map<string, Labels>();
  return (source) => {
    const known = bySource.get(source);
    if (known !== undefined) return known;
    const labels = sortLabels(complete(source));
    const key = labelsKey(labels);
    const shared = byKey.get(key) ?? labels;
    byKey.set(key, shared);
    bySource.set(source, shared);
    return shared;
  };
}
