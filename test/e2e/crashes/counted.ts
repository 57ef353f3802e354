// What holds of every run of crashes, and how long a run is for as many samples.

import { expect } from 'vitest';
import { DEATHS, type Death } from './processes.ts';
import type { Outcome } from './run.ts';

/** How often each of the deaths comes in a run of so many samples. */
export function roundsFor(samples: number): number {
  return Math.max(1, Math.round(samples / 150_000));
}

export function deathsOf(rounds: number): readonly Death[] {
  return Array.from({ length: rounds }, () => [...DEATHS, 'any' as const]).flat();
}

/** Stored is what was acknowledged, each sample once, whatever died. */
export function expectCounted(outcome: Outcome, deaths: readonly Death[]): void {
  const { pushed, judgement, died, faults, deadLetters, codes } = outcome;
  expect(died.toSorted()).toEqual(deaths.toSorted());
  expect(Object.keys(faults)).not.toEqual([]);
  const stored = pushed.acknowledged - pushed.duplicates - pushed.conflicts;
  expect(judgement).toEqual({ stored, missing: 0, wrong: 0, extra: 0 });
  expect(deadLetters).toBeLessThan(died.length);
  expect(codes).toEqual([0, 0]);
}

/** One line of a long run, for who wants its figures. */
export function told(outcome: Outcome): string {
  const { died, pushed } = outcome;
  return JSON.stringify({ ...outcome, died: died.length, pushed: { ...pushed, batches: undefined } });
}
