// One part of a step: all clients push as fast as they are answered, for so long.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Door } from '../push/doors.ts';
import { createLatencies, type Latencies } from '../push/latencies.ts';
import type { Parcels } from './parcels.ts';

export interface LoadClient {
  readonly door: Door;
  readonly parcels: Parcels;
}

export interface Measured {
  /** Answered requests, and what was taken of them. */
  readonly requests: number;
  readonly taken: number;
  /** That were taken. */
  readonly samples: number;
  readonly seconds: number;
  /** CPU time of the server; undefined when it does not tell. */
  readonly cpuSeconds: number | undefined;
  /** Of requests that were taken. */
  readonly latencies: Latencies;
  /** Requests that were not taken, by status, and what was said of the first one. */
  readonly failures: ReadonlyMap<string, { count: number; readonly why: string }>;
}

export interface MeasureOptions {
  readonly seconds: number;
  /** Requests of each client, at least, if they do not take some seconds more. */
  readonly least: number;
  readonly cpu: () => Promise<number | undefined>;
  readonly signal: AbortSignal;
}

// Where nobody answers, to ask at once again measures nothing.
const PAUSE_MS = 20;
const MOST_FAILURES = 20;
const MOST_MORE_MS = 5000;

export async function measure(
  clients: readonly LoadClient[],
  { seconds, least, cpu, signal }: MeasureOptions,
): Promise<Measured> {
  const found = { requests: 0, taken: 0, samples: 0, latencies: createLatencies(), failures: new Map() };
  const [first, before] = [await cpu(), await cpu()];
  const startedAt = performance.now();
  const end = startedAt + seconds * 1000;
  await Promise.all(clients.map((client) => push(client, end, least, found, signal)));
  const took = (performance.now() - startedAt) / 1000;
  const after = await cpu();
  return { ...found, seconds: took, cpuSeconds: cpuBetween(first, before, after) };
}

/** Without what the asking took, which is known from having asked twice. */
function cpuBetween(
  first: number | undefined,
  before: number | undefined,
  after: number | undefined,
): number | undefined {
  if (first === undefined || before === undefined || after === undefined) return undefined;
  return after - before - (before - first);
}

type Found = { -readonly [Key in 'requests' | 'taken' | 'samples']: number } & {
  readonly latencies: Latencies;
  readonly failures: Map<string, { count: number; readonly why: string }>;
};

async function push(
  { door, parcels }: LoadClient,
  end: number,
  least: number,
  found: Found,
  signal: AbortSignal,
): Promise<void> {
  const isOn = (sent: number) => performance.now() < end + (sent < least ? MOST_MORE_MS : 0);
  for (let sent = 0; isOn(sent) && !signal.aborted; sent += 1) {
    const parcel = parcels.next();
    const startedAt = performance.now();
    const answer = await door.send(parcel, signal);
    if (signal.aborted) return;
    found.requests += 1;
    if (answer.fate === 'taken') {
      found.taken += 1;
      found.samples += parcel.samples;
      found.latencies.record(performance.now() - startedAt);
    } else await failed(found, answer);
  }
}

async function failed({ failures }: Found, { status, why }: Answer): Promise<void> {
  const known = failures.get(status);
  if (known !== undefined) known.count += 1;
  else if (failures.size < MOST_FAILURES) failures.set(status, { count: 1, why });
  if (/^E|UNAVAILABLE/.test(status)) await sleep(PAUSE_MS);
}
