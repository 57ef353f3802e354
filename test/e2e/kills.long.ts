// kill -9 at two hundred moments of a write; npm test has twenty of them.

import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Aftermath, killAfter, killAtMoment, MOMENTS, NAMED_MOMENTS } from '../helpers/kills.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';

const ROUNDS = 12;
const AT_RANDOM = 200 - ROUNDS * NAMED_MOMENTS.length;

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir('kills');
});
afterEach(() => dir.remove());

test('200 kills: 200 whole lists, and nothing is left after the next start', async () => {
  const path = join(dir.path, 'targets.json');
  const seen: Aftermath[] = [];
  for (const moment of Array<typeof NAMED_MOMENTS>(ROUNDS).fill(NAMED_MOMENTS).flat()) {
    const aftermath = await killAtMoment(path, moment);
    expect(aftermath.stands, moment).toBe(MOMENTS[moment] === 'old' ? 2 : 3);
    seen.push(aftermath);
  }
  for (let i = 0; i < AT_RANDOM; i += 1) seen.push(await killAfter(path, 100 * Math.random()));
  expect(seen).toHaveLength(200);
  expect(seen.filter(({ leftAfterStart }) => leftAfterStart > 0)).toEqual([]);
  // The moments are moments of a write: at most of the named ones something was left.
  expect(seen.filter(({ left }) => left > 0).length).toBeGreaterThanOrEqual(6 * ROUNDS);
});
