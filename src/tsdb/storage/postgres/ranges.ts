// Partitions by time: made when samples need them, dropped whole when all in them has expired.

import type { Client, Connections } from './connections.ts';
import type { Division, Names } from './tables.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 365;
/** So that a query over everything has not too many of them to look at, and to lock. */
const PARTS_IN_RETENTION = 60;

/** A day; more when so much is kept that days would be too many. */
export function widthOf(retentionMs: number): number {
  return DAY_MS * Math.max(1, Math.min(MOST_DAYS, Math.ceil(retentionMs / DAY_MS / PARTS_IN_RETENTION)));
}

/** From, included, to, excluded. Unix milliseconds. */
interface Range {
  readonly from: number;
  readonly to: number;
}

type Row = { readonly from_ms: string; readonly to_ms: string };

export class Ranges {
  readonly #connections: Connections;
  readonly #names: Names;
  readonly #widthMs: number;
  readonly #division: Division;
  #known: readonly Range[] = [];

  constructor(connections: Connections, names: Names, widthMs: number, division: Division) {
    this.#connections = connections;
    this.#names = names;
    this.#widthMs = widthMs;
    this.#division = division;
  }

  /** Sees to it that there is a place for samples of these times. */
  async ensure(times: Iterable<number>): Promise<void> {
    if (this.#division === 'hypertable') return;
    let last: Range | undefined;
    for (const time of times) {
      if (last !== undefined && time >= last.from && time < last.to) continue;
      last = this.#find(time) ?? (await this.#make(time));
    }
  }

  /** Another process may have dropped some. */
  forget(): void {
    this.#known = [];
  }

  /** In a transaction: drops what ended before. @returns how many there were. */
  async drop(client: Client, beforeMs: number): Promise<number> {
    const { ranges, samples, rollups, schema } = this.#names;
    if (this.#division === 'hypertable') {
      const dropped = await client.query(
        `SELECT drop_chunks('${samples}', older_than => ${beforeMs}::bigint)`,
      );
      await client.query(`SELECT drop_chunks('${rollups}', older_than => ${beforeMs}::bigint)`);
      return dropped.rows.length;
    }
    const { rows } = await client.query(`DELETE FROM ${ranges} WHERE to_ms <= $1 RETURNING name`, [beforeMs]);
    for (const { name } of rows) {
      await client.query(`DROP TABLE IF EXISTS "${schema}"."samples_${name}", "${schema}"."rollups_${name}"`);
    }
    this.forget();
    return rows.length;
  }

  #find(time: number): Range | undefined {
    return this.#known.find(({ from, to }) => time >= from && time < to);
  }

  async #make(time: number): Promise<Range> {
    return this.#connections.transaction('write', async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(${this.#names.lock('ranges')})`);
      const { rows } = await client.query<Row>(`SELECT from_ms, to_ms FROM ${this.#names.ranges}`);
      this.#known = rows.map(({ from_ms, to_ms }) => ({ from: Number(from_ms), to: Number(to_ms) }));
      return this.#find(time) ?? this.#create(client, time);
    });
  }

  // Within its neighbours: another retention, and with it another width, may have made them.
  async #create(client: Client, time: number): Promise<Range> {
    const start = Math.floor(time / this.#widthMs) * this.#widthMs;
    const before = this.#known.filter(({ to }) => to <= time).map(({ to }) => to);
    const after = this.#known.filter(({ from }) => from > time).map(({ from }) => from);
    const range = { from: Math.max(start, ...before), to: Math.min(start + this.#widthMs, ...after) };
    const name = `${range.from}_${range.to}`.replaceAll('-', 'm');
    await client.query(`INSERT INTO ${this.#names.ranges} VALUES ($1, $2, $3)`, [name, range.from, range.to]);
    for (const table of ['samples', 'rollups']) await client.query(this.#partition(table, name, range));
    this.#known = [...this.#known, range];
    return range;
  }

  // Attached, not made as a partition: that would wait for every reader and writer of the table.
  #partition(table: string, name: string, { from, to }: Range): string {
    const { schema } = this.#names;
    const part = `"${schema}"."${table}_${name}"`;
    return `
      CREATE TABLE ${part} (LIKE "${schema}".${table} INCLUDING ALL);
      ALTER TABLE "${schema}".${table} ATTACH PARTITION ${part} FOR VALUES FROM (${from}) TO (${to})`;
  }
}
