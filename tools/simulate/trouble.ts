// Tells of trouble when it begins, when it changes and when it is over, and not of every request.

import type { Answer } from '../push/doors.ts';

export interface TroubleTeller {
  /** @param line what to say of it. */
  met(answer: Answer, line: () => string): void;
  /** A request was taken. */
  taken(): void;
}

const QUIET_MS = 60_000;

/** @param healed what to say once pushes are taken again, after so many milliseconds. */
export function createTroubleTeller(
  say: (line: string) => void,
  healed: (forMs: number) => string,
  clock: () => number,
): TroubleTeller {
  const toldAt = new Map<string, number>();
  let since: number | undefined;
  let isTold = false;
  return {
    met({ status }, line) {
      const now = clock();
      since ??= now;
      if (now - (toldAt.get(status) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
      toldAt.set(status, now);
      isTold = true;
      say(line());
    },
    taken() {
      if (since !== undefined && isTold) say(healed(clock() - since));
      since = undefined;
      isTold = false;
    },
  };
}
