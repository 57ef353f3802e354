// Statements that read, each ended when the budget of its query is over.

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Budget } from '../contract.ts';
import type { Client, Connections } from './connections.ts';
import { unavailable } from './failures.ts';
import type { Names } from './tables.ts';

const LOOK_MS = 200;
const LOOK: Budget = { take: () => {}, breathe: () => undefined };

export interface Statement {
  readonly query: string;
  readonly values: readonly unknown[];
}

export class Reader {
  readonly names: Names;
  /** The most series that one read may select. */
  readonly maxSelected: number;
  /** What is older has expired. Unix milliseconds. */
  readonly oldestKept: () => number;
  readonly #connections: Connections;

  constructor(connections: Connections, names: Names, maxSelected: number, oldestKept: () => number) {
    this.#connections = connections;
    this.names = names;
    this.maxSelected = maxSelected;
    this.oldestKept = oldestKept;
  }

  /** @throws AppError `unavailable`, `timeout`, and what the budget throws. */
  async use<T>(work: (client: Client) => Promise<T>, budget: Budget = LOOK): Promise<T> {
    const ended = new AbortController();
    const over = new AbortController();
    void watch(budget, ended.signal, over);
    try {
      return await this.#connections.use('read', work, over.signal);
    } catch (error) {
      throw unavailable(error);
    } finally {
      ended.abort();
    }
  }

  /** All rows of a statement that gives few. */
  rows<Row extends pg.QueryResultRow>({ query, values }: Statement, budget?: Budget): Promise<Row[]> {
    return this.use(async (client) => (await client.query<Row>(query, [...values])).rows, budget);
  }

  /** Piece by piece, `most` rows at once, in a transaction of its own; `take` must be done in about a millisecond. */
  each<Row extends pg.QueryResultRow>(
    { query, values }: Statement,
    most: number,
    budget: Budget,
    take: (rows: Row[]) => void,
  ): Promise<void> {
    return this.use(async (client) => {
      await client.query('BEGIN READ ONLY');
      await client.query(`DECLARE found NO SCROLL CURSOR FOR ${query}`, [...values]);
      for (;;) {
        const { rows } = await client.query<Row>(`FETCH ${most} FROM found`);
        take(rows);
        if (rows.length < most) break;
        await budget.breathe();
      }
      await client.query('COMMIT');
    }, budget);
  }
}

// While the server works nobody else asks the budget.
async function watch(budget: Budget, ended: AbortSignal, over: AbortController): Promise<void> {
  try {
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal: ended, ref: false });
      await budget.breathe();
    }
  } catch (error) {
    if (!ended.aborted) over.abort(error);
  }
}
