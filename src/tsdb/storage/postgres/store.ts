// The store over PostgreSQL: several processes may share one, and it keeps what it has said it took.

import type { Labels } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import type {
  AppendOptions,
  AppendResult,
  Batch,
  Buckets,
  Budget,
  Selection,
  Slice,
  Store,
  StoreStats,
} from '../contract.ts';
import { Append, type Appending } from './append.ts';
import { buckets } from './buckets.ts';
import type { Connections } from './connections.ts';
import { notDurable } from './failures.ts';
import { KeptTimes } from './kept-times.ts';
import { labelNames, labelValues, series } from './label-queries.ts';
import type { PostgresStoreOptions } from './options.ts';
import { Patience, type Trouble } from './patience.ts';
import { Ranges, widthOf } from './ranges.ts';
import { Reader } from './reader.ts';
import { type Resolving, resolve } from './resolve.ts';
import { select } from './select.ts';
import { Statistics } from './stats.ts';
import type { Division } from './tables.ts';
import { startUpkeep, Upkeep, type UpkeepLoop } from './upkeep.ts';
import { within } from './within.ts';
import { WriteQueue } from './write-queue.ts';

/** A last try that begins when the waiting is about to end. */
const LAST_TRY_MS = 1_000;
/** Who stops a program gives it ten seconds or more. */
const STOPPING_MS = 3_000;

export interface PostgresStore extends Store {
  /** Why it cannot be written to; undefined while it can. */
  trouble(): Trouble | undefined;
  /** Samples that wait to be written. */
  waiting(): number;
  /** Drops what has expired and rolls hours up. It is done without being asked as well. */
  upkeep(signal?: AbortSignal): Promise<void>;
}

/** In which who waits for durable samples has an answer, whatever a connection does. */
function answerMs({ durableWaitMs }: PostgresStoreOptions): number {
  return durableWaitMs + LAST_TRY_MS;
}

export class OpenStore implements PostgresStore {
  readonly #options: PostgresStoreOptions;
  readonly #kept: KeptTimes;
  readonly #connections: Connections;
  readonly #patience: Patience;
  readonly #resolving: Resolving;
  readonly #appending: Appending;
  readonly #queue: WriteQueue;
  readonly #reader: Reader;
  readonly #statistics: Statistics;
  readonly #upkeep: Upkeep;
  #loop: UpkeepLoop | undefined;

  constructor(
    options: PostgresStoreOptions,
    shared: Pick<Appending, 'names' | 'connections' | 'memory'>,
    division: Division,
  ) {
    const { names, connections } = shared;
    this.#options = options;
    this.#kept = new KeptTimes(options);
    this.#connections = connections;
    this.#patience = new Patience(options);
    const oldestKept = () => this.#kept.oldest;
    const ranges = new Ranges(connections, names, widthOf(options.retentionMs), division);
    this.#resolving = { ...shared, maxSeries: options.maxSeries };
    this.#appending = { ...shared, ranges, bounds: () => this.#kept.bounds() };
    this.#queue = new WriteQueue(this.#write, options.maxWaiting, answerMs(options));
    this.#reader = new Reader(connections, names, options.maxSelected, oldestKept);
    this.#statistics = new Statistics(this.#reader, division);
    this.#upkeep = new Upkeep({ connections, names, ranges, now: options.now, oldestKept });
  }

  /** Learns what the database has, and starts what goes on by itself. */
  async begin(): Promise<void> {
    await this.#patience.attempt(() => this.#learnNewest());
    await this.#warnOfPromises();
    this.#loop = startUpkeep((signal) => this.upkeep(signal), this.#options);
    this.#options.stopping?.addEventListener('abort', this.#hurryLater, { once: true });
  }

  // What is under way has a moment to end; an answer that never comes must not hold up the end of the program.
  readonly #hurryLater = (): void => {
    setTimeout(() => {
      this.#patience.close();
      this.#connections.hurry();
    }, STOPPING_MS).unref();
  };

  async resolve(labels: readonly Labels[], { durable = false }: Partial<AppendOptions> = {}) {
    try {
      const found = this.#patience.attempt(() => resolve(this.#resolving, labels), durable);
      return await (durable ? within(found, answerMs(this.#options)) : found);
    } catch (error) {
      this.#patience.late(error);
      throw notDurable(error, 'look series up');
    }
  }

  async append(batch: Batch, { durable }: AppendOptions): Promise<AppendResult> {
    try {
      return await this.#queue.push(batch, durable);
    } catch (error) {
      this.#patience.late(error);
      throw notDurable(error, 'store samples');
    }
  }

  select(selection: Selection, budget: Budget): AsyncIterable<readonly Slice[]> {
    return select(this.#reader, selection, budget);
  }

  buckets(
    matchers: readonly Matcher[],
    bounds: Float64Array,
    budget: Budget,
  ): AsyncIterable<readonly Buckets[]> {
    return buckets(this.#reader, matchers, bounds, budget);
  }

  labelNames(selections: readonly Selection[], budget: Budget): Promise<readonly string[]> {
    return labelNames(this.#reader, selections, budget);
  }

  labelValues(name: string, selections: readonly Selection[], budget: Budget): Promise<readonly string[]> {
    return labelValues(this.#reader, name, selections, budget);
  }

  series(selections: readonly Selection[], budget: Budget): Promise<readonly Labels[]> {
    return series(this.#reader, selections, budget);
  }

  stats(top: number): Promise<StoreStats> {
    return this.#statistics.read(top);
  }

  trouble(): Trouble | undefined {
    return this.#patience.trouble;
  }

  waiting(): number {
    return this.#queue.rows;
  }

  async upkeep(signal?: AbortSignal): Promise<void> {
    await this.#learnNewest();
    await this.#upkeep.run(signal);
  }

  async close(): Promise<void> {
    await this.#loop?.stop();
    this.#patience.close();
    await this.#queue.settled();
    await this.#connections.close();
    this.#options.stopping?.removeEventListener('abort', this.#hurryLater);
  }

  readonly #write = async (
    batches: readonly Batch[],
    durable: boolean,
    since: number,
  ): Promise<readonly AppendResult[]> => {
    const append = new Append(this.#appending, batches, durable);
    const results = await this.#patience.attempt(() => append.attempt(), durable, since);
    for (const { times } of batches) for (const time of times) this.#kept.saw(time);
    return results;
  };

  async #warnOfPromises(): Promise<void> {
    const { rows } = await this.#connections.use('upkeep', (client) =>
      client.query(
        "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'",
      ),
    );
    for (const { name } of rows)
      this.#options.log.warn(
        `PostgreSQL runs with ${name}=off: a crash of its machine may lose samples it has taken`,
      );
  }

  // Other processes write as well. Of an hour that is going on only the end is known.
  async #learnNewest(): Promise<void> {
    this.#kept.saw(Math.min(await this.#upkeep.newestTime(), this.#options.now()));
  }
}
