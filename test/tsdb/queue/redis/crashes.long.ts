// A million samples while consumers die at every named moment and at random, Redis is killed and connections are cut.

import { expect, test } from 'vitest';
import { DEATHS, runCrashes } from './crashes.ts';

test('a million samples are stored, each once, whatever dies on the way', async () => {
  const deaths = Array.from({ length: 10 }, () => DEATHS).flat();
  const outcome = await runCrashes({ batches: 2400, rows: 500, deaths, faultEveryMs: 1500 });
  console.log(JSON.stringify(outcome));
  expect(outcome.pushed).toBeGreaterThanOrEqual(1_200_000);
  expect(outcome.died).toHaveLength(deaths.length);
  expect(outcome.stored).toMatchObject({ samples: outcome.pushed, wrong: 0 });
  expect(outcome.stored.written).toBeGreaterThan(outcome.pushed);
  expect(outcome.left).toMatchObject({ pending: 0, samples: 0, bytes: 0, deadLetters: 0 });
});
