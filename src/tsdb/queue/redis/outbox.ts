// The outbox in Redis Streams, for all processes that share the queue: a stream beside that of the queue, whose group of
// consumers are those who fetch.

import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { PushedBatch } from '../contract.ts';
import { decodeBatch } from '../decode-batch.ts';
import { encodeBatch } from '../encode-batch.ts';
import {
  type Lease,
  notFetched,
  type Outbox,
  type OutboxBounds,
  type OutboxStats,
} from '../outbox/contract.ts';
import { LEASE_TEXT, PACK_SAMPLES, packsOf, textOf } from '../outbox/packs.ts';
import { type Connection, openConnection } from './connection.ts';
import { NO_ENTRIES, Stream, type StreamEntry, type StreamState } from './stream.ts';

export interface RedisOutboxOptions extends OutboxBounds {
  readonly url: () => Promise<string>;
  readonly ca?: () => Promise<string>;
  readonly log: Logger;
  /** As of the queue: the same after a restart, and another in every other process. */
  readonly consumer: string;
  /** Key of the queue's stream. */
  readonly queue: string;
  /** Told how many samples went: they had waited too long, or their labels are too long. */
  readonly dropped: (samples: number) => void;
  /** A lease of a process that gave no sign for so long is over; longer than any answer takes. */
  readonly claimAfterMs?: number;
}

const GROUP = 'export';
const CLAIM_AFTER_MS = 120_000;
const LOOK_MS = 1000;
const ANSWER_MS = 5000;
const RETRY_MS = 5000;
const CLOSE_MS = 5000;
/** Entries of one read. Each may be some megabytes. */
const READ = 16;
const UNDERWAY_BYTES = 64 * 2 ** 20;
const DEAD = { deadLetters: 1000, deadLetterBytes: 64 * 2 ** 20 };

/** Begins at once, also while Redis is away. */
export function openRedisOutbox(options: RedisOutboxOptions): Outbox {
  return new RedisOutbox(options);
}

interface Taken {
  readonly id: string;
  readonly batch: PushedBatch;
}

/** What one lease has gathered so far. */
class Gathered {
  readonly entries: Taken[] = [];
  readonly #most: number;
  #samples = 0;
  #text = 0;

  constructor(mostSamples: number) {
    this.#most = mostSamples;
  }

  get samples(): number {
    return this.#samples;
  }

  /** How many more entries may be read, whatever they hold. */
  get room(): number {
    if (this.#text >= LEASE_TEXT) return 0;
    return Math.min(READ, Math.floor((this.#most - this.#samples) / PACK_SAMPLES));
  }

  add(id: string, bytes: Buffer): void {
    const batch = decodeBatch(bytes);
    this.entries.push({ id, batch });
    this.#samples += batch.values.length;
    this.#text += textOf(batch);
  }
}

class RedisOutbox implements Outbox {
  readonly #options: RedisOutboxOptions;
  readonly #claimAfterMs: number;
  readonly #connection: Connection;
  readonly #stream: Stream;
  readonly #closing = new AbortController();
  readonly #looking: Promise<void>;
  #state: StreamState = NO_ENTRIES;
  #leased = 0;
  #trouble: string | undefined;

  constructor(options: RedisOutboxOptions) {
    const { url, ca, queue, mostBytes } = options;
    this.#options = options;
    this.#claimAfterMs = options.claimAfterMs ?? CLAIM_AFTER_MS;
    this.#connection = openConnection({
      url,
      ...(ca !== undefined && { ca }),
      name: 'mini-tsdb-export',
      answerMs: ANSWER_MS,
      retryMs: RETRY_MS,
    });
    // What was let in while there was room must still find some.
    const bounds = { ...DEAD, bytes: mostBytes + UNDERWAY_BYTES, entries: 2 * options.mostSamples };
    this.#stream = new Stream(this.#connection, `${queue}:export`, bounds, GROUP);
    this.#looking = this.#look();
  }

  demandRoom(): void {
    const { samples, bytes } = this.#state;
    const { mostSamples, mostBytes } = this.#options;
    if (samples >= mostSamples || bytes >= mostBytes) throw notFetched(samples);
  }

  async add(batch: PushedBatch): Promise<void> {
    const { packs, tooLong } = packsOf(batch);
    if (tooLong > 0) this.#options.dropped(tooLong);
    for (const pack of packs) {
      const answer = await this.#stream.push(encodeBatch(pack), pack.values.length);
      if (answer.startsWith('full')) throw notFetched(this.#state.samples);
    }
  }

  async lease(mostSamples: number): Promise<Lease | undefined> {
    const gathered = new Gathered(mostSamples);
    try {
      await this.#stream.ensureGroup();
      await this.#takeOver(gathered);
      await this.#read(gathered);
    } catch (cause) {
      await this.#giveBack(gathered);
      throw new AppError('overloaded', `cannot fetch samples from Redis: ${messageOf(cause)}`, { cause });
    }
    return gathered.entries.length === 0 ? undefined : this.#leaseOf(gathered);
  }

  async stats(): Promise<OutboxStats> {
    await this.#settle();
    const { samples, oldestMs } = this.#state;
    return { waiting: Math.max(0, samples - this.#leased), leased: this.#leased, oldestMs };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.race([this.#looking, sleep(CLOSE_MS, undefined, { ref: false })]);
    await this.#stream.retire(this.#options.consumer).catch(() => {});
    await this.#connection.close();
  }

  // What was given back, and what those had who are gone.
  async #takeOver(gathered: Gathered): Promise<void> {
    const { consumer } = this.#options;
    let cursor = '0-0';
    do {
      if (gathered.room === 0) return;
      const taken = await this.#stream.takeOver(consumer, this.#claimAfterMs, cursor, gathered.room);
      cursor = taken.cursor;
      const entries = await Promise.all(taken.ids.map((id) => this.#stream.entry(id)));
      await this.#gather(
        gathered,
        entries.filter((entry) => entry !== undefined),
      );
    } while (cursor !== '0-0');
  }

  async #read(gathered: Gathered): Promise<void> {
    for (let room = gathered.room; room > 0; room = gathered.room) {
      const entries = await this.#stream.read(this.#connection, this.#options.consumer, room, 0);
      await this.#gather(gathered, entries);
      if (entries.length < room) return;
    }
  }

  async #gather(gathered: Gathered, entries: readonly StreamEntry[]): Promise<void> {
    for (const { id, batch } of entries) {
      try {
        if (batch === undefined) throw new Error('the entry holds none');
        gathered.add(id, batch);
      } catch (error) {
        const why = messageOf(error);
        if (await this.#stream.bury(id, why))
          this.#options.log.error({ id, why }, 'cannot hand samples over; a copy lies with the dead letters');
      }
    }
  }

  #leaseOf(gathered: Gathered): Lease {
    const { entries, samples } = gathered;
    this.#leased += samples;
    return {
      samples,
      batches: entries.map(({ batch }) => batch),
      ack: async () => {
        this.#leased -= samples;
        await this.#stream.acknowledge(entries.map(({ id }) => id));
        await this.#settle();
      },
      giveBack: async () => {
        this.#leased -= samples;
        await this.#giveBack(gathered);
      },
    };
  }

  // When Redis is away, they are taken over in time.
  async #giveBack({ entries }: Gathered): Promise<void> {
    const ids = entries.map(({ id }) => id);
    await this.#stream.release(this.#options.consumer, ids, this.#claimAfterMs).catch(() => {});
  }

  async #look(): Promise<void> {
    const { signal } = this.#closing;
    let isFirst = true;
    while (!signal.aborted) {
      if (isFirst && this.#connection.isUp) isFirst = !(await this.#releaseOwn());
      await this.#settle();
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    }
  }

  // What this consumer had before it was ended; nobody reads the end of that answer.
  async #releaseOwn(): Promise<boolean> {
    const { consumer } = this.#options;
    try {
      await this.#stream.ensureGroup();
      const pending = await this.#stream.pending(consumer, undefined, 100_000);
      await this.#stream.release(
        consumer,
        pending.map(({ id }) => id),
        this.#claimAfterMs,
      );
      return true;
    } catch (error) {
      this.#tell(error);
      return false;
    }
  }

  // Redis away is told by the queue.
  async #settle(): Promise<void> {
    const { retentionMs, dropped, log } = this.#options;
    if (!this.#connection.isUp) return;
    try {
      this.#state = await this.#stream.settle();
      if (this.#state.oldestMs <= retentionMs) return;
      const samples = await this.#stream.expire(retentionMs);
      if (samples === 0) return;
      dropped(samples);
      log.warn({ samples }, 'dropped samples that nobody has fetched within the retention');
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    const trouble = messageOf(error);
    if (trouble !== this.#trouble && this.#connection.isUp)
      this.#options.log.error(`cannot look after samples to be handed over: ${trouble}; trying again`);
    this.#trouble = trouble;
  }
}
