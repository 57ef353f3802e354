// Looks after the stream of an outbox: what it holds, what has waited too long, and what this process had before it ended.

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Connection } from './connection.ts';
import type { Stream } from './stream.ts';
import { NO_ENTRIES, type StreamState } from './stream-state.ts';

export interface OutboxKeeperOptions {
  readonly connection: Connection;
  readonly stream: Stream;
  readonly consumer: string;
  /** What was given back counts as having given no sign for so long. */
  readonly claimAfterMs: number;
  /** What waited so long goes. */
  readonly retentionMs: number;
  /** Told how many samples went. */
  readonly dropped: (samples: number) => void;
  readonly log: Logger;
}

const LOOK_MS = 1000;
/** Of one consumer: more than a few leases have. */
const MOST_PENDING = 100_000;

export class OutboxKeeper {
  readonly #options: OutboxKeeperOptions;
  readonly #stopping = new AbortController();
  readonly #looking: Promise<void>;
  #state: StreamState = NO_ENTRIES;
  #trouble: string | undefined;

  /** Begins at once, also while Redis is away. */
  constructor(options: OutboxKeeperOptions) {
    this.#options = options;
    this.#looking = this.#look();
  }

  /** Of the last time that it could be read. */
  get state(): StreamState {
    return this.#state;
  }

  /** Looks now. Never rejects; Redis away is told by the queue. */
  async settle(): Promise<void> {
    if (!this.#options.connection.isUp) return;
    try {
      this.#state = await this.#options.stream.settle();
      if (this.#state.oldestMs > this.#options.retentionMs) await this.#expire();
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Resolves once nothing is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { signal } = this.#stopping;
    let isFirst = true;
    while (!signal.aborted) {
      if (isFirst && this.#options.connection.isUp) isFirst = !(await this.#releaseOwn());
      await this.settle();
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    }
  }

  // What this consumer had before it was ended; nobody reads the end of that answer.
  async #releaseOwn(): Promise<boolean> {
    const { stream, consumer, claimAfterMs } = this.#options;
    try {
      await stream.ensureGroup();
      const ids = (await stream.pending(consumer, undefined, MOST_PENDING)).map(({ id }) => id);
      await stream.release(consumer, ids, claimAfterMs);
      return true;
    } catch (error) {
      this.#tell(error);
      return false;
    }
  }

  async #expire(): Promise<void> {
    const { stream, retentionMs, dropped, log } = this.#options;
    const samples = await stream.expire(retentionMs);
    if (samples === 0) return;
    dropped(samples);
    log.warn({ samples }, 'dropped samples that nobody has fetched within the retention');
  }

  #tell(error: unknown): void {
    const { connection, stream, log } = this.#options;
    const trouble = `${messageOf(error)} (${stream.key} in Redis at ${connection.where})`;
    if (trouble !== this.#trouble && connection.isUp)
      log.error(`cannot look after samples to be handed over: ${trouble}; trying again`);
    this.#trouble = trouble;
  }
}
