// An answer that is held, as health, status and log see it.

import type { HeldAnswer } from '../../src/sidecar/targets/held-answer.ts';

/** An empty answer before two targets that stand; `shown` replaces what a test is about. */
export function heldAnswerOf(shown: Partial<HeldAnswer> = {}): HeldAnswer {
  return {
    reason: 'empty',
    message: 'the inventory lists no target',
    since: 0,
    reasonSince: shown.since ?? 0,
    isWhole: true,
    targets: 2,
    digest: '0123456789ab',
    confirmsInMs: undefined,
    ...shown,
  };
}
