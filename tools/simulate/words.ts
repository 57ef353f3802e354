// What the simulator says of its work.

import { formatAge } from '../../src/lib/duration.ts';
import type { Answer, DoorName } from '../push/doors.ts';
import { troubleWords } from '../push/trouble-words.ts';
import type { Tally } from './tally.ts';

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** @param rate samples a second, of late. */
export function progressLine(tally: Tally, rate: number, now: number): string {
  return [
    `${formatAge(now - tally.startedAt)}: pushed ${samples(tally.samples)} (${numbers.format(rate)}/s)`,
    ...troubles(tally),
    `p50 ${latency(tally, 0.5)}, p99 ${latency(tally, 0.99)}`,
  ].join('; ');
}

/** The lines at the end. */
export function summaryLines(tally: Tally, url: string, now: number): string[] {
  const tookMs = now - tally.startedAt;
  const rate = tally.samples / (tookMs / 1000);
  const rest = [
    ...troubles(tally),
    `latency p50 ${latency(tally, 0.5)}, p99 ${latency(tally, 0.99)}, longest ${latency(tally, 1)}`,
  ];
  return [
    `pushed ${samples(tally.samples)} in ${numbers.format(tally.requests)} requests within ${formatAge(tookMs)} (${numbers.format(rate)}/s) to ${url}`,
    rest.join('; '),
    tally.lost === 0 ? 'nothing was lost' : `${samples(tally.lost)} lost`,
  ];
}

function troubles({ refused, retries, lost, missed }: Tally): string[] {
  const byStatus = [...refused].map(([status, count]) => `${status} ${times(count)}`);
  return [
    ...(byStatus.length > 0 ? [`not taken: ${byStatus.join(', ')}`] : []),
    ...(retries > 0 ? [`tried again ${times(retries)}`] : []),
    ...(lost > 0 ? [`${samples(lost)} lost`] : []),
    ...(missed > 0 ? [`${numbers.format(missed)} rounds left out`] : []),
  ];
}

/** @param waitMs until it is tried again; undefined when it is not. */
export function troubleLine(door: DoorName, url: string, answer: Answer, waitMs: number | undefined): string {
  const asked = answer.retryAfterMs === undefined ? '' : ', as it asks';
  const next = waitMs === undefined ? 'given up' : `trying again in ${formatAge(waitMs)}${asked}`;
  return `${troubleWords(door, url, answer)}; ${next}`;
}

/** @param forMs how long it did not. */
export function healedLine(url: string, forMs: number): string {
  return `${url} takes pushes again, after ${formatAge(forMs)}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${numbers.format(count)} times`;
}

function samples(count: number): string {
  return `${numbers.format(count)} ${count === 1 ? 'sample' : 'samples'}`;
}

function latency({ latencies }: Tally, share: number): string {
  const ms = latencies.percentile(share);
  return ms === undefined ? '–' : inMs(ms);
}

function inMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}ms`;
}
