// Who scraped what and when: the fleet's own record, against which a store's samples can be checked.

import { windowOf } from './window.ts';

/** Bounds of the record; what is longest unused goes first. */
const LIMITS = { clients: 16, rows: 65_536, recent: 32, clientChars: 64 };

export interface ServedFilter {
  /** A prefix of the client's product and version. */
  readonly client?: string;
  readonly sensor?: string;
  /** Unix milliseconds; scrapes before it, and rows without a later one, are left out. */
  readonly sinceMs?: number;
}

export interface ServedSensor {
  readonly sensor: string;
  /** All scrapes, also those no longer in `recent`. */
  readonly count: number;
  readonly lastMs: number;
  readonly lastWindow: number;
  /** The last 32 at most, oldest first: unix milliseconds and window. */
  readonly recent: readonly (readonly [number, number])[];
}

export interface ServedClient {
  readonly client: string;
  readonly count: number;
  readonly lastMs: number;
  readonly sensors: readonly ServedSensor[];
}

export interface Served {
  /** Counts one scrape by the client of a User-Agent header. */
  record(userAgent: string | undefined, sensor: string, nowMs: number): void;
  list(filter: ServedFilter): ServedClient[];
}

interface Row {
  count: number;
  /** A ring: scrape number i is at i modulo its bound. */
  readonly times: number[];
}

interface Client {
  count: number;
  lastMs: number;
  /** In the order of their last scrape. */
  readonly rows: Map<string, Row>;
}

export function createServed(limits = LIMITS): Served {
  // In the order of their last scrape.
  const clients = new Map<string, Client>();
  let rows = 0;

  function record(userAgent: string | undefined, sensor: string, nowMs: number): void {
    const client = clientOf(productOf(userAgent, limits.clientChars));
    const row = rowOf(client, sensor);
    row.times[row.count % limits.recent] = nowMs;
    row.count += 1;
    client.count += 1;
    client.lastMs = nowMs;
  }

  function clientOf(name: string): Client {
    const client = clients.get(name) ?? { count: 0, lastMs: 0, rows: new Map<string, Row>() };
    moveToEnd(clients, name, client);
    if (clients.size > limits.clients) dropOldestClient();
    return client;
  }

  function rowOf(client: Client, sensor: string): Row {
    const known = client.rows.get(sensor);
    const row = known ?? { count: 0, times: [] };
    moveToEnd(client.rows, sensor, row);
    if (known === undefined) rows += 1;
    if (rows > limits.rows) dropOldestRow();
    return row;
  }

  function dropOldestClient(): void {
    const [name, client] = first(clients);
    clients.delete(name);
    rows -= client.rows.size;
  }

  // The client that has been silent longest gives a row, until it has none left.
  function dropOldestRow(): void {
    const [name, client] = first(clients);
    client.rows.delete(first(client.rows)[0]);
    if (client.rows.size === 0) clients.delete(name);
    rows -= 1;
  }

  return { record, list: (filter) => listClients(clients, filter) };
}

/** `Prometheus/3.5.0` of `Prometheus/3.5.0 (linux)`. */
function productOf(userAgent: string | undefined, maxChars: number): string {
  return /^[^\s(]+/.exec(userAgent ?? '')?.[0].slice(0, maxChars) ?? 'unknown';
}

function moveToEnd<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
}

function first<Value>(map: Map<string, Value>): [string, Value] {
  for (const entry of map) return entry;
  throw new Error('BUG: nothing left to drop');
}

function listClients(clients: ReadonlyMap<string, Client>, filter: ServedFilter): ServedClient[] {
  return [...clients]
    .filter(([name]) => name.startsWith(filter.client ?? ''))
    .map(([name, { count, lastMs, rows }]) => ({
      client: name,
      count,
      lastMs,
      sensors: [...rows]
        .filter(([sensor]) => filter.sensor === undefined || sensor === filter.sensor)
        .map(([sensor, row]) => describe(sensor, row, filter.sinceMs ?? 0))
        .filter(({ recent }) => recent.length > 0),
    }));
}

function describe(sensor: string, { count, times }: Row, sinceMs: number): ServedSensor {
  const oldest = count % times.length;
  const ordered = [...times.slice(oldest), ...times.slice(0, oldest)];
  const lastMs = ordered.at(-1) ?? 0;
  return {
    sensor,
    count,
    lastMs,
    lastWindow: windowOf(lastMs),
    recent: ordered.filter((ms) => ms >= sinceMs).map((ms) => [ms, windowOf(ms)] as const),
  };
}
