// The outbox in Redis Streams, for all processes that share the queue: a stream beside that of the queue, whose group of
// consumers are those who fetch.

import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { PushedBatch } from '../contract.ts';
import { encodeBatch } from '../encode-batch.ts';
import {
  type Lease,
  notFetched,
  type Outbox,
  type OutboxBounds,
  type OutboxStats,
} from '../outbox/contract.ts';
import { packsOf } from '../outbox/packs.ts';
import { type Connection, openConnection } from './connection.ts';
import { Gathered } from './gathered.ts';
import { OutboxKeeper } from './outbox-keeper.ts';
import { Stream, type StreamEntry } from './stream.ts';

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
const ANSWER_MS = 5000;
const RETRY_MS = 5000;
const CLOSE_MS = 5000;
const UNDERWAY_BYTES = 64 * 2 ** 20;
const DEAD = { deadLetters: 1000, deadLetterBytes: 64 * 2 ** 20 };

/** Begins at once, also while Redis is away. */
export function openRedisOutbox(options: RedisOutboxOptions): Outbox {
  return new RedisOutbox(options);
}

class RedisOutbox implements Outbox {
  readonly #options: RedisOutboxOptions;
  readonly #claimAfterMs: number;
  readonly #connection: Connection;
  readonly #stream: Stream;
  readonly #keeper: OutboxKeeper;
  #leased = 0;

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
    const [connection, stream, claimAfterMs] = [this.#connection, this.#stream, this.#claimAfterMs];
    this.#keeper = new OutboxKeeper({ ...options, connection, stream, claimAfterMs });
  }

  demandRoom(): void {
    const { samples, bytes } = this.#keeper.state;
    const { mostSamples, mostBytes } = this.#options;
    if (samples >= mostSamples || bytes >= mostBytes) throw notFetched(samples);
  }

  async add(batch: PushedBatch): Promise<void> {
    const { packs, tooLong } = packsOf(batch);
    if (tooLong > 0) this.#options.dropped(tooLong);
    for (const pack of packs) {
      const answer = await this.#stream.push(encodeBatch(pack), pack.values.length);
      if (answer.startsWith('full')) throw notFetched(this.#keeper.state.samples);
    }
  }

  async lease(mostSamples: number): Promise<Lease | undefined> {
    const gathered = new Gathered(mostSamples);
    await this.#connection.tried;
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
    await this.#keeper.settle();
    const { samples, oldestMs } = this.#keeper.state;
    return { waiting: Math.max(0, samples - this.#leased), leased: this.#leased, oldestMs };
  }

  async close(): Promise<void> {
    await Promise.race([this.#keeper.stop(), sleep(CLOSE_MS, undefined, { ref: false })]);
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
        await this.#keeper.settle();
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
}
