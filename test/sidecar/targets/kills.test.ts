import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killAfter, killAtMoment, MOMENTS, NAMED_MOMENTS } from '../../helpers/kills.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await tempDir('kills');
  path = join(dir.path, 'targets.json');
});
afterEach(() => dir.remove());

test.each(NAMED_MOMENTS)(
  'kill -9, %s: a whole list stands, and the next start clears the rest',
  async (moment) => {
    const { stands, left, leftAfterStart } = await killAtMoment(path, moment);
    expect(stands).toBe(MOMENTS[moment] === 'old' ? 2 : 3);
    const isStaged = moment !== 'before it is staged' && MOMENTS[moment] === 'old';
    expect({ left, leftAfterStart }).toEqual({ left: isStaged ? 1 : 0, leftAfterStart: 0 });
  },
);

test('kill -9 at eleven moments at random: the same', async () => {
  for (let i = 0; i < 11; i += 1) {
    const { leftAfterStart } = await killAfter(path, 100 * Math.random());
    expect(leftAfterStart).toBe(0);
  }
});
