// Every named moment of a crash, and restarts of Redis and PostgreSQL, over some ten thousand samples.

import { test } from 'vitest';
import { expectCounted } from './counted.ts';
import { DEATHS } from './processes.ts';
import { runCrashes } from './run.ts';

test.each([
  ['redis', DEATHS, 2500],
  ['direct', ['inside the transaction', 'commit under way', 'any'], 2000],
] as const)(
  'queue %s over PostgreSQL: what was acknowledged is stored, each sample once',
  async (engine, deaths, faultEveryMs) => {
    const outcome = await runCrashes({ engine, samples: 30_000, deaths, faultEveryMs, mostFaults: 6 });
    expectCounted(outcome, deaths);
  },
  600_000,
);
