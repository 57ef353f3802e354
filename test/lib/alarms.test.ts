import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Alarms, createAlarms } from '../../src/lib/alarms.ts';

let alarms: Alarms;
beforeEach(() => {
  vi.useFakeTimers();
  alarms = createAlarms();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('alarms', () => {
  test('ring in the order of their times, each once', () => {
    const rung: number[] = [];
    for (const delay of [30, 10, 20, 10]) alarms.after(delay, () => rung.push(delay));
    vi.advanceTimersByTime(25);
    expect(rung).toEqual([10, 10, 20]);
    vi.advanceTimersByTime(1000);
    expect(rung).toEqual([10, 10, 20, 30]);
    expect(alarms.size).toBe(0);
  });

  test('ten thousand of them are one timer', () => {
    for (let i = 0; i < 10_000; i += 1) alarms.after(1000 + (i % 97), () => {});
    expect(vi.getTimerCount()).toBe(1);
  });

  test('one that was cancelled does not ring, also when it is cancelled twice', () => {
    const rung: string[] = [];
    const first = alarms.after(10, () => rung.push('first'));
    alarms.after(20, () => rung.push('second'));
    first.cancel();
    first.cancel();
    vi.advanceTimersByTime(100);
    expect(rung).toEqual(['second']);
  });

  test('one that throws does not keep the others from ringing', () => {
    const rung: string[] = [];
    alarms.after(10, () => {
      throw new Error('planned');
    });
    alarms.after(10, () => rung.push('second'));
    expect(() => vi.advanceTimersByTime(10)).toThrow('planned');
    vi.advanceTimersByTime(10);
    expect(rung).toEqual(['second']);
  });

  test('after the stop nothing rings and nothing is set', () => {
    const rung: string[] = [];
    const alarm = alarms.after(10, () => rung.push('before'));
    alarms.stop();
    alarms.after(10, () => rung.push('after'));
    alarm.cancel();
    vi.advanceTimersByTime(100);
    expect(rung).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a delay that no timer of the system takes is kept', () => {
    let rung = 0;
    alarms.after(2 ** 32, () => {
      rung += 1;
    });
    vi.advanceTimersByTime(2 ** 32 - 1);
    expect(rung).toBe(0);
    vi.advanceTimersByTime(2);
    expect(rung).toBe(1);
  });

  test('any mix of setting and cancelling rings exactly what is left, in time', () => {
    const action = fc.record({ delay: fc.integer({ min: 0, max: 500 }), cancels: fc.option(fc.nat(40)) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const all = createAlarms();
        const rung: number[] = [];
        const set = actions.map(({ delay }, i) => all.after(delay, () => rung.push(i)));
        const cancelled = new Set(actions.flatMap(({ cancels }) => (cancels === null ? [] : [cancels])));
        for (const i of cancelled) set[i]?.cancel();
        vi.advanceTimersByTime(1000);
        const expected = actions.flatMap((_, i) => (cancelled.has(i) ? [] : [i]));
        expect([...rung].sort((a, b) => a - b)).toEqual(expected);
        expect(rung.map((i) => actions[i]?.delay)).toEqual(
          expected.map((i) => actions[i]?.delay).sort((a = 0, b = 0) => a - b),
        );
      }),
    );
  });
});
