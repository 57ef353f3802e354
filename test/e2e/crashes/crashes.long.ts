// A million samples (or as many as CRASH_SAMPLES says) while processes die at every named moment and at random, and Redis and
// PostgreSQL are killed and started again.

import { expect, test } from 'vitest';
import { deathsOf, expectCounted, roundsFor, told } from './counted.ts';
import { runCrashes } from './run.ts';

const SAMPLES = Number(process.env.CRASH_SAMPLES ?? 1_200_000);
const ROUNDS = roundsFor(SAMPLES);

test('a million samples over Redis and PostgreSQL: stored is what was acknowledged, whatever dies on the way', async () => {
  const deaths = deathsOf(ROUNDS);
  const outcome = await runCrashes({
    engine: 'redis',
    samples: SAMPLES,
    deaths,
    faultEveryMs: 4000,
    mostFaults: 6 * ROUNDS,
  });
  console.log(told(outcome));
  expectCounted(outcome, deaths);
  expect(outcome.judgement.stored).toBeGreaterThanOrEqual(SAMPLES);
});
