// Unix times that were written in a smaller unit than the one that is meant.

/** From a value of about 1973 on, which is one of about 5138 in the unit a thousand times as large. */
const SMALLER = [
  { from: 1e17, unit: 'nanoseconds' },
  { from: 1e14, unit: 'microseconds' },
  { from: 1e11, unit: 'milliseconds' },
] as const;

/**
 * What a Unix time looks like.
 * @param meant the unit in which it is read.
 * @returns undefined when it may be in that unit.
 */
export function smallerUnit(value: number, meant: 'seconds' | 'milliseconds'): string | undefined {
  const unit = SMALLER.find(({ from }) => value >= from)?.unit;
  return unit === meant ? undefined : unit;
}
