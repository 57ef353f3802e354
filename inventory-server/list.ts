// The true list of sensors and its revision; no fault ever touches it.

import { AppError } from '../src/lib/errors.ts';

export const MAX_SENSORS = 1_000_000;

/** One state of the list. It never changes; a change of the list makes a new one. */
export interface Revision {
  /** 1 at start, one more with every change. */
  readonly number: number;
  readonly names: readonly string[];
  /** Milliseconds, whole seconds; no two revisions share one, so it may run ahead of the clock. */
  readonly changedAtMs: number;
}

export interface SensorList {
  current(): Revision;
  /** Replaces the list. A list equal to the old one is no change. */
  set(names: readonly string[]): Revision;
  /** @throws AppError `conflict` when a name is there already, `invalid` when there would be too many. */
  add(names: readonly string[]): Revision;
  /** Adds the `count` lowest free `sensor_<number>`. @throws AppError `invalid` when there would be too many. */
  addFree(count: number): Revision;
  /** Removes the last `count`, or all when there are fewer. */
  removeLast(count: number): Revision;
  /** @throws AppError `not_found` when there is no such name. */
  remove(name: string): Revision;
}

/** The names `sensor_0` … of a list of `count` sensors. */
export function defaultNames(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `sensor_${number}`);
}

export function createSensorList(count: number, now: () => number): SensorList {
  let revision: Revision = { number: 1, names: defaultNames(count), changedAtMs: wholeSecond(now()) };

  const change = (names: readonly string[]): Revision => {
    if (sameNames(names, revision.names)) return revision;
    const changedAtMs = Math.max(wholeSecond(now()), revision.changedAtMs + 1000);
    revision = { number: revision.number + 1, names, changedAtMs };
    return revision;
  };

  return {
    current: () => revision,
    set: (names) => change([...names]),
    add: (names) => change(withAdded(revision.names, names)),
    addFree: (wanted) => change([...revision.names, ...freeNames(revision.names, wanted)]),
    removeLast: (wanted) => change(revision.names.slice(0, Math.max(0, revision.names.length - wanted))),
    remove: (name) => change(without(revision.names, name)),
  };
}

function withAdded(present: readonly string[], added: readonly string[]): string[] {
  checkRoom(present, added.length);
  const known = new Set(present);
  const taken = added.find((name) => known.has(name));
  if (taken !== undefined) throw new AppError('conflict', `names: ${JSON.stringify(taken)} exists already`);
  return [...present, ...added];
}

function freeNames(present: readonly string[], wanted: number): string[] {
  checkRoom(present, wanted);
  const known = new Set(present);
  const free: string[] = [];
  for (let number = 0; free.length < wanted; number += 1) {
    const name = `sensor_${number}`;
    if (!known.has(name)) free.push(name);
  }
  return free;
}

function checkRoom(present: readonly string[], added: number): void {
  if (present.length + added <= MAX_SENSORS) return;
  const room = MAX_SENSORS - present.length;
  throw new AppError(
    'invalid',
    `cannot add ${added} sensors: there is room for ${room}, at most ${MAX_SENSORS}`,
  );
}

function without(present: readonly string[], name: string): string[] {
  const index = present.indexOf(name);
  if (index === -1) throw new AppError('not_found', `there is no sensor ${JSON.stringify(name)}`);
  return present.toSpliced(index, 1);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
