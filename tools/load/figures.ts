// What was measured of a step → what is told of it.

import type { DoorName } from '../push/doors.ts';
import type { Measured } from './measure.ts';

export interface Step {
  readonly door: DoorName;
  readonly clients: number;
  readonly batch: number;
}

/** Medians over the parts of a step; `success` and `max` are of all of them. Undefined: not known. */
export interface Figures extends Step {
  /** From 0 to 1. */
  readonly success: number | undefined;
  readonly requestsPerSecond: number | undefined;
  readonly samplesPerSecond: number | undefined;
  /** Milliseconds. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
  /** Microseconds of the server's CPU time. */
  readonly cpuPerRequest: number | undefined;
  readonly cpuPerSample: number | undefined;
  /** The same without JSON.parse; undefined where no JSON is read. */
  readonly cpuPerSampleAboveParse: number | undefined;
  readonly requestsPerCpuSecond: number | undefined;
  /** Requests that were not taken, by status, with what was said of the first one. */
  readonly failures: Readonly<Record<string, { readonly count: number; readonly why: string }>>;
}

/** @param parseSeconds of JSON.parse for one body. */
export function figuresOf(step: Step, parts: readonly Measured[], parseSeconds: number | undefined): Figures {
  const sum = (of: (part: Measured) => number) => parts.reduce((total, part) => total + of(part), 0);
  const middle = (of: (part: Measured) => number | undefined) =>
    median(parts.flatMap((part) => of(part) ?? []));
  const requests = sum((part) => part.requests);
  const cpuPerRequest = middle(({ cpuSeconds, requests: all }) => ratio(cpuSeconds, all, 1e6));
  const cpuPerSample = middle(({ cpuSeconds, samples }) => ratio(cpuSeconds, samples, 1e6));
  return {
    ...step,
    success: requests === 0 ? undefined : sum((part) => part.taken) / requests,
    requestsPerSecond: middle((part) => part.requests / part.seconds),
    samplesPerSecond: middle((part) => part.samples / part.seconds),
    p50: middle((part) => part.latencies.percentile(0.5)),
    p95: middle((part) => part.latencies.percentile(0.95)),
    p99: middle((part) => part.latencies.percentile(0.99)),
    max: requests === 0 ? undefined : Math.max(...parts.map((part) => part.latencies.max)),
    cpuPerRequest,
    cpuPerSample,
    cpuPerSampleAboveParse:
      parseSeconds === undefined || cpuPerSample === undefined
        ? undefined
        : cpuPerSample - (parseSeconds * 1e6) / step.batch,
    requestsPerCpuSecond: cpuPerRequest === undefined ? undefined : 1e6 / cpuPerRequest,
    failures: failuresOf(parts),
  };
}

function ratio(part: number | undefined, whole: number, scale: number): number | undefined {
  return part === undefined || whole === 0 ? undefined : (part / whole) * scale;
}

function failuresOf(parts: readonly Measured[]): Figures['failures'] {
  const all: Record<string, { count: number; why: string }> = {};
  for (const [status, { count, why }] of parts.flatMap((part) => [...part.failures])) {
    all[status] = { count: (all[status]?.count ?? 0) + count, why: all[status]?.why ?? why };
  }
  return all;
}

/** The lower one of two in the middle; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
