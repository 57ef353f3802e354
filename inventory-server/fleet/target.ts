// Which sensor a proxy request means: the absolute form of a request target, and what the inventory says to it.

import { hostKey, type Sensor, type SensorList } from './sensor-list.ts';

/** Every way to refuse a scrape, with the status a proxy gives it. */
export const REFUSALS = {
  bad_target: 400,
  unknown_sensor: 502,
  wrong_endpoint: 404,
  sensor_down: 502,
} as const;
export type Refusal = keyof typeof REFUSALS;

export type Decision =
  | { readonly sensor: Sensor; readonly refusal?: never }
  | { readonly sensor?: never; readonly refusal: Refusal; readonly reason: string };

interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

// Host, port, path; user info has no place here, a query is the scraper's own affair and a fragment is never sent.
const ABSOLUTE_FORM = /^http:\/\/(\[[0-9a-f:.]+\]|[^/?#@:[\]]+)(?::(\d{1,5}))?(\/[^?#]*)?(?:\?[^#]*)?$/i;

/** Decides a request for `url` by the list that stands now; `down` holds names as the inventory writes them. */
export function decide(url: string, list: SensorList | undefined, down: ReadonlySet<string>): Decision {
  const target = parseTarget(url);
  if (target === undefined)
    return refuse('bad_target', `cannot proxy ${url}: only http://name:port/path is known here`);
  const { host, port, path } = target;
  if (list === undefined)
    return refuse('unknown_sensor', `cannot reach ${host}: the fleet has no list of sensors yet`);
  const sensor = list.sensors.get(hostKey(host));
  if (sensor === undefined)
    return refuse('unknown_sensor', `cannot resolve ${host}: the inventory has no such sensor`);
  if (down.has(sensor.name))
    return refuse('sensor_down', `cannot connect to ${host}:${port}: the sensor is down (SENSORS_DOWN)`);
  if (sensor.port !== port || sensor.path !== path)
    return refuse('wrong_endpoint', `${sensor.name} answers on port ${sensor.port} at ${sensor.path} only`);
  return { sensor };
}

function parseTarget(url: string): Target | undefined {
  const match = ABSOLUTE_FORM.exec(url);
  if (match?.[1] === undefined) return undefined;
  const host = match[1].startsWith('[') ? match[1].slice(1, -1) : match[1];
  return { host, port: Number(match[2] ?? 80), path: match[3] ?? '/' };
}

function refuse(refusal: Refusal, reason: string): Decision {
  return { refusal, reason };
}
