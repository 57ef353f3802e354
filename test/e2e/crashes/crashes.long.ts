// A million samples (or as many as CRASH_SAMPLES says) while processes die at every named moment and at random, and Redis and
// PostgreSQL are killed and started again.

import { expect, test } from 'vitest';
import { DEATHS } from './processes.ts';
import { runCrashes } from './run.ts';

const SAMPLES = Number(process.env.CRASH_SAMPLES ?? 1_200_000);
/** Each of the deaths comes so often. */
const ROUNDS = Math.max(1, Math.round(SAMPLES / 150_000));

test('a million samples over Redis and PostgreSQL: stored is what was acknowledged, whatever dies on the way', async () => {
  const deaths = Array.from({ length: ROUNDS }, () => [...DEATHS, 'any' as const]).flat();
  const outcome = await runCrashes({
    engine: 'redis',
    samples: SAMPLES,
    deaths,
    faultEveryMs: 4000,
    mostFaults: 6 * ROUNDS,
  });
  const { pushed, judgement, died, deadLetters, codes } = outcome;
  console.log(JSON.stringify({ ...outcome, died: died.length, pushed: { ...pushed, batches: undefined } }));
  expect(died).toHaveLength(deaths.length);
  const stored = pushed.acknowledged - pushed.duplicates - pushed.conflicts;
  expect(judgement).toEqual({ stored, missing: 0, wrong: 0, extra: 0 });
  expect(stored).toBeGreaterThanOrEqual(SAMPLES);
  expect(deadLetters).toBeLessThan(died.length);
  expect(codes).toEqual([0, 0]);
});
