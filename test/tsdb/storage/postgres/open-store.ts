// Stores over one PostgreSQL for tests, each with tables of its own unless told otherwise.

import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { Labels } from '../../../../src/model/labels.ts';
import type { AppendResult } from '../../../../src/tsdb/storage/contract.ts';
import type { PostgresStoreOptions } from '../../../../src/tsdb/storage/postgres/options.ts';
import { openPostgresStore, type PostgresStore } from '../../../../src/tsdb/storage/postgres/store.ts';
import type { RunningPostgres } from '../../../helpers/postgres.ts';

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
