// Sorts long lists without holding the event loop.

import type { Budget } from './contract.ts';

/** Sorted in well under a millisecond. */
const PIECE = 512;
const BREATH = 2048;

/** @returns a sorted copy; equal items keep their order. */
export async function sortInPieces<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  breathe: Budget['breathe'],
): Promise<T[]> {
  let runs: T[][] = [];
  for (let i = 0; i < items.length; i += PIECE) {
    runs.push(items.slice(i, i + PIECE).sort(compare));
    await breathe();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(await merge(runs[i] as T[], runs[i + 1] ?? [], compare, breathe));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  breathe: Budget['breathe'],
): Promise<T[]> {
  if (right.length === 0) return left as T[];
  const merged: T[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const isLeft = compare(left[i] as T, right[j] as T) <= 0;
    merged.push((isLeft ? left[i++] : right[j++]) as T);
    if (merged.length % BREATH === 0) await breathe();
  }
  while (i < left.length) merged.push(left[i++] as T);
  while (j < right.length) merged.push(right[j++] as T);
  return merged;
}
