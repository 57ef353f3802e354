// The store in this process' memory.

import { setImmediate as turn } from 'node:timers/promises';
import { createLogger } from '../../../lib/log.ts';
import type { Labels } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import { bucketsOf } from '../buckets.ts';
import type {
  AppendOptions,
  AppendResult,
  Batch,
  Buckets,
  Budget,
  Selection,
  SeriesRef,
  Slice,
  Store,
  StoreStats,
} from '../contract.ts';
import { appendedRows, appendRows, newTally, resultOf } from './append.ts';
import { MOST_CHUNK_BYTES } from './chunk-slabs.ts';
import { Disk, type DiskOptions, type DiskTrouble } from './disk/disk.ts';
import { newestOf } from './disk/load.ts';
import type { NamedSeries } from './disk/records.ts';
import { dropExpired, type Expiry, startExpiry } from './expiry.ts';
import { LabelIndex } from './label-index.ts';
import { labelNames, labelValues, series } from './label-queries.ts';
import { Samples } from './samples.ts';
import { type Readable, select } from './select.ts';
import { SeriesRows } from './series-rows.ts';
import { statsOf } from './stats.ts';
import { Turnstile } from './turnstile.ts';

export interface MemoryStoreOptions {
  /** A folder that keeps all of it; without one a durable append resolves as any other. */
  readonly path?: string;
  /** Older samples go. */
  readonly retentionMs: number;
  /** The oldest samples go when there is more, as the store counts it. */
  readonly retentionBytes: number;
  /** How far a sample may be behind the newest of its series. */
  readonly outOfOrderMs: number;
  /** How far a sample may be ahead of the clock. */
  readonly aheadMs: number;
  readonly maxSeries: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log: DiskOptions['log'];
  /** A snapshot is made when the log has become so long. */
  readonly snapshotAfterBytes: number;
}

/** As Prometheus: 15 days, 10 minutes ahead. */
const DEFAULT_OPTIONS: MemoryStoreOptions = Object.freeze({
  retentionMs: 15 * 24 * 3_600_000,
  retentionBytes: Number.POSITIVE_INFINITY,
  outOfOrderMs: 30 * 60_000,
  aheadMs: 10 * 60_000,
  maxSeries: Number.POSITIVE_INFINITY,
  now: Date.now,
  log: createLogger('silent'),
  snapshotAfterBytes: 64 * 2 ** 20,
});

/** About a millisecond of work. */
const ROWS_A_PIECE = 8192;
const SETS_A_PIECE = 512;
/** Chunks span at most so much of the retention, so that what has expired is soon gone. */
const RETENTION_PARTS = 10;
const LONGEST_CHUNK_MS = 24 * 3_600_000;

export interface MemoryStore extends Store {
  /** Frees what has expired, and ended series. It is done without being asked as well. */
  expire(): Promise<void>;
  /** What sealed chunks take. */
  chunkBytes(): number;
  /** Why it is not written to disk as it should be; undefined while it is, and without a path. */
  diskTrouble(): DiskTrouble | undefined;
}

export async function openMemoryStore(options: Partial<MemoryStoreOptions> = {}): Promise<MemoryStore> {
  const store = new OpenStore({ ...DEFAULT_OPTIONS, ...options });
  await store.begin();
  return store;
}

class OpenStore implements MemoryStore, Readable {
  readonly rows = new SeriesRows();
  readonly index: LabelIndex;
  readonly samples: Samples;
  readonly turnstile = new Turnstile();
  readonly #options: MemoryStoreOptions;
  #expiry: Expiry | undefined;
  #disk: Disk | undefined;
  #newest = Number.NEGATIVE_INFINITY;
  #expiring: Promise<void> | undefined;
  #oldestForSize = Number.NEGATIVE_INFINITY;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
    this.index = new LabelIndex(this.rows, options.maxSeries);
    this.samples = new Samples(this.rows, Math.min(LONGEST_CHUNK_MS, options.retentionMs / RETENTION_PARTS));
  }

  /** Reads what the folder has, and starts what goes on by itself. */
  async begin(): Promise<void> {
    const { path, retentionMs } = this.#options;
    if (path !== undefined) {
      this.#disk = await Disk.open(this, { ...this.#options, path }, () => this.#loaded());
    }
    this.#expiry = startExpiry(this, retentionMs);
  }

  // By the newest sample as well: a clock that jumps ahead must not make everything expire.
  readonly oldestKept = (): number => {
    const newest = Math.min(this.#options.now(), this.#newest);
    return Math.max(newest - this.#options.retentionMs, this.#oldestForSize);
  };

  readonly newest = (): number => this.#newest;

  async resolve(labels: readonly Labels[]): Promise<Uint32Array> {
    const refs = new Uint32Array(labels.length);
    const made: SeriesRef[] = [];
    try {
      for (let from = 0; from < labels.length; from += SETS_A_PIECE) {
        if (from > 0) await turn();
        this.#resolvePiece(labels, from, refs, made);
      }
    } catch (error) {
      await this.#unmake(made);
      throw error;
    }
    return refs;
  }

  async append(batch: Batch, { durable }: AppendOptions): Promise<AppendResult> {
    const { now, outOfOrderMs, aheadMs } = this.#options;
    if (durable) this.#disk?.assertWhole();
    const tally = newTally();
    const bounds = { oldest: this.oldestKept(), newest: now() + aheadMs, lateMs: outOfOrderMs };
    for (let from = 0; from < batch.refs.length; from += ROWS_A_PIECE) {
      if (from > 0) await turn();
      const to = Math.min(from + ROWS_A_PIECE, batch.refs.length);
      appendRows(this.rows, this.samples, batch, from, to, bounds, tally);
      this.#newest = Math.max(this.#newest, tally.newest);
      this.#disk?.recordRows(appendedRows(batch, from, to, tally.refused));
      tally.refused.length = 0;
    }
    if (durable) await this.#disk?.commit();
    return resultOf(tally);
  }

  select(selection: Selection, budget: Budget): AsyncIterable<readonly Slice[]> {
    return select(this, selection, budget);
  }

  buckets(
    matchers: readonly Matcher[],
    bounds: Float64Array,
    budget: Budget,
  ): AsyncIterable<readonly Buckets[]> {
    // Times are whole milliseconds, and the last bound is no longer in.
    const range = { from: bounds[0] as number, to: Math.ceil(bounds.at(-1) as number) - 1 };
    return bucketsOf(select(this, { matchers, range }, budget), bounds);
  }

  labelNames(selections: readonly Selection[], budget: Budget): Promise<readonly string[]> {
    return labelNames(this, selections, budget);
  }

  labelValues(name: string, selections: readonly Selection[], budget: Budget): Promise<readonly string[]> {
    return labelValues(this, name, selections, budget);
  }

  series(selections: readonly Selection[], budget: Budget): Promise<readonly Labels[]> {
    return series(this, selections, budget);
  }

  stats(top: number): Promise<StoreStats> {
    return statsOf(this, this.#bytes, top, turn);
  }

  expire(): Promise<void> {
    this.#expiring ??= this.#expire().finally(() => {
      this.#expiring = undefined;
    });
    return this.#expiring;
  }

  diskTrouble(): DiskTrouble | undefined {
    return this.#disk?.trouble;
  }

  chunkBytes(): number {
    return this.samples.chunks.slabs.bytes;
  }

  async close(): Promise<void> {
    await this.#expiry?.stop();
    await this.#disk?.close();
  }

  get #bytes(): number {
    return this.rows.bytes + this.index.bytes + this.samples.bytes;
  }

  // Nobody knows a ref yet, so series that are empty can go at once.
  async #loaded(): Promise<void> {
    this.#newest = newestOf(this);
    await this.expire();
    await this.expire();
  }

  async #expire(): Promise<void> {
    await dropExpired(this, turn);
    this.index.trim();
    this.samples.trim();
    const { chunks } = this.samples;
    const excess = Math.max(
      this.#bytes - this.#options.retentionBytes,
      chunks.slabs.bytes - MOST_CHUNK_BYTES,
    );
    if (excess <= 0) return;
    this.#oldestForSize = Math.max(this.#oldestForSize, chunks.slabs.timeToFree(excess));
    await dropExpired(this, turn);
  }

  #resolvePiece(labels: readonly Labels[], from: number, refs: Uint32Array, made: SeriesRef[]): void {
    const named: NamedSeries[] = [];
    try {
      for (let i = from; i < Math.min(from + SETS_A_PIECE, labels.length); i += 1) {
        const set = labels[i] as Labels;
        const found = this.index.find(set);
        const ref = this.rows.refOf(found >= 0 ? found : this.index.create(set));
        refs[i] = ref;
        if (found < 0) named.push([ref, set]);
      }
    } finally {
      made.push(...named.map(([ref]) => ref));
      this.#disk?.recordSeries(named);
    }
  }

  // What another call has filled meanwhile stays.
  async #unmake(made: readonly SeriesRef[]): Promise<void> {
    await this.turnstile.remove(async () => {
      await this.index.remove(made, (slot) => this.samples.isEmpty(slot), turn);
    });
  }
}
