// Connections to PostgreSQL: bounded pools, made anew when the file with the URL changes, and a bound on each use.

import pg from 'pg';
import { type SecretFile, secretFile } from '../../../lib/secret-file.ts';
import { serverUrl, type UrlForm } from '../../../lib/server-url.ts';
import { isAnswer, isOfStandby } from './failures.ts';
import type { PostgresStoreOptions } from './options.ts';
import { within } from './within.ts';

export type Client = pg.PoolClient;

/** Readers must never keep writers waiting, nor either of them the upkeep. */
export type Lane = 'read' | 'write' | 'upkeep';

/** Two transactions at a time: one is prepared here while another is worked on there. */
export const WRITERS = 2;

/** Who stops a program that is just connecting waits for so long. */
const CONNECT_MS = 5_000;
/** What the server has had time for and did not answer is lost. */
const GRACE_MS = 5_000;
/** How long an answer may take when nobody has time for it any more. */
const HURRY_MS = 5_000;

const FORM: UrlForm = {
  schemes: ['postgres', 'postgresql'],
  kind: 'URL like postgres://user:password@host/database',
  // The folder of a socket is a parameter.
  isSound: ({ hostname, pathname, search, searchParams }) =>
    (hostname !== '' || searchParams.has('host')) &&
    /^(\/[^/]*)?$/.test(pathname) &&
    /^(\?\w+=[^&]*(&\w+=[^&]*)*)?$/.test(search),
};

type Options = Pick<PostgresStoreOptions, 'urlFile' | 'readers' | 'statementTimeoutMs' | 'writeMs'>;

export class Connections {
  readonly #options: Options;
  readonly #file: SecretFile;
  readonly #pools = new Map<Lane, pg.Pool>();
  readonly #ending = new Set<Promise<void>>();
  readonly #hurrying = new AbortController();
  readonly #connected: (lane: Lane) => void;
  #url = '';

  /** @param connected told of each new connection before it is used. */
  constructor(options: Options, connected: (lane: Lane) => void = () => {}) {
    this.#options = options;
    this.#connected = connected;
    this.#file = secretFile(options.urlFile);
  }

  /**
   * One use of a connection; one that failed in the middle of something is closed. Aborting `signal` ends what is going
   * on, also in the server.
   */
  async use<T>(lane: Lane, work: (client: Client) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const client = await (await this.#pool(lane)).connect();
    // Without a listener an error of the connection ends the process. The statement at hand throws it as well.
    const ignore = () => {};
    client.on('error', ignore);
    let isSound = false;
    try {
      const signals = [this.#hurrying.signal, signal ?? []].flat();
      const result = await within(work(client), this.#longest(lane), signals);
      isSound = true;
      return result;
    } catch (error) {
      isSound = isAnswer(error) && !isOfStandby(error) && isIdle(client);
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(!isSound);
    }
  }

  /** A transaction that is committed when `work` resolves; its answer counts even when it is a refusal. */
  transaction<T>(lane: Lane, work: (client: Client) => Promise<T>): Promise<T> {
    return this.use(lane, async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        if (isAnswer(error)) await client.query('ROLLBACK');
        throw error;
      }
    });
  }

  /** Ends what is going on, and from now on waits for an answer for some seconds only. */
  hurry(): void {
    this.#hurrying.abort(new Error('no answer while this program stops'));
  }

  /** Whether the file holds a URL. @throws AppError `credentials`. */
  async checkUrl(): Promise<void> {
    serverUrl(await this.#file.read(), this.#file.path, FORM);
  }

  async close(): Promise<void> {
    this.#dismiss();
    await Promise.all(this.#ending);
  }

  // Upkeep is many statements one after the other, each with its own bound.
  #longest(lane: Lane): number {
    const { statementTimeoutMs, writeMs } = this.#options;
    if (this.#hurrying.signal.aborted) return HURRY_MS;
    if (lane === 'write') return writeMs;
    return statementTimeoutMs * (lane === 'upkeep' ? 60 : 1) + GRACE_MS;
  }

  async #pool(lane: Lane): Promise<pg.Pool> {
    const url = await this.#file.read();
    if (url !== this.#url) {
      this.#dismiss();
      this.#url = url;
    }
    const known = this.#pools.get(lane);
    if (known !== undefined) return known;
    const pool = this.#openPool(url, lane);
    this.#pools.set(lane, pool);
    return pool;
  }

  #openPool(url: string, lane: Lane): pg.Pool {
    const { readers, statementTimeoutMs, writeMs } = this.#options;
    const statementMs = lane === 'write' ? Math.min(statementTimeoutMs, writeMs) : statementTimeoutMs;
    const pool = new pg.Pool({
      connectionString: withPlainMode(serverUrl(url, this.#file.path, FORM)),
      application_name: `mini-tsdb ${lane}`,
      max: { read: readers, write: WRITERS, upkeep: 1 }[lane],
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      onConnect: (client) => {
        this.#connected(lane);
        return within(prepare(client, lane, statementMs), CONNECT_MS);
      },
    });
    // Idle connections that are cut are replaced when they are needed.
    pool.on('error', () => {});
    return pool;
  }

  #dismiss(): void {
    for (const pool of this.#pools.values()) {
      const end = pool.end().finally(() => this.#ending.delete(end));
      this.#ending.add(end);
    }
    this.#pools.clear();
  }
}

// The driver takes these for verify-full, and would say so at length.
function withPlainMode(url: string): string {
  if (/[?&]uselibpqcompat=true(&|$)/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}

/** A transaction that was begun and neither committed nor rolled back is not idle. */
function isIdle(client: Client): boolean {
  return client.getTransactionStatus() === 'I';
}

// What a server of ours must not do: run on when nobody waits, hold a transaction open, or promise what it does not keep.
async function prepare(client: pg.ClientBase, lane: Lane, statementMs: number): Promise<void> {
  const settings = [
    `SET statement_timeout = ${statementMs}`,
    // A writer whose connection is silently dead holds up its next try for so long; a reader may stop for breath.
    `SET idle_in_transaction_session_timeout = ${lane === 'write' ? Math.min(statementMs, 10_000) : 60_000}`,
    `SET lock_timeout = ${Math.min(statementMs, 20_000)}`,
    "SET client_connection_check_interval = '2s'",
    'SET client_min_messages = warning',
    'SET extra_float_digits = 1',
    // What is read behind a lock must be what stands now, whatever the role or the database has set.
    "SET default_transaction_isolation = 'read committed'",
    // Many small statements: compiling them takes longer than they do.
    'SET jit = off',
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
  ];
  await client.query(settings.join(';'));
}
