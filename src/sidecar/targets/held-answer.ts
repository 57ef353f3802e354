// What people are told of a hold: what the inventory did, what that would remove, and how it ends.

import { formatAge } from '../../lib/duration.ts';
import type { GuardState, Hold, HoldReason } from './guard-state.ts';
import type { Limits } from './limits.ts';

export interface HeldAnswer
  extends Pick<Hold, 'reason' | 'message' | 'since' | 'reasonSince' | 'isWhole' | 'targets' | 'digest'> {
  /** How much longer it must last to be believed, at the earliest. Undefined: it never is. Milliseconds. */
  readonly confirmsInMs: number | undefined;
}

/** @returns undefined while nothing is held. */
export function heldAnswer({ hold, clock }: GuardState, limits: Limits): HeldAnswer | undefined {
  if (hold === undefined) return undefined;
  const { reason, message, since, reasonSince, isWhole, targets, digest, began } = hold;
  const isPatient = reason !== 'shrink' || limits.confirmAfterMs === 0;
  const confirmsInMs = isPatient ? undefined : Math.max(0, began + limits.confirmAfterMs - clock);
  return { reason, message, since, reasonSince, isWhole, targets, digest, confirmsInMs };
}

/**
 * What ends the hold, as the end of a sentence.
 * @param isServed whether a sidecar runs that could accept it.
 */
export function howItEnds({ reason, digest, confirmsInMs }: HeldAnswer, isServed = true): string {
  if (reason === 'growth') return 'ends by a smaller answer or a higher MAX_TARGETS';
  const byHand = isServed
    ? `inventory-sd accept ${digest} publishes it now`
    : 'no sidecar answers here that could accept it';
  if (confirmsInMs === undefined) return byHand;
  return `${byHand}, and it is believed if it stays so for ${formatAge(confirmsInMs)}`;
}

/** Since when, in two moments if it was held for another reason first: `12:03:11, empty since 12:04:11`. */
export function heldSince<Time>(
  {
    reason,
    since,
    reasonSince,
  }: { readonly reason: HoldReason; readonly since: Time; readonly reasonSince: Time },
  show: (time: Time) => string,
): string {
  return since === reasonSince ? show(since) : `${show(since)}, ${reason} since ${show(reasonSince)}`;
}
