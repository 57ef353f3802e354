import { setImmediate as nextTurnOfLoop } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createBudget, passingBudget } from '../../../src/tsdb/promql/budget.ts';

interface Clock {
  now: number;
}

function budgetOf(clock: Clock, changed: Partial<Parameters<typeof createBudget>[0]> = {}) {
  const { signal } = new AbortController();
  return createBudget({ timeoutMs: 1000, maxSamples: 10, signal, now: () => clock.now, ...changed });
}

describe('a budget', () => {
  test('allows as many samples as it says, in whatever portions, and not one more', () => {
    const budget = budgetOf({ now: 0 });
    budget.take(4);
    budget.take(6);
    budget.take(0);
    expect(() => budget.take(1)).toThrow(
      expect.objectContaining({
        reason: 'execution',
        message: expect.stringContaining('too many samples into memory in query execution: more than 10'),
      }),
    );
  });

  test('ends at its deadline', () => {
    const clock = { now: 5000 };
    const budget = budgetOf(clock);
    clock.now = 5999.9;
    expect(() => budget.breathe()).not.toThrow();
    clock.now = 6000;
    expect(() => budget.breathe()).toThrow(expect.objectContaining({ reason: 'timeout' }));
  });

  test.each([0, -5])('of %i milliseconds allows nothing', (timeoutMs) => {
    expect(() => budgetOf({ now: 1 }, { timeoutMs }).breathe()).toThrow(
      expect.objectContaining({ reason: 'timeout' }),
    );
  });

  test('ends when the reader has gone', () => {
    const gone = new AbortController();
    const budget = budgetOf({ now: 0 }, { signal: gone.signal });
    expect(budget.breathe()).toBeUndefined();
    gone.abort();
    expect(() => budget.breathe()).toThrow(expect.objectContaining({ reason: 'canceled' }));
  });

  test('waits for a turn when 5 ms are over, and then has 5 ms again', async () => {
    const clock = { now: 0 };
    const budget = budgetOf(clock);
    const breaths: [at: number, waits: boolean][] = [];
    for (const at of [0, 4.9, 5, 5.1, 9.9, 10, 30, 34.9, 35]) {
      clock.now = at;
      const turn = budget.breathe();
      breaths.push([at, turn !== undefined]);
      await turn;
    }
    expect(breaths.filter(([, waits]) => waits).map(([at]) => at)).toEqual([5, 10, 30, 35]);
  });

  test('passes samples that are not kept', () => {
    const clock = { now: 0 };
    const budget = passingBudget(budgetOf(clock));
    budget.take(1e9);
    clock.now = 1000;
    expect(() => budget.breathe()).toThrow(expect.objectContaining({ reason: 'timeout' }));
  });
});

describe('many queries', () => {
  test('go on one in each turn of the event loop, in their order', async () => {
    const clock = { now: 0 };
    const log: string[] = [];
    let isOver = false;
    const loop = (async () => {
      while (!isOver) {
        await nextTurnOfLoop();
        log.push('turn');
      }
    })();
    const query = async (name: string) => {
      const budget = budgetOf({ now: 0 }, { now: () => clock.now, timeoutMs: 1e9 });
      for (let i = 0; i < 4; i++) {
        clock.now += 5;
        await budget.breathe();
        log.push(name);
      }
    };
    await Promise.all(['a', 'b', 'c'].map(query));
    isOver = true;
    await loop;
    expect(log.filter((entry) => entry !== 'turn').join('')).toBe('abcabcabcabc');
    expect(log.join(' ')).not.toMatch(/[abc] [abc]/);
  });
});
