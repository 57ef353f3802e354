// Stores over one PostgreSQL for tests, each with tables of its own unless told otherwise.

import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import type { Labels } from '../../../../src/model/labels.ts';
import type { Written } from '../../../../src/tsdb/queue/contract.ts';
import type { AppendResult } from '../../../../src/tsdb/storage/contract.ts';
import { openPostgresStore } from '../../../../src/tsdb/storage/postgres/open.ts';
import type { PostgresStoreOptions } from '../../../../src/tsdb/storage/postgres/options.ts';
import type { PostgresStore } from '../../../../src/tsdb/storage/postgres/store.ts';
import type { RunningPostgres } from '../../../helpers/postgres.ts';
import { startNode } from '../../../helpers/process.ts';

let schemas = 0;

export function newSchema(): string {
  schemas += 1;
  return `test_${schemas}`;
}

/** Schemas that are used one after the other: making one takes as long as most tests over it. */
export class Schemas {
  readonly #free: string[] = [];
  #client: pg.Client | undefined;

  async start({ url }: Pick<RunningPostgres, 'url'>): Promise<void> {
    this.#client = new pg.Client({ connectionString: url });
    await this.#client.connect();
  }

  /** One that is new or holds nothing but partitions. */
  take(): string {
    return this.#free.pop() ?? newSchema();
  }

  /** To be called when no store uses it any more. */
  async giveBack(schema: string): Promise<void> {
    const tables = ['series', 'samples', 'rollups', 'marks', 'rolled', 'commits'];
    const deletes = tables.map((table) => `DELETE FROM ${schema}.${table}`);
    await this.#client?.query([...deletes, `UPDATE ${schema}.state SET epoch = 1, freed = 1`].join(';'));
    this.#free.push(schema);
  }

  async stop(): Promise<void> {
    await this.#client?.end();
  }
}

export async function openStore(
  { urlFile }: Pick<RunningPostgres, 'urlFile'>,
  options: Partial<PostgresStoreOptions> = {},
): Promise<PostgresStore> {
  const store = await openPostgresStore({ schema: newSchema(), urlFile, ...options });
  onTestFinished(() => store.close());
  return store;
}

export function metric(i: number | string): Labels {
  return { __name__: 'm', i: String(i) };
}

export function counts(some: Partial<AppendResult>): AppendResult {
  return { appended: 0, duplicates: 0, conflicts: 0, outOfBounds: 0, leftOut: [], unknown: [], ...some };
}

/** Holds a lock on a table until it is ended. */
export async function lockTable(
  { url }: Pick<RunningPostgres, 'url'>,
  table: string,
  mode: 'SHARE' | 'ACCESS EXCLUSIVE',
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ${mode} MODE`);
  return client;
}

/** Two processes that start at once append the same 4000 rows, half of them with other values. @returns what became of all. */
export async function appendedByTwo(
  { urlFile }: Pick<RunningPostgres, 'urlFile'>,
  schema: string,
): Promise<Written> {
  const programs = ['1', '2'].map((offset) =>
    startNode('test/programs/postgres-writer.ts', [urlFile, schema, offset]),
  );
  const totals = await Promise.all(
    programs.map(async (program): Promise<Written> => {
      const { code } = await program.exit;
      expect([code, program.stderr.join('\n')]).toEqual([0, '']);
      return JSON.parse(program.stdout.join('\n'));
    }),
  );
  const sum = (of: keyof Written) => totals.reduce((all, total) => all + total[of], 0);
  return {
    appended: sum('appended'),
    duplicates: sum('duplicates'),
    conflicts: sum('conflicts'),
    outOfBounds: sum('outOfBounds'),
  };
}
