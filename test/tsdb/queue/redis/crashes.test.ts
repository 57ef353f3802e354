// Every named moment of a crash, a restart of Redis and cut connections, over some thousand samples.

import { expect, test } from 'vitest';
import { DEATHS, runCrashes } from './crashes.ts';

test('what was pushed is stored, each sample once, whatever dies on the way', async () => {
  const outcome = await runCrashes({ batches: 400, rows: 50, deaths: DEATHS, faultEveryMs: 700 });
  expect(outcome.died.toSorted()).toEqual(DEATHS.toSorted());
  expect(outcome.restarts).toBeGreaterThan(0);
  expect(outcome.stored).toMatchObject({ samples: outcome.pushed, wrong: 0 });
  // Something was written twice, or no crash came between the commit and the acknowledgement.
  expect(outcome.stored.written).toBeGreaterThan(outcome.pushed);
  expect(outcome.left).toMatchObject({ pending: 0, samples: 0, bytes: 0, deadLetters: 0 });
}, 180_000);
