// Every named moment of a crash, and restarts of Redis and PostgreSQL, over some ten thousand samples.

import { expect, test } from 'vitest';
import { DEATHS } from './processes.ts';
import { runCrashes } from './run.ts';

test.each([
  ['redis', DEATHS, 2500],
  ['direct', ['inside the transaction', 'commit under way', 'any'], 2000],
] as const)(
  'queue %s over PostgreSQL: what was acknowledged is stored, each sample once',
  async (engine, deaths, faultEveryMs) => {
    const outcome = await runCrashes({ engine, samples: 30_000, deaths, faultEveryMs, mostFaults: 6 });
    const { pushed, judgement, died, faults, deadLetters, codes } = outcome;
    expect(died.toSorted()).toEqual(deaths.toSorted());
    expect(Object.keys(faults)).not.toEqual([]);
    const stored = pushed.acknowledged - pushed.duplicates - pushed.conflicts;
    expect(judgement).toEqual({ stored, missing: 0, wrong: 0, extra: 0 });
    expect(deadLetters).toBeLessThan(died.length);
    expect(codes).toEqual([0, 0]);
  },
  600_000,
);
