// What one query may cost: time, samples, and how long it may hold the event loop.

import { AppError } from '../../lib/errors.ts';
import type { Budget } from '../storage/contract.ts';
import { nextTurn } from './turns.ts';

/** How long a query may keep everybody else waiting, in milliseconds. */
const TURN_MS = 5;

export interface BudgetLimits {
  /** From now on, in milliseconds. */
  readonly timeoutMs: number;
  readonly maxSamples: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/**
 * Makes the budget of a query that begins now. It throws AppError `execution` for too many samples, `timeout` and
 * `canceled`.
 */
export function createBudget({
  timeoutMs,
  maxSamples,
  signal,
  now = performance.now.bind(performance),
}: BudgetLimits): Budget {
  let turn = now();
  const deadline = turn + timeoutMs;
  let samples = 0;

  async function pause(): Promise<void> {
    await nextTurn();
    turn = now();
  }

  return {
    take(count) {
      samples += count;
      if (samples > maxSamples)
        throw new AppError(
          'execution',
          `query processing would load too many samples into memory in query execution: more than ${maxSamples}`,
        );
    },
    breathe() {
      if (signal.aborted) throw new AppError('canceled', 'query was canceled in expression evaluation');
      const time = now();
      if (time >= deadline) throw new AppError('timeout', 'query timed out in expression evaluation');
      return time - turn < TURN_MS ? undefined : pause();
    },
  };
}

/** The same deadline, reader and turns for samples that are looked at and not kept: they do not count. */
export function passingBudget({ breathe }: Budget): Budget {
  return { take: () => {}, breathe };
}
