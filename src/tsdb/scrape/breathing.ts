// Gives the event loop a turn when work has held it for some milliseconds.

import { setImmediate as turn } from 'node:timers/promises';

const LONGEST_MS = 5;

/** @returns what to call between pieces of work; it waits only when the time is over. */
export function createBreathing(now = () => performance.now()): () => Promise<void> | undefined {
  let since = now();
  return () => {
    const time = now();
    if (time - since < LONGEST_MS) return undefined;
    return turn().then(() => {
      since = now();
    });
  };
}
