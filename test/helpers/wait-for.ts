// Waits for something that becomes true by itself, and says what it saw when it does not.

import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { formatDuration } from '../../src/lib/duration.ts';
import { messageOf } from '../../src/lib/errors.ts';

const EVERY_MS = 100;

/**
 * Polls until `probe` gives a value. `undefined`, `false` and a throw mean "not yet"; what was last thrown or given
 * stands in the failure's message, so a probe that throws what it saw explains itself.
 * @throws Error that names `what` once `endMs` have passed, also when a probe never answers.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  endMs = 60_000,
): Promise<T> {
  const end = performance.now() + endMs;
  let last = 'no answer yet';
  while (performance.now() < end) {
    const seen = await Promise.race([look(probe), sleep(end - performance.now(), HUNG, { ref: false })]);
    if ('value' in seen) return seen.value;
    if (seen !== HUNG) last = seen.last;
    await sleep(Math.min(EVERY_MS, Math.max(0, end - performance.now())));
  }
  throw new Error(`waited ${formatDuration(endMs)} for ${what}; last: ${last}`);
}

const HUNG = { last: 'no answer' };

type Seen<T> = { value: T } | { last: string };

async function look<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<Seen<T>> {
  try {
    const value = await probe();
    return value === undefined || value === false ? { last: inspect(value) } : { value };
  } catch (error) {
    return { last: messageOf(error) };
  }
}
