// How many queries run at once; the others wait in line.

import type { Budget } from '../storage/contract.ts';

export interface Places {
  /**
   * Waits for a place. @returns what gives it back.
   * @throws AppError `timeout` or `canceled` of the budget.
   */
  enter(budget: Budget, signal: AbortSignal): Promise<() => void>;
}

/** How often the budget of one who waits is looked at, in milliseconds. */
const LOOK_MS = 100;

export function createPlaces(count: number): Places {
  const waiting = new Set<() => void>();
  let taken = 0;

  function leave(): void {
    taken--;
    const [first] = waiting;
    first?.();
  }

  // Until a place is free, the reader has gone, or it is time to look at the clock.
  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        waiting.delete(done);
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, LOOK_MS);
      signal.addEventListener('abort', done);
      waiting.add(done);
    });
  }

  return {
    async enter(budget, signal) {
      await budget.breathe();
      while (taken >= count) {
        await turn(signal);
        await budget.breathe();
      }
      taken++;
      return leave;
    },
  };
}
