// For any sequence of answers, silences, restarts and clock steps. The check keeps a history of its own.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Guarded, names } from '../../helpers/guard.ts';

const WINDOW = 300_000;
const FLEET = 24;

type Step =
  | { readonly kind: 'answer'; readonly list: readonly string[]; readonly elapsed: number }
  | { readonly kind: 'restart' };

const elapsed = fc.oneof(
  { weight: 5, arbitrary: fc.constant(30_000) },
  { weight: 1, arbitrary: fc.integer({ min: -86_400_000, max: 86_400_000 }) },
);
// Mostly the fleet with some sensors missing, sometimes another fleet, anything, or nothing.
const list = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: FLEET }), fc.integer({ min: 0, max: 8 }))
      .map(([from, count]) => names(FLEET).filter((_, i) => i < from || i >= from + count)),
  },
  { weight: 1, arbitrary: fc.constant(names(FLEET, 0, 'new')) },
  { weight: 2, arbitrary: fc.subarray([...names(FLEET), ...names(4, 0, 'x')]) },
  { weight: 1, arbitrary: fc.constant([]) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('answer' as const), list, elapsed }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);
const shrink = fc.constantFrom('20%', '10%', '50%', '0%', '0', '2', '5');

/** How many of `base` may be lost, in the words of the README. */
function mayLose(lost: number, base: number, isAnyLeft: boolean, maxShrink: string): boolean {
  if (!maxShrink.endsWith('%')) return lost <= Number(maxShrink);
  return (lost <= 3 && isAnyLeft) || lost / base <= Number.parseFloat(maxShrink) / 100 + 1e-9;
}

function play(guarded: Guarded, next: Step): void {
  if (next.kind === 'restart') guarded.restart();
  else guarded.answer(next.list, next.elapsed);
}

/** Follows what was published when, and judges each removal by that alone. */
function checker(maxShrink: string) {
  const lastSeen = new Map<string, number>();
  return (before: readonly string[], answer: readonly string[], after: readonly string[], clock: number) => {
    for (const name of after) expect(answer.includes(name) || before.includes(name)).toBe(true);
    for (const name of before) lastSeen.set(name, clock);
    if (before.every((name) => after.includes(name))) return;
    const window = [...lastSeen].filter(([, at]) => clock - at < WINDOW).map(([name]) => name);
    const lost = window.filter((name) => !answer.includes(name));
    const isAnyLeft = before.some((name) => answer.includes(name));
    expect(mayLose(lost.length, window.length, isAnyLeft, maxShrink)).toBe(true);
  };
}

test('property: it never removes more than the limits allow, and invents nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), shrink, (steps, maxShrink) => {
      const guarded = new Guarded({
        MAX_SHRINK: maxShrink,
        SHRINK_WINDOW: '5m',
        SHRINK_CONFIRM_AFTER: '0',
      });
      const check = checker(maxShrink);
      for (const next of steps) {
        const before = guarded.file ?? [];
        play(guarded, next);
        const after = guarded.file ?? [];
        if (next.kind === 'restart') expect(after).toEqual(before);
        else check(before, next.list, after, guarded.state.clock);
      }
    }),
    { numRuns: 2000 },
  );
});

test('property: what no good answer names any more is not kept for ever', () => {
  const tail = fc.array(fc.subarray([...names(FLEET), ...names(4, 0, 'x')]), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), tail, shrink, (steps, answers, maxShrink) => {
      const guarded = new Guarded({ MAX_SHRINK: maxShrink, SHRINK_CONFIRM_AFTER: '5m' });
      for (const next of steps) play(guarded, next);
      const good = answers.filter((answer) => answer.length > 0);
      if (good.length === 0) return;
      // A sensor may have been named in the hold that runs; it goes with the next one.
      for (let at = 0; at <= 2 * 300_000 + 10 * 30_000; at += 30_000)
        guarded.answer(good[(at / 30_000) % good.length] ?? []).answer([]);
      const named = new Set(good.flat());
      expect((guarded.file ?? []).filter((name) => !named.has(name))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('property: with REMOVAL_GRACE nothing leaves the file sooner, and everything leaves it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const plain = new Guarded();
      const graced = new Guarded({ REMOVAL_GRACE: '2m' });
      for (const next of steps) {
        play(plain, next);
        play(graced, next);
      }
      const later = new Set(graced.file);
      expect((plain.file ?? []).filter((name) => !later.has(name))).toEqual([]);
      const last = plain.file ?? [];
      if (last.length === 0) return;
      for (let i = 0; i < 6; i += 1) graced.answer(last);
      expect(graced.state.graced).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('property: what the file has and a good answer names stays, and no file becomes empty', () => {
  const room = fc.constantFrom('24', '28', '100');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), shrink, room, (steps, maxShrink, maxTargets) => {
      const guarded = new Guarded({
        MAX_SHRINK: maxShrink,
        MAX_TARGETS: maxTargets,
        REMOVAL_GRACE: '1m',
        SHRINK_CONFIRM_AFTER: '2m',
      });
      for (const next of steps) {
        const before = guarded.file ?? [];
        play(guarded, next);
        const after = guarded.file ?? [];
        const named = next.kind === 'restart' ? before : next.list;
        expect(before.filter((name) => named.includes(name) && !after.includes(name))).toEqual([]);
        expect(after.length > 0 || before.length === 0).toBe(true);
        expect(after.length).toBeLessThanOrEqual(Math.max(before.length, Number(maxTargets)));
      }
    }),
    { numRuns: 1000 },
  );
});
