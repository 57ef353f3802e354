// Brings one request to the server, tried again for as long as that is of use.

import type { Answer, Door, Parcel } from '../push/doors.ts';
import type { Clock } from './clock.ts';

export interface Delivering {
  readonly clock: Clock;
  /** For how long it is tried, milliseconds. */
  readonly patience: number;
  /** Nothing is tried again from then on, and what is under way is broken off. */
  readonly breaking: AbortSignal;
  /** Told of every answer. @param waitMs until it is tried again; undefined when it is not. */
  onAnswer(answer: Answer, samples: number, startedAt: number, waitMs: number | undefined): void;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;

/** @returns whether it was taken. */
export async function deliver(door: Door, parcel: Parcel, delivering: Delivering): Promise<boolean> {
  const { clock, patience, breaking, onAnswer } = delivering;
  const end = clock.now() + patience;
  for (let tries = 1; ; tries += 1) {
    const startedAt = clock.now();
    const answer = await door.send(parcel, breaking);
    const next = breaking.aborted ? undefined : nextOf(answer, tries, end - clock.now());
    onAnswer(answer, parcel.samples, startedAt, next?.isTry ? next.waitMs : undefined);
    if (next === undefined) return answer.fate === 'taken';
    if (!(await clock.sleep(next.waitMs, breaking)) || !next.isTry) return false;
  }
}

interface Next {
  readonly waitMs: number;
  /** False: it is given up then. Not before, for the request after it would come too soon as well. */
  readonly isTry: boolean;
}

/** @param leftMs of the patience. @returns undefined when its fate stands. */
function nextOf(answer: Answer, tries: number, leftMs: number): Next | undefined {
  if (answer.fate !== 'again' || leftMs <= 0) return undefined;
  if ((answer.retryAfterMs ?? 0) > leftMs) return { waitMs: leftMs, isTry: false };
  return { waitMs: Math.min(waitFor(answer, tries), leftMs), isTry: true };
}

/** Milliseconds; what the server asks for, else from a quarter of a second up to five. */
function waitFor({ retryAfterMs }: Answer, tries: number): number {
  const wait = retryAfterMs ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  // Many clients that were refused together must not come back together.
  return Math.ceil(wait * (1 + Math.random() / 10));
}
