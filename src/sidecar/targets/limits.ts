// How much of a list may go: MAX_SHRINK and its neighbours.

/** Durations in milliseconds. */
export interface Limits {
  /** An empty list passes. */
  readonly allowEmpty: boolean;
  readonly maxShrink: MaxShrink;
  /** For how long a sensor counts as published after it went. */
  readonly windowMs: number;
  /** How long a shrunken list is held until it is believed; 0: until a person accepts it. */
  readonly confirmAfterMs: number;
  /** For how long a removed target stays in the file. */
  readonly graceMs: number;
  /** Infinity: no limit. */
  readonly maxTargets: number;
  /** Time between polls. */
  readonly intervalMs: number;
}

/** A share of the sensors that were published within the window, or a number of them. */
export type MaxShrink = { readonly percent: number } | { readonly count: number };

/** A percentage must not stop the everyday loss of a sensor or two of a small list. */
const FEW = 3;

/** Whether any loss passes. */
export function isOff(max: MaxShrink): boolean {
  return 'percent' in max && max.percent >= 100;
}

/** Whether `count` sensors of `base` are above the limit; `forgivesFew` lets a percentage pass three of any list. */
export function isAboveLimit(
  count: number,
  base: number,
  max: MaxShrink,
  { forgivesFew }: { readonly forgivesFew: boolean },
): boolean {
  if ('count' in max) return count > max.count;
  if (isOff(max) || (forgivesFew && count <= FEW)) return false;
  // Multiplied, not divided: 20 of 100 is not above 20 %, whatever a binary fraction makes of 0.2.
  return count * 100 > max.percent * base;
}

/** As MAX_SHRINK is written: `20%` or `5`. */
export function formatMaxShrink(max: MaxShrink): string {
  return 'count' in max ? String(max.count) : `${max.percent}%`;
}
