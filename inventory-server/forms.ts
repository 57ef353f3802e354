// The three forms in which the inventory can be had: pure, names in, JSON bytes out.

import { hostPort } from '../src/lib/listen-address.ts';
import { describeSensor, type Endpoint, labelsOf, type SensorLabels } from './sensor.ts';

/** `names` is the reference answer, `objects` has labels, `http_sd` is Prometheus' own form. */
export const FORMS = ['names', 'objects', 'http_sd'] as const;
export type Form = (typeof FORMS)[number];

interface TargetGroup {
  readonly targets: string[];
  readonly labels: Readonly<Record<string, string>>;
}

// What Prometheus scrapes when nothing else is said; only another path needs a label.
const DEFAULT_PATH = '/metrics';

/** The entries of the list in this form. */
export function entriesOf(form: Form, names: readonly string[], endpoint: Endpoint): readonly unknown[] {
  if (form === 'names') return names;
  if (form === 'objects') return names.map((name) => describeSensor(name, endpoint));
  return groupsOf(names, endpoint);
}

export function renderForm(form: Form, names: readonly string[], endpoint: Endpoint): Buffer {
  return Buffer.from(JSON.stringify(entriesOf(form, names, endpoint)));
}

/** One group per label set, in the order in which the label sets first appear. */
function groupsOf(names: readonly string[], endpoint: Endpoint): TargetGroup[] {
  const groups = new Map<SensorLabels, TargetGroup>();
  for (const name of names) {
    const labels = labelsOf(name);
    const group = groups.get(labels) ?? { targets: [], labels: groupLabels(labels, endpoint) };
    groups.set(labels, group);
    group.targets.push(hostPort(name, endpoint.port));
  }
  return [...groups.values()];
}

function groupLabels(labels: SensorLabels, endpoint: Endpoint): Readonly<Record<string, string>> {
  return endpoint.path === DEFAULT_PATH ? { ...labels } : { ...labels, __metrics_path__: endpoint.path };
}
