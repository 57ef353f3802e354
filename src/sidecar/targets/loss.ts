// What an answer would lose of the sensors that were published within the window, and whether that is too much.

import type { GuardState } from './guard-state.ts';
import { isAboveLimit, type MaxShrink } from './limits.ts';
import { idsOf, type Target } from './target.ts';

type Ids = ReadonlySet<string>;

export interface Loss {
  /** The sensors that stand and are not named. */
  readonly standing: Ids;
  /** All of the window that are not named, each once: those that stand and those that went before. */
  readonly all: Ids;
  readonly count: number;
  /** How many were published within the window; while a list is held, without what was added meanwhile. */
  readonly base: number;
  /** Nothing of what stood would be left. */
  readonly isTotal: boolean;
  readonly named: Ids;
  /** Named, and not published within the window. */
  readonly additions: Ids;
}

/** Compares an answer with the window; identities must be aligned. */
export function lossOf({ listed = [], gone, hold }: GuardState, candidate: readonly Target[]): Loss {
  const named = idsOf(candidate);
  const stood = idsOf(listed);
  const window = gone.size === 0 ? stood : stood.union(new Set(gone.keys()));
  const all = window.difference(named);
  // What a hold let in must not make its loss look smaller.
  const added: Ids = hold?.added ?? new Set();
  const old = added.size === 0 ? stood : stood.difference(added);
  return {
    standing: stood.difference(named),
    all,
    count: all.size,
    base: added.size === 0 ? window.size : window.difference(added).size,
    isTotal: old.isDisjointFrom(named),
    named,
    additions: named.difference(window),
  };
}

/** Whether so much may go. Nothing that stands goes in an answer that only adds back, or repeats what stands. */
export function isWithin({ standing, count, base, isTotal }: Loss, max: MaxShrink): boolean {
  return standing.size === 0 || !isAboveLimit(count, base, max, { forgivesFew: !isTotal });
}

/** Whether a held answer brings so many new sensors that it may speak of another fleet. */
export function tooManyAdditions(count: number, { base }: Loss, max: MaxShrink): boolean {
  return isAboveLimit(count, base, max, { forgivesFew: true });
}
