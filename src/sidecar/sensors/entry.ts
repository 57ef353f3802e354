// One entry of the inventory's answer → the sensors it names.

import { isAbsolutePath } from '../../lib/absolute-path.ts';
import { parseDuration } from '../../lib/duration.ts';
import { isLabelName, type Labels } from '../../model/labels.ts';
import { parseAddress, parsePort } from './address.ts';
import type { Sensor } from './sensor.ts';

const HOST_FIELDS = ['hostname', 'host', 'address', 'ip', 'target', 'name'] as const;

const NO_LABELS: Labels = {};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a text (`sensor_0`, `host:9100`), a flat object (`{"name": …, "port": …, "labels": {…}}`), or a group of
 * http_sd (`{"targets": […], "labels": {…}}`).
 * @throws Error that says what is wrong with the entry.
 */
export function readEntry(entry: unknown): Sensor[] {
  if (typeof entry === 'string') return [{ ...parseAddress(entry), labels: NO_LABELS }];
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw new Error('is no sensor');
  return 'targets' in entry ? readGroup(entry as Fields) : [readObject(entry as Fields)];
}

function readGroup({ targets, labels }: Fields): Sensor[] {
  if (!Array.isArray(targets)) throw new Error('has targets that are no list');
  const checked = readLabels(labels);
  return targets.map((target: unknown) => {
    if (typeof target !== 'string') throw new Error('has a target that is no text');
    return { ...parseAddress(target), labels: checked };
  });
}

function readObject(fields: Fields): Sensor {
  const host = HOST_FIELDS.map((name) => fields[name]).find((value) => value !== undefined && value !== null);
  if (typeof host !== 'string') throw new Error(`has no text in any of ${HOST_FIELDS.join(', ')}`);
  const address = parseAddress(host);
  const port = isSet(fields.port) ? parsePort(fields.port) : address.port;
  const own = { __metrics_path__: fields.path, __scheme__: fields.scheme };
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => isSet(value)));
  return { host: address.host, port, labels: { ...readLabels(fields.labels), ...readLabels(given) } };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function readLabels(labels: unknown): Labels {
  if (!isSet(labels)) return NO_LABELS;
  if (typeof labels !== 'object' || Array.isArray(labels)) throw new Error('has labels that are no object');
  return Object.fromEntries(
    Object.entries(labels as Fields).map(([name, value]) => [name, readLabel(name, value)]),
  );
}

function readLabel(name: string, value: unknown): string {
  if (!isLabelName(name) || name === '__address__')
    throw new Error(`has the illegal label name ${JSON.stringify(name)}`);
  if (!['string', 'number', 'boolean'].includes(typeof value))
    throw new Error(`has a label ${name} that is no text`);
  const label = String(value);
  const fault = SPECIAL.get(name)?.(label);
  if (fault !== undefined) throw new Error(`has ${fault} ${JSON.stringify(label)}`);
  return label;
}

// Prometheus drops the target over a wrong interval, and does not look at the other two at all.
const SPECIAL: ReadonlyMap<string, (value: string) => string | undefined> = new Map([
  ['__scheme__', (value) => (value === 'http' || value === 'https' ? undefined : 'the unknown scheme')],
  ['__metrics_path__', (value) => (isAbsolutePath(value) ? undefined : 'no absolute path in')],
  ['__scrape_interval__', duration],
  ['__scrape_timeout__', duration],
]);

function duration(value: string): string | undefined {
  const isPositive = !/^\d+$/.test(value) && (parseDuration(value) ?? 0) > 0;
  return isPositive ? undefined : 'no Prometheus duration in';
}
