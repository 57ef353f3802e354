// Queries evaluated over a store, each within its budget and in its turn.

import { AppError } from '../../lib/errors.ts';
import type { Store } from '../storage/contract.ts';
import { createBudget } from './budget.ts';
import { type Expression, isScalar, type Selector, typeOf } from './expression.ts';
import { type Look, lookAtSteps, lookBack, lookOver } from './look.ts';
import { parseQuery } from './parse.ts';
import { createPlaces } from './query-places.ts';
import type { QueryResult, Series } from './result.ts';
import { evaluateScalar } from './scalar.ts';
import { type Steps, timesOf } from './stepped.ts';

export interface EngineOptions {
  readonly store: Store;
  /** How old a sample may be that still stands for now. */
  readonly lookbackMs: number;
  /** Of a query, its wait for a place included. */
  readonly timeoutMs: number;
  readonly maxSamples: number;
  readonly maxConcurrency: number;
}

/** What a single query may change. */
export interface QueryOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
  /** Undefined and 0: as the engine has it. */
  readonly lookbackMs?: number | undefined;
}

/** What reads for a query: its store, what it may cost, and how old a sample may be that still stands for now. */
export type Reading = Pick<Look, 'store' | 'budget' | 'lookbackMs'>;

/** All throw AppError `bad_data` (the query is faulty), `execution`, `timeout` or `canceled`. */
export interface Engine {
  /** `time`: Unix milliseconds. */
  instant(query: string, time: number, options: QueryOptions): Promise<QueryResult>;
  range(query: string, steps: Steps, options: QueryOptions): Promise<readonly Series[]>;
  /** Lets somebody else read as a query does: in its place, within its budget. */
  read<T>(options: QueryOptions, run: (reading: Reading) => Promise<T>): Promise<T>;
}

export function createEngine({ store, maxSamples, maxConcurrency, ...defaults }: EngineOptions): Engine {
  const places = createPlaces(maxConcurrency);

  async function inPlace<T>(options: QueryOptions, run: (reading: Reading) => Promise<T>): Promise<T> {
    const { signal, timeoutMs = defaults.timeoutMs } = options;
    const lookbackMs = options.lookbackMs || defaults.lookbackMs;
    const budget = createBudget({ timeoutMs: Math.min(timeoutMs, defaults.timeoutMs), maxSamples, signal });
    const leave = await places.enter(budget, signal);
    try {
      return await run({ store, budget, lookbackMs });
    } finally {
      leave();
    }
  }

  return {
    async instant(query, time, options) {
      const expression = parseQuery(query);
      return inPlace(options, (reading) => evaluateAt(expression, time, reading));
    },
    async range(query, steps, options) {
      const expression = parseQuery(query);
      return inPlace(options, (reading) => evaluateSteps(expression, steps, reading));
    },
    read: inPlace,
  };
}

async function evaluateAt(expression: Expression, time: number, reading: Reading): Promise<QueryResult> {
  if (isScalar(expression)) return { type: 'scalar', time, value: evaluateScalar(expression) };
  if (expression.kind === 'string') return { type: 'string', time, value: expression.value };
  const { selector } = expression;
  const look = { ...reading, selector };
  const lookTime = resolveTime(selector, time, time) ?? time - selector.offsetMs;
  if (expression.kind === 'matrix')
    return { type: 'matrix', series: await lookOver(look, lookTime, expression.rangeMs) };
  return { type: 'vector', time, samples: await lookBack(look, lookTime) };
}

async function evaluateSteps(
  expression: Expression,
  steps: Steps,
  reading: Reading,
): Promise<readonly Series[]> {
  if (isScalar(expression)) {
    const values = new Float64Array(steps.count).fill(evaluateScalar(expression));
    return [{ labels: {}, times: timesOf(steps), values }];
  }
  if (expression.kind !== 'vector')
    throw new AppError(
      'bad_data',
      `invalid expression type "${typeOf(expression)}" for range query, must be Scalar or instant Vector`,
    );
  const { selector } = expression;
  const look = { ...reading, selector };
  const fixed = resolveTime(selector, steps.start, steps.end);
  return fixed === undefined ? lookAtSteps(look, steps) : repeatVector(look, fixed, steps);
}

// The one time that `@` names, moved by the offset.
function resolveTime({ at, offsetMs }: Selector, start: number, end: number): number | undefined {
  if (at === undefined) return undefined;
  return (at === 'start' ? start : at === 'end' ? end : at) - offsetMs;
}

async function repeatVector(look: Look, time: number, steps: Steps): Promise<readonly Series[]> {
  const times = timesOf(steps);
  const found: Series[] = [];
  for (const { labels, value } of await lookBack(look, time)) {
    look.budget.take(steps.count);
    found.push({ labels, times, values: new Float64Array(steps.count).fill(value) });
    await look.budget.breathe();
  }
  return found;
}
