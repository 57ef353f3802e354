import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBudget } from '../../../src/tsdb/promql/budget.ts';
import { createPlaces, type Places } from '../../../src/tsdb/promql/query-places.ts';

interface Query {
  readonly gone: AbortController;
  readonly entered: Promise<() => void>;
  /** What became of it so far. */
  state: 'waits' | 'runs' | 'timeout' | 'canceled';
}

function startQuery(places: Places, timeoutMs = 1, now = () => 0): Query {
  const gone = new AbortController();
  const budget = createBudget({ timeoutMs, maxSamples: 0, signal: gone.signal, now });
  const query: Query = { gone, entered: places.enter(budget, gone.signal), state: 'waits' };
  query.entered.then(
    () => {
      query.state = 'runs';
    },
    ({ reason }) => {
      query.state = reason;
    },
  );
  return query;
}

const states = (queries: readonly Query[]) => queries.map(({ state }) => state).join(' ');

const isRunning = ({ state }: Query) => state === 'runs';

/** Those that wait or run when it is done, in the order in which they came. */
async function afterAct(places: Places, queries: readonly Query[], act: string, which: number) {
  const query = queries[which % Math.max(1, queries.length)];
  if (act === 'start') {
    const started = startQuery(places);
    await turn();
    return [...queries, started];
  }
  if (query !== undefined && isRunning(query)) await leave(query);
  else if (act === 'abort') query?.gone.abort();
  await turn();
  const isDone = query !== undefined && (isRunning(query) || query.state === 'canceled');
  return queries.filter((other) => other !== query || !isDone);
}

async function leave({ entered }: Query): Promise<void> {
  (await entered)();
  await turn();
}

describe('places', () => {
  test('are given in the order in which they were asked for', async () => {
    const places = createPlaces(2);
    const queries = Array.from({ length: 5 }, () => startQuery(places)) as [
      Query,
      Query,
      Query,
      Query,
      Query,
    ];
    await turn();
    expect(states(queries)).toBe('runs runs waits waits waits');
    await leave(queries[1]);
    expect(states(queries)).toBe('runs runs runs waits waits');
    await leave(queries[0]);
    await leave(queries[2]);
    expect(states(queries)).toBe('runs runs runs runs runs');
    await leave(queries[3]);
    await leave(queries[4]);
    const [next] = [startQuery(places)];
    await turn();
    expect(next.state).toBe('runs');
  });

  test('that become free go to who waits, not to who comes just then', async () => {
    const places = createPlaces(1);
    const first = startQuery(places);
    await turn();
    const second = startQuery(places);
    await turn();
    (await first.entered)();
    const third = startQuery(places);
    await turn();
    expect(states([second, third])).toBe('runs waits');
  });

  test('are not given to who has gone', async () => {
    const places = createPlaces(1);
    const [first, second, third] = [startQuery(places), startQuery(places), startQuery(places)];
    await turn();
    second.gone.abort();
    await turn();
    expect(states([first, second, third])).toBe('runs canceled waits');
    await leave(first);
    expect(third.state).toBe('runs');
  });

  test('are not lost when a query goes at the moment at which it gets one', async () => {
    const places = createPlaces(1);
    const [first, second, third] = [startQuery(places), startQuery(places), startQuery(places)];
    await turn();
    (await first.entered)();
    second.gone.abort();
    await leave(second);
    expect(third.state).toBe('runs');
  });

  test('are never more than there are, and none is lost, whatever happens', async () => {
    const step = fc.record({ act: fc.constantFrom('start', 'leave', 'abort'), which: fc.nat(9) });
    const run = async (count: number, acts: { act: string; which: number }[]) => {
      const places = createPlaces(count);
      let queries: Query[] = [];
      for (const { act, which } of acts) {
        queries = await afterAct(places, queries, act, which);
        expect(queries.filter(isRunning)).toHaveLength(Math.min(count, queries.length));
        expect(queries).toEqual(queries.toSorted((a, b) => Number(isRunning(b)) - Number(isRunning(a))));
      }
      for (const { gone } of queries) gone.abort();
    };
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 40 }), run));
  });
});

describe('who waits', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('does not wait longer than its time', async () => {
    const places = createPlaces(1);
    const first = startQuery(places);
    await turn();
    const second = startQuery(places, 1000, () => performance.now());
    await turn();
    vi.advanceTimersByTime(999);
    await turn();
    expect(second.state).toBe('waits');
    vi.advanceTimersByTime(101);
    await turn();
    expect(states([first, second])).toBe('runs timeout');
    await leave(first);
    const third = startQuery(places);
    await turn();
    expect(third.state).toBe('runs');
    expect(vi.getTimerCount()).toBe(0);
  });
});
