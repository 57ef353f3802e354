// The crashes of test/e2e/crashes over TimescaleDB: as many samples as CRASH_SAMPLES says, sixty thousand otherwise.

import { expect, test } from 'vitest';
import { DEATHS } from '../e2e/crashes/processes.ts';
import { runCrashes } from '../e2e/crashes/run.ts';
import { startTimescaledb } from './timescaledb.ts';

const SAMPLES = Number(process.env.CRASH_SAMPLES ?? 60_000);
/** Each of the deaths comes so often. */
const ROUNDS = Math.max(1, Math.round(SAMPLES / 150_000));

test('Redis and TimescaleDB: stored is what was acknowledged, whatever dies on the way', async () => {
  const deaths = Array.from({ length: ROUNDS }, () => [...DEATHS, 'any' as const]).flat();
  const outcome = await runCrashes({
    engine: 'redis',
    samples: SAMPLES,
    deaths,
    faultEveryMs: 6000,
    mostFaults: 4 * ROUNDS,
    database: startTimescaledb,
  });
  const { pushed, judgement, died, faults, deadLetters, codes } = outcome;
  console.log(JSON.stringify({ ...outcome, died: died.length, pushed: { ...pushed, batches: undefined } }));
  expect(died).toHaveLength(deaths.length);
  expect(Object.keys(faults)).toContain('postgres killed');
  const stored = pushed.acknowledged - pushed.duplicates - pushed.conflicts;
  expect(judgement).toEqual({ stored, missing: 0, wrong: 0, extra: 0 });
  expect(stored).toBeGreaterThanOrEqual(SAMPLES);
  expect(deadLetters).toBeLessThan(died.length);
  expect(codes).toEqual([0, 0]);
});
