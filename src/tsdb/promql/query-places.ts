// How many queries run at once; the others wait in line.

import type { Budget } from '../storage/contract.ts';

export interface Places {
  /**
   * Waits for a place; who comes first is served first. @returns what gives the place back, to be called once.
   * @throws AppError `timeout` or `canceled` of the budget.
   */
  enter(budget: Budget, signal: AbortSignal): Promise<() => void>;
}

/** How often the deadline of one who waits is looked at, in milliseconds. */
const LOOK_MS = 100;

export function createPlaces(count: number): Places {
  const line = new Set<() => void>();
  let taken = 0;

  // The place goes from hand to hand, so that nobody slips in between.
  function leave(): void {
    const [first] = line;
    if (first === undefined) taken--;
    else first();
  }

  function waitInLine(budget: Budget, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (out: () => void) => {
        line.delete(called);
        clearInterval(timer);
        signal.removeEventListener('abort', look);
        out();
      };
      const called = () => step(resolve);
      const look = () => {
        try {
          void budget.breathe();
        } catch (error) {
          step(() => reject(error));
        }
      };
      const timer = setInterval(look, LOOK_MS);
      signal.addEventListener('abort', look);
      line.add(called);
    });
  }

  return {
    async enter(budget, signal) {
      await budget.breathe();
      if (taken < count) taken++;
      else await waitInLine(budget, signal);
      return leave;
    },
  };
}
