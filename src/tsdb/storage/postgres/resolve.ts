// Label sets → refs: remembered, found in the database, or made there.

import { setImmediate as turn } from 'node:timers/promises';
import { AppError } from '../../../lib/errors.ts';
import type { Labels } from '../../../model/labels.ts';
import type { SeriesRef } from '../contract.ts';
import type { Client, Connections } from './connections.ts';
import { labelsJson, labelsKey } from './label-text.ts';
import type { SeriesMemory } from './series-memory.ts';
import type { Names } from './tables.ts';

const SETS_A_PIECE = 512;
const SERIES_A_STATEMENT = 2000;

export interface Resolving {
  readonly connections: Connections;
  readonly names: Names;
  readonly memory: SeriesMemory;
  readonly maxSeries: number;
}

/** One try. @throws AppError `too_many_series`, and whatever the connection throws; then no series was made. */
export async function resolve(store: Resolving, labels: readonly Labels[]): Promise<Uint32Array> {
  const refs = new Uint32Array(labels.length);
  const missing = new Map<string, number[]>();
  for (const [place, set] of labels.entries()) {
    if (place % SETS_A_PIECE === SETS_A_PIECE - 1) await turn();
    const json = labelsJson(set);
    const ref = store.memory.refOf(json);
    if (ref !== undefined) refs[place] = ref;
    else missing.set(json, [...(missing.get(json) ?? []), place]);
  }
  if (missing.size === 0) return refs;
  for (const [json, ref] of await lookUp(store, [...missing.keys()])) {
    for (const place of missing.get(json) ?? []) refs[place] = ref;
  }
  return refs;
}

async function lookUp(store: Resolving, jsons: readonly string[]): Promise<ReadonlyMap<string, SeriesRef>> {
  // In one order in all processes, so that none waits for another in a circle.
  const wanted = jsons
    .map((json) => ({ json, key: labelsKey(json) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const found = new Map<string, SeriesRef>();
  const freed = await store.connections.transaction('write', async (client) => {
    const { rows } = await client.query(`SELECT freed::float8 FROM ${store.names.state}`);
    for (const piece of pieces(wanted)) await find(client, store.names, piece, found);
    const fresh = wanted.filter(({ json }) => !found.has(json));
    if (fresh.length > 0) await assertRoom(client, store, fresh.length);
    for (const piece of pieces(fresh)) await make(client, store.names, piece, found);
    return rows[0].freed as number;
  });
  store.memory.renew(freed);
  for (const [json, ref] of found) store.memory.remember(freed, json, ref);
  return found;
}

interface Wanted {
  readonly json: string;
  readonly key: string;
}

function* pieces(wanted: readonly Wanted[]): Generator<readonly Wanted[]> {
  for (let i = 0; i < wanted.length; i += SERIES_A_STATEMENT) yield wanted.slice(i, i + SERIES_A_STATEMENT);
}

type Found = { readonly key: string; readonly id: number };

async function find(
  client: Client,
  { series }: Names,
  piece: readonly Wanted[],
  found: Map<string, SeriesRef>,
): Promise<void> {
  const keys = piece.map(({ key }) => key);
  const { rows } = await client.query<Found>(
    `SELECT encode(key, 'hex') AS key, id FROM ${series}
      WHERE key = ANY (SELECT decode(k, 'hex') FROM unnest($1::text[]) k)`,
    [keys],
  );
  note(piece, rows, found);
}

async function make(
  client: Client,
  names: Names,
  piece: readonly Wanted[],
  found: Map<string, SeriesRef>,
): Promise<void> {
  const { rows } = await client.query<Found>(
    `INSERT INTO ${names.series} (key, labels)
      SELECT decode(k, 'hex'), l::jsonb FROM unnest($1::text[], $2::text[]) AS new (k, l)
      ON CONFLICT (key) DO NOTHING RETURNING encode(key, 'hex') AS key, id`,
    [piece.map(({ key }) => key), piece.map(({ json }) => json)],
  );
  note(piece, rows, found);
  // Made by another process a moment ago.
  if (rows.length < piece.length) await find(client, names, piece, found);
}

function note(piece: readonly Wanted[], rows: readonly Found[], found: Map<string, SeriesRef>): void {
  const ids = new Map(rows.map(({ key, id }) => [key, id]));
  for (const { json, key } of piece) {
    const id = ids.get(key);
    if (id !== undefined) found.set(json, id);
  }
}

async function assertRoom(client: Client, { names, maxSeries }: Resolving, more: number): Promise<void> {
  if (maxSeries === Number.POSITIVE_INFINITY) return;
  await client.query(`SELECT pg_advisory_xact_lock(${names.lock('making')})`);
  const { rows } = await client.query(`SELECT count(*)::float8 AS count FROM ${names.series}`);
  if (rows[0].count + more <= maxSeries) return;
  throw new AppError(
    'too_many_series',
    `cannot add ${more} series: ${rows[0].count} of ${maxSeries} are there already; nothing was added`,
  );
}
