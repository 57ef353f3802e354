// A hold: when it began, how many good answers it has seen, whom none of them named, and whether it has lasted.

import type { GuardState, Hold, HoldReason } from './guard-state.ts';
import type { Limits } from './limits.ts';
import type { Loss } from './loss.ts';

/** Fewer answers could be one bad cache that was asked twice. */
const CONFIRMING_ANSWERS = 3;

const UNHELD: Hold = {
  reason: 'shrink',
  message: '',
  since: 0,
  reasonSince: 0,
  began: 0,
  answers: 0,
  isWhole: false,
  targets: 0,
  digest: '',
  added: new Set(),
  unnamed: undefined,
};

/**
 * The hold that runs, perhaps for another reason now, or one that begins now.
 * @param wall Unix milliseconds.
 */
export function begun({ hold, clock }: GuardState, reason: HoldReason, wall: number): Hold {
  if (hold?.reason === reason) return hold;
  const running = hold ?? { ...UNHELD, since: wall, began: clock };
  return { ...running, reason, reasonSince: wall };
}

/** The hold with one more good answer. */
export function oneMore(state: GuardState, loss: Loss, wall: number): Hold {
  const hold = begun(state, 'shrink', wall);
  const unnamed = hold.unnamed?.difference(loss.named) ?? loss.all;
  return { ...hold, answers: hold.answers + 1, unnamed };
}

/** Whether it has lasted for SHRINK_CONFIRM_AFTER. */
export function isConfirmed({ began, answers }: Hold, clock: number, { confirmAfterMs }: Limits): boolean {
  return confirmAfterMs > 0 && answers >= CONFIRMING_ANSWERS && clock - began >= confirmAfterMs;
}
