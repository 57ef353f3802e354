// What the store over PostgreSQL can be told.

import type { Registry } from 'prom-client';
import { createLogger, type Logger } from '../../../lib/log.ts';

export interface PostgresStoreOptions {
  /** A file that holds `postgres://user:password@host/database`; it is read again for new connections. */
  readonly urlFile: string;
  /** The schema that holds the tables; made when it is not there. */
  readonly schema: string;
  /** Older samples go. */
  readonly retentionMs: number;
  /** How far a sample may be behind the newest of its series. */
  readonly outOfOrderMs: number;
  /** How far a sample may be ahead of the clock. */
  readonly aheadMs: number;
  readonly maxSeries: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Where its metrics go; nowhere without one. */
  readonly registry?: Registry;
  /** How long an append waits for a database that is away, and the start for one. */
  readonly waitMs: number;
  /** How long a durable one waits: whoever sent the samples has them still, and must hear why before it gives up. */
  readonly durableWaitMs: number;
  /** How many samples may wait to be written; more are refused. */
  readonly maxWaiting: number;
  /** Connections for reading; there are as many as `WRITERS` more, and one for upkeep. */
  readonly readers: number;
  /** The longest that one statement takes. */
  readonly statementTimeoutMs: number;
  /** The longest that one try to write takes: a connection may have gone silent, and a better one be had. */
  readonly writeMs: number;
  /** How many series are remembered, so that nobody has to ask for them. */
  readonly rememberedSeries: number;
  /** The most series that one read may select. */
  readonly maxSelected: number;
  /** Once it is aborted, a database that does not answer is waited for a few seconds only. */
  readonly stopping?: AbortSignal;
}

/** PostgreSQL takes samples at any time, so only the retention bounds how late they may come. */
export const DEFAULT_OPTIONS: Omit<PostgresStoreOptions, 'urlFile'> = Object.freeze({
  schema: 'mini_tsdb',
  retentionMs: 15 * 24 * 3_600_000,
  outOfOrderMs: Number.POSITIVE_INFINITY,
  aheadMs: 10 * 60_000,
  maxSeries: Number.POSITIVE_INFINITY,
  now: Date.now,
  log: createLogger('silent'),
  waitMs: 30_000,
  durableWaitMs: 10_000,
  maxWaiting: 1_000_000,
  readers: 6,
  statementTimeoutMs: 120_000,
  writeMs: 30_000,
  rememberedSeries: 500_000,
  maxSelected: 1_000_000,
});
