// The answers of the probes, as pure judgments: alive, ready, fresh.

import { formatAge } from '../lib/duration.ts';
import { describeTargets } from '../model/target-group.ts';
import type { Moment } from './moment.ts';
import type { Account } from './sensors/account.ts';
import { ageOf, type Status, wallOf } from './status.ts';
import type { HeldAnswer } from './targets/held-answer.ts';
import type { Published } from './targets/target-file.ts';
import type { WriteError } from './targets/write-error.ts';

/** What the judgments rest on. */
export interface Facts {
  readonly status: Status;
  readonly published: Published | undefined;
  readonly hold: HeldAnswer | undefined;
  /** Additions that wait for room below MAX_TARGETS. */
  readonly waiting: number;
  /** Until then (monotonic ms) the file holds what another program wrote there. */
  readonly contestedUntil: number | undefined;
  /** Why the list could not be made to stand in the file the last time. */
  readonly fileFailure?: WriteError | undefined;
  /** What became of the entries of the newest good answer; undefined before the first. */
  readonly account?: Account | undefined;
  readonly staleAfterMs: number;
  readonly now: Moment;
}

export interface Readiness {
  /** A valid list stands. A stale or held one still does: without it the monitoring would be worse off. */
  readonly ready: boolean;
  /** The list stands in the file, and the inventory confirms it. */
  readonly fresh: boolean;
  /** One line for the person who asks. */
  readonly text: string;
}

/** Judges whether a list stands, and whether it is fresh. */
export function readiness(facts: Facts): Readiness {
  if (facts.published === undefined) return { ready: false, fresh: false, text: whyNone(facts) };
  const degraded = degradations(facts);
  const listed = describeTargets(facts.published.groups);
  if (degraded.length === 0) return { ready: true, fresh: true, text: `ready: ${listed}` };
  const kept = facts.contestedUntil === undefined ? `keeping ${listed}` : `the list has ${listed}`;
  return { ready: true, fresh: false, text: `degraded: ${degraded.join('; ')}; ${kept}` };
}

/** Whether the inventory has been silent for longer than STALE_AFTER. */
export function isStale({ status, staleAfterMs, now }: Facts): boolean {
  return ageOf(status, now) > staleAfterMs;
}

function degradations(facts: Facts): string[] {
  const { hold, now } = facts;
  return [
    ...freshness(facts),
    ...fileTrouble(facts),
    ...(hold === undefined ? [] : [held(hold, now)]),
    ...(facts.waiting === 0 ? [] : [`${facts.waiting} new targets wait for room below MAX_TARGETS`]),
  ];
}

function held({ reason, since, reasonSince }: HeldAnswer, { wall }: Moment): string {
  const why = since === reasonSince ? reason : `${reason} since ${clockTime(reasonSince, wall)}`;
  return `held since ${clockTime(since, wall)} (${why})`;
}

function fileTrouble({ status: { lastResult }, contestedUntil, fileFailure, now }: Facts): string[] {
  if (contestedUntil !== undefined) {
    const putBack = clockTime(wallOf(contestedUntil, now), now.wall);
    return [`another program writes the target file, which is put back at ${putBack}`];
  }
  const isUnwritten = lastResult?.kind === 'failed' && lastResult.reason === 'write';
  return isUnwritten || fileFailure !== undefined ? ['the target file cannot be written'] : [];
}

function freshness(facts: Facts): string[] {
  if (isStale(facts)) return [`stale ${formatAge(ageOf(facts.status, facts.now))}`];
  return facts.status.lastSuccess === undefined ? ['no answer since the start'] : [];
}

function whyNone({ status, hold }: Facts): string {
  if (status.lastResult?.kind === 'failed') return `not ready: ${status.lastResult.message}`;
  if (hold !== undefined) return `not ready: no list stands, and ${hold.message}`;
  return 'not ready: the first poll has not ended';
}

/** `12:03:11`, in UTC like the log; with its date when that is not today's. Both in Unix milliseconds. */
export function clockTime(unixMs: number, now: number): string {
  const [date, time = ''] = new Date(unixMs).toISOString().split('T');
  const today = new Date(now).toISOString().slice(0, 10);
  return date === today ? time.slice(0, 8) : `${date} ${time.slice(0, 8)}`;
}
