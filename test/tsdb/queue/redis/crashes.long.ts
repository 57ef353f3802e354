// A million samples, or as many as CRASH_SAMPLES says, while consumers die at every named moment and at random, Redis is killed and connections are cut.

import { expect, test } from 'vitest';
import { DEATHS, runCrashes } from './crashes.ts';

const SAMPLES = Number(process.env.CRASH_SAMPLES ?? 1_200_000);
const ROWS = 500;
/** Each of the deaths comes so often. */
const ROUNDS = Math.max(1, Math.round(SAMPLES / 120_000));

test('a million samples are stored, each once, whatever dies on the way', async () => {
  const deaths = Array.from({ length: ROUNDS }, () => DEATHS).flat();
  const outcome = await runCrashes({ batches: SAMPLES / ROWS, rows: ROWS, deaths, faultEveryMs: 1500 });
  console.log(JSON.stringify(outcome));
  expect(outcome.pushed).toBeGreaterThanOrEqual(SAMPLES);
  expect(outcome.died).toHaveLength(deaths.length);
  expect(outcome.stored).toMatchObject({ samples: outcome.pushed, wrong: 0 });
  expect(outcome.stored.written).toBeGreaterThan(outcome.pushed);
  expect(outcome.left).toMatchObject({ pending: 0, samples: 0, bytes: 0, deadLetters: 0 });
});
