// What is about to be published, read as Prometheus will read it: by its rules, not by the code that made the text.

import { isIPv6 } from 'node:net';
import { parseDuration } from '../../lib/duration.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Labels } from '../../model/labels.ts';
import { countTargets, parseTargetGroups } from '../../model/target-group.ts';

export interface CheckOptions {
  /** A list without any target is wanted: an empty answer that was accepted. */
  readonly empty?: boolean;
  /** What stands in the file: oddities of another writer that were taken over with it may stay in the new list. */
  readonly standing?: string | undefined;
}

/**
 * Checks the text of a target file: what Prometheus refuses as a whole, what would silently remove every target,
 * what it drops target by target, and what it does not check but cannot scrape.
 * @returns the first fault, in words; undefined when there is none.
 */
export function checkFile(text: string, { empty = false, standing }: CheckOptions = {}): string | undefined {
  let known: Set<string> | undefined;
  for (const fault of faultsOf(text)) {
    if (fault === NO_TARGET && empty) continue;
    known ??= new Set(standing === undefined ? [] : faultsOf(standing));
    if (fault === NO_TARGET || !known.has(fault)) return fault;
  }
  return undefined;
}

const NO_TARGET = 'it lists no target, which would remove every one';

// Lone surrogates can only be written as `?` or U+FFFD: the file would say something else than the list.
function* faultsOf(text: string): Generator<string> {
  if (!text.isWellFormed()) yield 'it is no Unicode text';
  const groups = read(text);
  if (typeof groups === 'string') return yield groups;
  if (countTargets(groups) === 0) yield NO_TARGET;
  for (const { targets, labels } of groups) {
    yield* faultsOfLabels(labels);
    for (const target of targets) {
      const fault = faultOfAddress(target);
      if (fault !== undefined) yield `the target ${show(target)} ${fault}`;
    }
  }
}

function read(text: string): ReturnType<typeof parseTargetGroups> | string {
  try {
    return parseTargetGroups(text);
  } catch (error) {
    return messageOf(error);
  }
}

const HOST_PORT = /^(?:[A-Za-z0-9._-]+|\[([^\]]*)\]):([0-9]{1,5})$/;

function faultOfAddress(target: string): string | undefined {
  const match = HOST_PORT.exec(target);
  if (match === null) return 'is neither host:port nor [IPv6]:port';
  const [, v6, port] = match;
  if (v6 !== undefined && !isIPv6(v6)) return 'has no IPv6 address between its brackets';
  return Number(port) >= 1 && Number(port) <= 65_535 ? undefined : 'has no port from 1 to 65535';
}

function* faultsOfLabels(labels: Labels): Generator<string> {
  for (const [name, value] of Object.entries(labels)) {
    const fault = value.isWellFormed() ? SPECIAL.get(name)?.(value) : 'is no Unicode text';
    // To Prometheus an empty label is an absent one.
    if (fault !== undefined && value !== '') yield `the label ${name} ${show(value)} ${fault}`;
  }
  const fault = faultOfTimeout(labels);
  if (fault !== undefined) yield fault;
}

// What Prometheus gives a job that says nothing; a timeout without an interval depends on the job.
const DEFAULT_TIMEOUT = '10s';

function faultOfTimeout({
  __scrape_interval__: interval,
  __scrape_timeout__: given,
}: Labels): string | undefined {
  const timeout = given || DEFAULT_TIMEOUT;
  if (!interval || (milliseconds(timeout) ?? 0) <= (milliseconds(interval) ?? 0)) return undefined;
  const named = given ? show(given) : `(${DEFAULT_TIMEOUT} by default)`;
  return `the label __scrape_timeout__ ${named} is above __scrape_interval__ ${show(interval)}`;
}

// Without its target Prometheus goes on over a wrong interval; the other two it takes as they are.
const SPECIAL: ReadonlyMap<string, (value: string) => string | undefined> = new Map([
  [
    '__scheme__',
    (value) => (value === 'http' || value === 'https' ? undefined : 'is neither http nor https'),
  ],
  [
    '__metrics_path__',
    (value) => (/^\/[^?]*$/.test(value) ? undefined : 'is no absolute path without a query'),
  ],
  ['__scrape_interval__', faultOfDuration],
  ['__scrape_timeout__', faultOfDuration],
]);

// Go counts nanoseconds in 63 bits.
const LONGEST_MS = 9_223_372_036_854;

function faultOfDuration(value: string): string | undefined {
  const duration = milliseconds(value);
  const isGood = duration !== undefined && duration > 0 && duration <= LONGEST_MS;
  return isGood ? undefined : 'is no Prometheus duration above 0';
}

// A bare number is seconds in our settings, but no duration to Prometheus.
function milliseconds(value: string): number | undefined {
  return /^\d+$/.test(value) ? undefined : parseDuration(value);
}

function show(value: string): string {
  return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
}
