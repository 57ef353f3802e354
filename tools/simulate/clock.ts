// Time as the simulator sees it.

import { setTimeout as sleep } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds that never jump. */
  now(): number;
  /** @returns false when the signal came first. */
  sleep(ms: number, signal: AbortSignal): Promise<boolean>;
}

export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, true, { signal }).catch(() => false),
};
