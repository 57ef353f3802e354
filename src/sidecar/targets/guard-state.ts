// What the guard remembers between two answers, as a value.

import type { Target } from './target.ts';

/** Why an answer is held. */
export const HOLD_REASONS = ['empty', 'shrink', 'growth'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** An answer that is not believed in full. */
export interface Hold {
  /** Why the newest answer is held. */
  readonly reason: HoldReason;
  /** What the inventory did, in words. */
  readonly message: string;
  /** Unix milliseconds; only shown. */
  readonly since: number;
  /** Since when it is `reason`, likewise. */
  readonly reasonSince: number;
  /** On the guard's clock. */
  readonly began: number;
  /** Good answers since it began: not empty, not above MAX_TARGETS. */
  readonly answers: number;
  /** Nothing of the newest answer is published, not even its additions. */
  readonly isWhole: boolean;
  /** Targets that stand although the newest answer would remove them. */
  readonly targets: number;
  /** Names exactly these targets, for `accept`. */
  readonly digest: string;
  /** Additions that were published since it began. */
  readonly added: ReadonlySet<string>;
  /** Sensors that no good answer since it began has named; undefined: all of them. */
  readonly unnamed: ReadonlySet<string> | undefined;
}

/** A removed target that stays in the file until the guard's clock reaches `until`. */
export interface Graced {
  readonly target: Target;
  readonly until: number;
}

/** A sensor that went. */
export interface Gone {
  /** On the guard's clock. */
  readonly at: number;
  /** Where it was, `host:port`. */
  readonly address: string;
}

export interface GuardState {
  /** The guard's own clock, milliseconds: it only runs from good answer to good answer. */
  readonly clock: number;
  /**
   * The list that was let through, what is held in it included, what is graced not; empty only when an empty answer was
   * let through; undefined until one stands.
   */
  readonly listed: readonly Target[] | undefined;
  /** Sensors that went within the window. */
  readonly gone: ReadonlyMap<string, Gone>;
  readonly graced: readonly Graced[];
  readonly hold: Hold | undefined;
  /** Additions of the newest answer that wait for room below MAX_TARGETS. */
  readonly waiting: number;
  /** The newest answer ended a hold because it lasted, or because a person said so. */
  readonly isAccepted: boolean;
}

/** The state of a guard that only knows which list stands. */
export function initialGuardState(listed: readonly Target[] | undefined): GuardState {
  const nothing = { gone: new Map(), graced: [], hold: undefined, waiting: 0, isAccepted: false };
  return { clock: 0, listed, ...nothing };
}

/** Nothing but the list itself is remembered: the same list again changes nothing, nor does time. */
export function isQuiet({ gone, graced, hold }: GuardState): boolean {
  return gone.size === 0 && graced.length === 0 && hold === undefined;
}

/** Everything that belongs into the file; undefined: nothing yet. */
export function standingTargets({ listed, graced }: GuardState): readonly Target[] | undefined {
  if (graced.length === 0) return listed;
  return [...(listed ?? []), ...graced.map(({ target }) => target)];
}
