// The crashes of test/e2e/crashes over TimescaleDB: as many samples as CRASH_SAMPLES says, sixty thousand otherwise.

import { expect, test } from 'vitest';
import { deathsOf, expectCounted, roundsFor, told } from '../e2e/crashes/counted.ts';
import { runCrashes } from '../e2e/crashes/run.ts';
import { startTimescaledb } from './timescaledb.ts';

const SAMPLES = Number(process.env.CRASH_SAMPLES ?? 60_000);
const ROUNDS = roundsFor(SAMPLES);

test('Redis and TimescaleDB: stored is what was acknowledged, whatever dies on the way', async () => {
  const deaths = deathsOf(ROUNDS);
  const outcome = await runCrashes({
    engine: 'redis',
    samples: SAMPLES,
    deaths,
    faultEveryMs: 6000,
    mostFaults: 4 * ROUNDS,
    database: startTimescaledb,
  });
  console.log(told(outcome));
  expectCounted(outcome, deaths);
  expect(Object.keys(outcome.faults)).toContain('postgres killed');
  expect(outcome.judgement.stored).toBeGreaterThanOrEqual(SAMPLES);
});
