// The guard judges every answer, also an unchanged one: an empty list never removes a target.

import { countTargets, type TargetGroup } from '../../model/target-group.ts';

/** Why removals are held back. */
export const HOLD_REASONS = ['empty'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

export interface Hold {
  readonly reason: HoldReason;
  /** Unix milliseconds. */
  readonly since: number;
  /** How many targets stand that the answer would have removed. */
  readonly targets: number;
}

/** What the inventory did, in words. */
export function describeHold(hold: Pick<Hold, 'reason'>): string {
  return HOLD_WORDS[hold.reason];
}

const HOLD_WORDS: Readonly<Record<HoldReason, string>> = { empty: 'the inventory lists no sensor' };

export interface Verdict {
  /** What belongs into the target file; undefined: nothing yet, so nothing is written. */
  readonly groups: readonly TargetGroup[] | undefined;
  readonly hold: Hold | undefined;
}

/**
 * Judges a candidate against what is published.
 * @param published undefined when no list stands.
 * @param held the hold that the last answer left, if any; it keeps its beginning.
 * @param now Unix milliseconds.
 */
export function guard(
  published: readonly TargetGroup[] | undefined,
  candidate: readonly TargetGroup[],
  held: Hold | undefined,
  now: number,
): Verdict {
  // Prometheus drops every target on a valid empty list.
  if (countTargets(candidate) > 0) return { groups: candidate, hold: undefined };
  const targets = countTargets(published ?? []);
  return { groups: published, hold: { reason: 'empty', since: held?.since ?? now, targets } };
}
