// What became of everything that was pushed.

import type { Answer } from '../push/doors.ts';
import { createLatencies, type Latencies } from '../push/latencies.ts';

export interface Tally {
  /** Samples and requests that were taken. */
  samples: number;
  requests: number;
  /** Samples that nobody has. */
  lost: number;
  /** Requests that were made again. */
  retries: number;
  /** Rounds that were left out because the ones before took too long. */
  missed: number;
  /** Requests that were not taken, by status. */
  readonly refused: Map<string, number>;
  /** Of requests that were taken. */
  readonly latencies: Latencies;
  /** Monotonic milliseconds: of the start, and of the last request that was taken. */
  readonly startedAt: number;
  lastTakenAt: number;
}

export function createTally(now: number): Tally {
  return {
    samples: 0,
    requests: 0,
    lost: 0,
    retries: 0,
    missed: 0,
    refused: new Map(),
    latencies: createLatencies(),
    startedAt: now,
    lastTakenAt: now,
  };
}

/** Counts the answer to one request. */
export function count(tally: Tally, answer: Answer, samples: number, startedAt: number, now: number): void {
  if (answer.fate !== 'taken') {
    tally.refused.set(answer.status, (tally.refused.get(answer.status) ?? 0) + 1);
    return;
  }
  tally.samples += samples;
  tally.requests += 1;
  tally.lastTakenAt = now;
  tally.latencies.record(now - startedAt);
}
