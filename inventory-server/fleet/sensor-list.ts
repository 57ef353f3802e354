// The true list of sensors, as the inventory's admin API writes it, and how a sensor is found by the name in a URL.

import { domainToASCII } from 'node:url';
import { AppError, messageOf } from '../../src/lib/errors.ts';

export interface Sensor {
  readonly name: string;
  readonly port: number;
  readonly path: string;
}

export interface SensorList {
  readonly revision: number;
  /** By `hostKey(name)`. */
  readonly sensors: ReadonlyMap<string, Sensor>;
}

/** @throws AppError `list` for anything that is no list of sensors; a list with one bad sensor is none. */
export function decodeList(text: string): SensorList {
  const { revision, sensors } = object(parse(text), 'the answer');
  if (!Number.isSafeInteger(revision)) throw bad('"revision" is no whole number');
  if (!Array.isArray(sensors)) throw bad('"sensors" is no list');
  return {
    revision: revision as number,
    sensors: new Map(sensors.map((entry, i) => keyed(sensor(entry, `sensor ${i}`)))),
  };
}

/** Host names are equal whatever their case, and travel in ASCII only. */
export function hostKey(name: string): string {
  return /^[\x21-\x7e]*$/.test(name) ? name.toLowerCase() : domainToASCII(name);
}

function keyed(sensor: Sensor): [string, Sensor] {
  return [hostKey(sensor.name), sensor];
}

function sensor(entry: unknown, which: string): Sensor {
  const { name, port, path } = object(entry, which);
  if (typeof name !== 'string' || name === '') throw bad(`${which} has no name`);
  if (!Number.isInteger(port) || (port as number) < 1 || (port as number) > 65_535)
    throw bad(`${which}, ${name}, has no port from 1 to 65535`);
  if (typeof path !== 'string' || !path.startsWith('/')) throw bad(`${which}, ${name}, has no path`);
  return { name, port: port as number, path };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('list', `it is no JSON: ${messageOf(cause)}`, { cause });
  }
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${what} is no object`);
  return value as Record<string, unknown>;
}

function bad(why: string): AppError {
  return new AppError('list', why);
}
