// The tables of the store, made and changed step by step; two processes that start at once wait for each other.

import { AppError } from '../../../lib/errors.ts';
import type { Client } from './connections.ts';

/** Names of the tables in a schema, quoted, and of the locks that all processes on it share. */
export interface Names {
  readonly schema: string;
  readonly series: string;
  readonly samples: string;
  readonly rollups: string;
  readonly state: string;
  readonly marks: string;
  readonly rolled: string;
  readonly ranges: string;
  readonly commits: string;
  readonly migrations: string;
  /** An argument of `pg_advisory_…lock`. */
  lock(of: 'gate' | 'migrations' | 'making' | 'ranges' | 'upkeep'): string;
}

export function namesIn(schema: string): Names {
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema))
    throw new Error(`${JSON.stringify(schema)} is no name of a schema`);
  const table = (name: string) => `"${schema}".${name}`;
  return {
    schema,
    series: table('series'),
    samples: table('samples'),
    rollups: table('rollups'),
    state: table('state'),
    marks: table('marks'),
    rolled: table('rolled'),
    ranges: table('ranges'),
    commits: table('commits'),
    migrations: table('migrations'),
    lock: (of) => `hashtextextended('mini-tsdb ${schema} ${of}', 0)`,
  };
}

/** How samples are divided by time. */
export type Division = 'partitions' | 'hypertable';

/**
 * series: one row a label set. samples: a stale marker is the flag, its value 0. rollups: what an hour of a series holds.
 * state: `epoch` rises before hours are rolled up, `freed` whenever series were removed. marks: hours that were
 * written to in an epoch and are not rolled up since. rolled: hours that once were. ranges: the partitions there are.
 * commits: tokens of transactions of late, by which a writer whose connection was lost finds out what became of its own.
 */
function firstTables(n: Names, division: Division): string {
  const divided = division === 'partitions' ? (column: string) => `PARTITION BY RANGE (${column})` : () => '';
  return `
    CREATE TABLE ${n.series} (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      key bytea NOT NULL UNIQUE,
      labels jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX series_labels ON ${n.series} USING gin (labels jsonb_path_ops);
    CREATE TABLE ${n.samples} (
      ms bigint NOT NULL, value float8 NOT NULL, series integer NOT NULL, stale boolean NOT NULL,
      PRIMARY KEY (series, ms) INCLUDE (value, stale)) ${divided('ms')};
    CREATE TABLE ${n.rollups} (
      hour bigint NOT NULL, count float8 NOT NULL, sum float8, min float8 NOT NULL, max float8 NOT NULL,
      last_ms bigint NOT NULL, last float8 NOT NULL, series integer NOT NULL,
      PRIMARY KEY (series, hour)) ${divided('hour')};
    CREATE TABLE ${n.state} (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      epoch bigint NOT NULL, freed bigint NOT NULL, division text NOT NULL);
    INSERT INTO ${n.state} VALUES (true, 1, 1, '${division}');
    CREATE TABLE ${n.marks} (hour bigint, epoch bigint, PRIMARY KEY (hour, epoch));
    CREATE TABLE ${n.rolled} (hour bigint PRIMARY KEY, samples float8 NOT NULL);
    CREATE TABLE ${n.commits} (token uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE ${n.ranges} (name text PRIMARY KEY, from_ms bigint NOT NULL, to_ms bigint NOT NULL)`;
}

/** What brings a database from one version to the next; the first makes everything. */
const MIGRATIONS: readonly ((client: Client, names: Names, widthMs: number) => Promise<void>)[] = [
  makeTables,
];

/** In a transaction. @returns how samples are divided in this database. */
export async function migrate(client: Client, names: Names, widthMs: number): Promise<Division> {
  await client.query(`SELECT pg_advisory_xact_lock(${names.lock('migrations')})`);
  const done = await versionOf(client, names);
  if (done > MIGRATIONS.length)
    throw new AppError(
      'schema',
      `cannot use the schema ${names.schema}: it has version ${done}, this program knows ${MIGRATIONS.length}; use a newer one`,
    );
  for (let version = done; version < MIGRATIONS.length; version += 1) {
    await MIGRATIONS[version]?.(client, names, widthMs);
    await client.query(`INSERT INTO ${names.migrations} (version) VALUES (${version + 1})`);
  }
  const { rows } = await client.query<{ division: Division }>(`SELECT division FROM ${names.state}`);
  return rows[0]?.division ?? 'partitions';
}

async function versionOf(client: Client, { schema, migrations }: Names): Promise<number> {
  const found = await client.query(`SELECT to_regnamespace('"${schema}"') IS NOT NULL AS is_there`);
  if (!found.rows[0]?.is_there) await client.query(`CREATE SCHEMA "${schema}"`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${migrations} (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`,
  );
  const { rows } = await client.query(`SELECT coalesce(max(version), 0) AS version FROM ${migrations}`);
  return rows[0].version;
}

async function makeTables(client: Client, names: Names, widthMs: number): Promise<void> {
  const division = await chooseDivision(client);
  await client.query(firstTables(names, division));
  if (division === 'partitions') return;
  for (const [table, column] of [
    [names.samples, 'ms'],
    [names.rollups, 'hour'],
  ]) {
    await client.query(
      `SELECT create_hypertable('${table}', '${column}', chunk_time_interval => ${widthMs}::bigint, create_default_indexes => false)`,
    );
  }
}

// Having it on the disk is not enough: the server must have loaded it, and this user may make it.
async function chooseDivision(client: Client): Promise<Division> {
  const { rows } = await client.query("SELECT FROM pg_available_extensions WHERE name = 'timescaledb'");
  if (rows.length === 0) return 'partitions';
  await client.query('SAVEPOINT extension');
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS timescaledb');
    await client.query('RELEASE SAVEPOINT extension');
    return 'hypertable';
  } catch {
    await client.query('ROLLBACK TO SAVEPOINT extension');
    return 'partitions';
  }
}
