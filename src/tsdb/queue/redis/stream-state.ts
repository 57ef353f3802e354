// How much a stream holds, as its settling tells.

export interface StreamState {
  readonly entries: number;
  /** Entries that no consumer has read yet. */
  readonly lag: number;
  /** Entries that were read and are not acknowledged. */
  readonly pending: number;
  /** From the oldest entry that is not acknowledged on, as are the bytes and the age. */
  readonly samples: number;
  readonly bytes: number;
  readonly oldestMs: number;
  readonly deadLetters: number;
}

export const NO_ENTRIES: StreamState = {
  entries: 0,
  lag: 0,
  pending: 0,
  samples: 0,
  bytes: 0,
  oldestMs: 0,
  deadLetters: 0,
};

/** @param numbers what SETTLE answers. */
export function stateOf(numbers: readonly number[]): StreamState {
  // Should totals and stream come from different times (one of them was restored or deleted), none goes below 0.
  const at = (place: number) => Math.max(0, numbers[place] ?? 0);
  return {
    entries: at(0),
    lag: at(1),
    pending: at(2),
    samples: at(3),
    bytes: at(4),
    oldestMs: at(5),
    deadLetters: at(6),
  };
}
