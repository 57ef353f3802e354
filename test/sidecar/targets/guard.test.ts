import { describe, expect, test } from 'vitest';
import { Guarded, names } from '../../helpers/guard.ts';

const HOUR = 3_600_000;
const sorted = (list: readonly string[]) => list.toSorted();

describe('worked sequences:', () => {
  test('100 → [] → 100', () => {
    const guarded = new Guarded().answer(names(100)).answer([]);
    expect(guarded).toMatchObject({ size: 100, held: 'empty whole' });
    expect(guarded.answer(names(100))).toMatchObject({ size: 100, held: undefined });
  });

  test('100 → 80 passes in one step or in two, 79 is held', () => {
    expect(new Guarded().answer(names(100)).answer(names(80))).toMatchObject({ size: 80, held: undefined });
    const twice = new Guarded().answer(names(100)).answer(names(90)).answer(names(80));
    expect(twice).toMatchObject({ size: 80, held: undefined });
    expect(twice.answer(names(79))).toMatchObject({ size: 80, held: 'shrink' });
    expect(new Guarded().answer(names(100)).answer(names(79))).toMatchObject({ size: 100, held: 'shrink' });
  });

  test('100 → 85 → 70 → 55: what went before counts', () => {
    const guarded = new Guarded().answer(names(100)).answer(names(85));
    expect(guarded).toMatchObject({ size: 85, held: undefined });
    expect(guarded.answer(names(70))).toMatchObject({ size: 85, held: 'shrink' });
    expect(guarded.answer(names(55))).toMatchObject({ size: 85, held: 'shrink' });
    expect(guarded.state.hold?.targets).toBe(30);
  });

  test('100 → 50 for two hours: held for one, then believed', () => {
    const guarded = new Guarded().answer(names(100)).answerFor(names(50), HOUR);
    expect(guarded).toMatchObject({ size: 100, held: 'shrink' });
    expect(guarded.answer(names(50))).toMatchObject({
      size: 50,
      held: undefined,
      state: { isAccepted: true },
    });
    expect(guarded.answerFor(names(50), HOUR)).toMatchObject({ size: 50, held: undefined });
  });

  test('all renamed: the whole answer is held, then believed', () => {
    const renamed = names(100, 0, 'new');
    const guarded = new Guarded().answer(names(100)).answer(renamed);
    expect(guarded).toMatchObject({ size: 100, held: 'shrink whole' });
    expect(guarded.file).toEqual(sorted(names(100)));
    guarded.answerFor(renamed, HOUR);
    expect(guarded).toMatchObject({ held: undefined });
    expect(guarded.file).toEqual(sorted(renamed));
  });

  test('100 → 97, 5 → 2: a few of any list may go', () => {
    expect(new Guarded().answer(names(100)).answer(names(97))).toMatchObject({ size: 97, held: undefined });
    expect(new Guarded().answer(names(5)).answer(names(2))).toMatchObject({ size: 2, held: undefined });
  });

  test('2 → 0, and a first start with []', () => {
    expect(new Guarded().answer(names(2)).answer([])).toMatchObject({ size: 2, held: 'empty whole' });
    expect(new Guarded().answer([])).toMatchObject({ file: undefined, held: 'empty whole' });
  });

  test('restart during a hold: it goes on where it was', () => {
    const guarded = new Guarded()
      .answer(names(100))
      .answerFor(names(50), HOUR / 2)
      .restart();
    expect(guarded).toMatchObject({ size: 100, held: 'shrink' });
    guarded.answerFor(names(50), HOUR / 2);
    expect(guarded).toMatchObject({ size: 100, held: 'shrink' });
    expect(guarded.answer(names(50))).toMatchObject({ size: 50, held: undefined });
  });

  test('additions during a hold are published, and do not make its loss look smaller', () => {
    const guarded = new Guarded().answer(names(100)).answer(names(120, 21));
    expect(guarded).toMatchObject({ size: 120, held: 'shrink' });
    expect(guarded.answer(names(120, 21))).toMatchObject({ size: 120, held: 'shrink' });
    // One more is above 20 % of 100.
    expect(guarded.answer(names(121, 21))).toMatchObject({ size: 120, held: 'shrink whole' });
  });

  test('answers that vary while held: only what none of them named goes', () => {
    const guarded = new Guarded().answer(names(100));
    for (let at = 0; at <= HOUR; at += 60_000)
      guarded.answer(names(50)).answer([...names(30), ...names(70, 60)]);
    expect(guarded.file).toEqual(sorted([...names(50), ...names(70, 60)]));
    expect(guarded).toMatchObject({ held: 'shrink' });
  });

  test('a flapping rack of 21 of 100 is never lost, one of 15 comes and goes', () => {
    const big = new Guarded();
    const small = new Guarded();
    for (let i = 0; i < 200; i += 1) {
      expect(big.answer(names(100)).answer(names(79)).size).toBe(100);
      expect(small.answer(names(100)).answer(names(85)).size).toBe(85);
    }
  });

  test('thirty sensors that lose three a poll are held at the third', () => {
    const guarded = new Guarded().answer(names(30)).answer(names(27));
    expect(guarded).toMatchObject({ size: 27, held: undefined });
    expect(guarded.answer(names(24))).toMatchObject({ size: 24, held: undefined });
    expect(guarded.answer(names(21))).toMatchObject({ size: 24, held: 'shrink' });
  });
});

describe('identity:', () => {
  test('another METRICS_PORT loses nothing after a restart, nor while it runs', () => {
    const guarded = new Guarded().answer(names(100)).restart();
    guarded.port = 9200;
    expect(guarded.answer(names(100))).toMatchObject({ held: undefined, size: 100 });
    expect(guarded.file?.[0]).toBe('s0:9200');
  });

  test('an entry without a port stands for one published target of its host', () => {
    const ports = names(40).map((_, i) => `a:${1000 + i}`);
    const guarded = new Guarded().answer(ports).restart().answer(['a']);
    expect(guarded).toMatchObject({ held: 'shrink', state: { hold: { targets: 39 } } });
  });

  test('of two published targets of its host it stands for the one that has not gone', () => {
    const guarded = new Guarded({ REMOVAL_GRACE: '5m' })
      .answer(['b', 'a', 'a:9300'])
      .answer(['b', 'a'])
      .restart();
    guarded.port = 9200;
    expect(guarded.answer(['b', 'a']).file).toEqual(['a:9200', 'a:9300', 'b:9200']);
  });

  test('two sensors of one host: what went of them counts after a restart, too', () => {
    const both = [...names(100), ...names(100).map((name) => `${name}:9200`)];
    const guarded = new Guarded().answer(both).answer(both.slice(40)).restart();
    expect(guarded).toMatchObject({ size: 160, held: undefined });
    expect(guarded.answer(both.slice(41))).toMatchObject({ size: 160, held: 'shrink' });
  });

  test('another port is another sensor', () => {
    const guarded = new Guarded().answer(names(10).map((name) => `${name}:1`));
    expect(guarded.answer(names(10).map((name) => `${name}:2`))).toMatchObject({ held: 'shrink whole' });
  });
});

describe('the limit:', () => {
  test('100% churn at equal count is a loss of 100%', () => {
    const guarded = new Guarded().answer(names(4)).answer(names(4, 0, 'new'));
    expect(guarded).toMatchObject({ held: 'shrink whole', size: 4 });
  });

  test('MAX_SHRINK=100% is off, but for an empty list', () => {
    const guarded = new Guarded({ MAX_SHRINK: '100%' }).answer(names(100)).answer(['x']);
    expect(guarded).toMatchObject({ held: undefined, file: ['x'] });
    expect(guarded.answer([])).toMatchObject({ held: 'empty whole', file: ['x'] });
    // A fleet that is replaced at every poll would fill the state with what went.
    expect(guarded.state.gone.size).toBe(0);
  });

  test('MAX_SHRINK as a number counts every sensor', () => {
    const guarded = new Guarded({ MAX_SHRINK: '0' }).answer(names(100)).answer(names(99));
    expect(guarded).toMatchObject({ held: 'shrink', size: 100 });
    expect(new Guarded({ MAX_SHRINK: '50' }).answer(names(100)).answer(names(50)).size).toBe(50);
    expect(new Guarded({ MAX_SHRINK: '50' }).answer(names(100)).answer(names(49)).size).toBe(100);
  });

  test('three may go, unless nothing of what stood would be left', () => {
    expect(new Guarded().answer(names(3)).answer(['x'])).toMatchObject({ held: 'shrink', size: 4 });
    expect(new Guarded().answer(names(4)).answer(['s3'])).toMatchObject({ held: undefined, size: 1 });
  });

  test('an answer that adds back what was lost, or repeats what stands, is never held', () => {
    const guarded = new Guarded().answer(names(100)).answer(names(80));
    guarded.limits = { ...guarded.limits, maxShrink: { percent: 1 } };
    expect(guarded.answer(names(80))).toMatchObject({ held: undefined, size: 80 });
    expect(guarded.answer(names(90))).toMatchObject({ held: undefined, size: 90 });
  });

  test('what went longer ago than the window no longer counts', () => {
    const guarded = new Guarded().answer(names(100)).answer(names(80)).answerFor(names(80), HOUR);
    expect(guarded.answer(names(64))).toMatchObject({ held: undefined, size: 64 });
  });

  test('ALLOW_EMPTY lets an empty list pass, whatever MAX_SHRINK says', () => {
    const guarded = new Guarded({ ALLOW_EMPTY: 'true', MAX_SHRINK: '0' });
    expect(guarded.answer([])).toMatchObject({ file: [], held: undefined });
    expect(guarded.answer(names(5)).answer([])).toMatchObject({ file: [], held: undefined });
    expect(guarded.answer(names(2))).toMatchObject({ size: 2, held: undefined });
  });
});

describe('MAX_TARGETS:', () => {
  const settings = { MAX_TARGETS: '100' };

  test('a list above it is held whole, also the first, also by no hand and no time', () => {
    const guarded = new Guarded(settings).answer(names(101));
    expect(guarded).toMatchObject({ file: undefined, held: 'growth whole' });
    guarded.answer(names(90)).answerFor(names(101), 2 * HOUR);
    expect(guarded).toMatchObject({ size: 90, held: 'growth whole' });
    expect(guarded.answer(names(95))).toMatchObject({ size: 95, held: undefined });
  });

  test('held targets that fill it up let the additions wait', () => {
    const guarded = new Guarded(settings).answer(names(95)).answer(names(105, 50));
    expect(guarded).toMatchObject({ size: 95, held: 'shrink', state: { waiting: 10 } });
    expect(guarded.answer(names(99))).toMatchObject({ size: 99, held: undefined, state: { waiting: 0 } });
  });

  test('graced targets too', () => {
    const guarded = new Guarded({ ...settings, REMOVAL_GRACE: '10m' })
      .answer(names(95))
      .answer(names(105, 10));
    expect(guarded).toMatchObject({ size: 95, held: undefined, state: { waiting: 10 } });
    guarded.answerFor(names(105, 10), 600_000);
    expect(guarded).toMatchObject({ size: 95, state: { waiting: 0 } });
    expect(guarded.file).toEqual(sorted(names(105, 10)));
  });

  test('a graced sensor that returns does not wait: it is in the file', () => {
    const guarded = new Guarded({ MAX_TARGETS: '100', MAX_SHRINK: '50%', REMOVAL_GRACE: '1m' })
      .answer(names(100))
      .answer(names(60));
    expect(guarded.restart().answer([...names(61), ...names(30, 0, 'new')])).toMatchObject({
      size: 100,
      state: { waiting: 30, listed: { length: 61 }, graced: { length: 39 } },
    });
    // Not even in the moment its grace ends.
    const other = new Guarded({ MAX_TARGETS: '100', MAX_SHRINK: '50%', REMOVAL_GRACE: '1m' })
      .answer(names(100))
      .answer(names(99))
      .answer(names(60));
    expect(other.answer([...names(60), 's99', ...names(39, 0, 'new')]).file).toContain('s99');
  });

  test('a sensor that returns but must wait is still gone', () => {
    const guarded = new Guarded({ ...settings, REMOVAL_GRACE: '1h' }).answer(names(100)).answer(names(80));
    guarded.limits = { ...guarded.limits, graceMs: 0, maxTargets: 85 };
    guarded.state = { ...guarded.state, graced: guarded.state.graced.slice(0, 5) };
    expect(guarded.answer([...names(80), ...names(99, 95)])).toMatchObject({ state: { waiting: 4 } });
    expect(guarded.answer(names(79))).toMatchObject({ held: 'shrink' });
  });

  test('an empty list that only waiting left is none that was let through', () => {
    const guarded = new Guarded({ ...settings, MAX_SHRINK: '100%', REMOVAL_GRACE: '2m' })
      .answer(names(95))
      .answer(names(95, 0, 'new'));
    expect(guarded).toMatchObject({ size: 95, held: undefined, state: { waiting: 95 } });
    expect(guarded.restart().answerFor([], HOUR)).toMatchObject({ size: 95, held: 'empty whole' });
    guarded.answerFor(names(95, 0, 'new'), 180_000);
    expect(guarded.file).toEqual(sorted(names(95, 0, 'new')));
  });

  test('an empty list that was let through stands, also while more is graced than there is room for', () => {
    const guarded = new Guarded({ ...settings, REMOVAL_GRACE: '1h' }).answer(names(95));
    guarded.limits = { ...guarded.limits, maxTargets: 90 };
    expect(guarded.accept([]).answer([])).toMatchObject({ size: 95, held: undefined });
  });
});

describe('a hold:', () => {
  test('an empty answer and one above MAX_TARGETS neither count nor reset', () => {
    const guarded = new Guarded({ MAX_TARGETS: '100' }).answer(names(100)).answer(names(50));
    for (let i = 0; i < 200; i += 1) guarded.answer([]).answer(names(101));
    expect(guarded).toMatchObject({ size: 100, state: { clock: 60_000, hold: { answers: 1 } } });
    guarded.answerFor(names(50), HOUR);
    expect(guarded).toMatchObject({ size: 50, held: undefined });
  });

  test('a hold that began with an empty list is believed only for what good answers said', () => {
    const guarded = new Guarded()
      .answer(names(100))
      .answer([])
      .answerFor(names(50), HOUR - 30_000);
    expect(guarded).toMatchObject({ size: 100, held: 'shrink' });
    expect(guarded.answer(names(50))).toMatchObject({ size: 50 });
  });

  test('an empty list is never accepted by waiting', () => {
    const guarded = new Guarded().answer(names(100)).answerFor([], 100 * HOUR);
    expect(guarded).toMatchObject({ size: 100, held: 'empty whole' });
  });

  test('SHRINK_CONFIRM_AFTER=0 waits for a person', () => {
    const guarded = new Guarded({ SHRINK_CONFIRM_AFTER: '0' })
      .answer(names(100))
      .answerFor(names(50), 9 * HOUR);
    expect(guarded).toMatchObject({ size: 100, held: 'shrink' });
    expect(guarded.accept(names(50))).toMatchObject({ size: 50, held: undefined });
  });

  test('a long silence counts for two intervals, a clock that runs backwards for nothing', () => {
    const guarded = new Guarded().answer(names(100)).answer(names(50));
    guarded.answer(names(50), 100 * HOUR).answer(names(50), -HOUR);
    expect(guarded).toMatchObject({ size: 100, state: { clock: 120_000 } });
  });

  test('it takes at least three good answers', () => {
    const guarded = new Guarded({ SHRINK_CONFIRM_AFTER: '1s' }).answer(names(100)).answer(names(50));
    expect(guarded.answer(names(50))).toMatchObject({ size: 100 });
    expect(guarded.answer(names(50))).toMatchObject({ size: 50 });
  });

  test('what was accepted by hand leaves the window', () => {
    const guarded = new Guarded().answer(names(100)).answer(names(50)).accept(names(50));
    expect(guarded.answer(names(40))).toMatchObject({ size: 40, held: undefined });
  });

  test('an empty list can be accepted by hand, and then stands', () => {
    const guarded = new Guarded().answer(names(100)).answer([]).accept([]);
    expect(guarded).toMatchObject({ file: [], held: undefined });
    expect(guarded.answer([])).toMatchObject({ file: [], held: undefined });
    expect(guarded.restart().answer([])).toMatchObject({ file: [], held: undefined });
    expect(guarded.answer(names(1))).toMatchObject({ size: 1, held: undefined });
  });

  test('its digest is the same before and after a restart, and another when more would go', () => {
    const guarded = new Guarded().answer(names(100)).answer(names(50));
    const digest = guarded.state.hold?.digest;
    expect(digest).toMatch(/^[0-9a-f]{12}$/);
    expect(guarded.restart().answer(names(50)).state.hold?.digest).toBe(digest);
    expect(guarded.answer(names(49)).state.hold?.digest).not.toBe(digest);
  });

  test('what some answer still named stays, judged anew', () => {
    const guarded = new Guarded()
      .answer(names(100))
      .answerFor(names(50), HOUR - 60_000)
      .answer(names(60));
    expect(guarded.answer(names(50)).answer(names(50))).toMatchObject({ size: 50, held: undefined });
  });
});

describe('grace:', () => {
  const graced = () => new Guarded({ REMOVAL_GRACE: '5m' }).answer(names(100)).answer(names(90));

  test('a removal stays in the file for REMOVAL_GRACE', () => {
    const guarded = graced();
    expect(guarded).toMatchObject({ size: 100, held: undefined });
    expect(guarded.answerFor(names(90), 270_000).size).toBe(100);
    expect(guarded.answer(names(90)).size).toBe(90);
  });

  test('for the guard it is gone from the moment it was judged', () => {
    expect(graced().answer(names(80))).toMatchObject({ size: 100, held: undefined });
    expect(graced().answer(names(79))).toMatchObject({ held: 'shrink' });
  });

  test('a sensor that returns ends its grace', () => {
    const guarded = graced().answer(names(100));
    expect(guarded).toMatchObject({ size: 100, state: { graced: [] } });
  });

  test('it survives a restart', () => {
    const guarded = graced().restart();
    expect(guarded).toMatchObject({ size: 100 });
    expect(guarded.answerFor(names(90), 300_000).size).toBe(90);
  });

  test('what was accepted stays for it too', () => {
    const guarded = new Guarded({ REMOVAL_GRACE: '5m' }).answer(names(100)).answer([]).accept([]);
    expect(guarded.size).toBe(100);
    expect(guarded.answerFor(names(1), 300_000).size).toBe(1);
  });
});
