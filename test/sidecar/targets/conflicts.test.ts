import { describe, expect, test } from 'vitest';
import { afterLook, type FileSeen, NO_CONFLICT } from '../../../src/sidecar/targets/conflicts.ts';

type Step = readonly [at: number, seen: FileSeen, done: 'put back' | 'left alone' | 'nothing'];

/** Plays looks at the file, at seconds, and says what each led to. */
function play(looks: readonly (readonly [number, FileSeen])[], intervalMs: number): string[] {
  let conflict = NO_CONFLICT;
  return looks.map(([at, seen]) => {
    conflict = afterLook(conflict, seen, at * 1000, intervalMs);
    if (seen === 'stands') return 'nothing';
    return conflict.until === undefined ? 'put back' : 'left alone';
  });
}

describe('with a look every 30 s:', () => {
  const f = (name: string, ...steps: readonly Step[]) =>
    test(name, () => {
      const looks = steps.map(([at, seen]) => [at, seen] as const);
      expect(play(looks, 30_000)).toEqual(steps.map(([, , done]) => done));
    });

  f(
    'a foreign change is put right at once, the first and the second time within ten minutes',
    [0, 'foreign', 'put back'],
    [30, 'stands', 'nothing'],
    [60, 'foreign', 'put back'],
  );
  f(
    'from the third on the pause doubles from the interval, whatever is seen during it',
    [0, 'foreign', 'put back'],
    [30, 'foreign', 'put back'],
    [60, 'foreign', 'left alone'],
    [89, 'foreign', 'left alone'],
    [90, 'foreign', 'put back'],
    [120, 'foreign', 'left alone'],
    [150, 'foreign', 'left alone'],
    [180, 'foreign', 'put back'],
    [210, 'stands', 'nothing'],
    [240, 'foreign', 'left alone'],
    [359, 'foreign', 'left alone'],
    [360, 'foreign', 'put back'],
  );
  f(
    'a deleted file is always put back, and does not count',
    [0, 'deleted', 'put back'],
    [1, 'deleted', 'put back'],
    [2, 'deleted', 'put back'],
    [3, 'foreign', 'put back'],
    [4, 'foreign', 'put back'],
    [5, 'foreign', 'left alone'],
    [6, 'deleted', 'put back'],
    [7, 'foreign', 'left alone'],
    [66, 'foreign', 'left alone'],
    [67, 'foreign', 'put back'],
  );
  f(
    'a change every five minutes is always put right at once',
    [0, 'foreign', 'put back'],
    [300, 'foreign', 'put back'],
    [600, 'foreign', 'put back'],
    [900, 'foreign', 'put back'],
  );
  f(
    'ten quiet minutes forget everything, nine do not',
    [0, 'foreign', 'put back'],
    [1, 'foreign', 'put back'],
    [2, 'foreign', 'left alone'],
    [32, 'foreign', 'put back'],
    [572, 'stands', 'nothing'],
    [573, 'foreign', 'left alone'],
    [633, 'foreign', 'put back'],
    [1233, 'stands', 'nothing'],
    [1234, 'foreign', 'put back'],
    [1235, 'foreign', 'put back'],
    [1236, 'foreign', 'left alone'],
    [1266, 'foreign', 'put back'],
  );
  f(
    'the other program giving in ends the pause',
    [0, 'foreign', 'put back'],
    [1, 'foreign', 'put back'],
    [2, 'foreign', 'left alone'],
    [3, 'stands', 'nothing'],
    [4, 'foreign', 'left alone'],
    [63, 'foreign', 'left alone'],
    [64, 'foreign', 'put back'],
  );
});

describe('an enemy that answers every restore within a second', () => {
  const restores = (intervalMs: number, stepS: number, endS: number) => {
    const looks = Array.from({ length: endS / stepS }, (_, i) => [i * stepS, 'foreign'] as const);
    const done = play(looks, intervalMs);
    return looks.filter((_, i) => done[i] === 'put back').map(([at]) => at);
  };

  test('is met with pauses that double from a second to ten minutes, and never a longer one', () => {
    const at = restores(50, 1, 7200);
    const gaps = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    expect(gaps).toEqual([1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513, ...Array(10).fill(601)]);
  });

  test('an interval above ten minutes is never a war: each change is put right at the next look', () => {
    expect(restores(3_600_000, 3600, 36_000)).toHaveLength(10);
  });

  test('an interval of five minutes is kept to', () => {
    expect(restores(300_000, 300, 3000)).toHaveLength(10);
  });

  test('an interval of four minutes ends in ten minutes too', () => {
    const at = restores(240_000, 240, 36_000);
    expect(
      at
        .slice(-3)
        .map((time, i, all) => time - (all[i - 1] ?? time))
        .slice(1),
    ).toEqual([960, 960]);
  });
});
