// Tries again while the database is away, within a bound, and tells the log when that begins and when it ends.

import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../../lib/duration.ts';
import { isPassing, reasonOf } from './failures.ts';
import type { PostgresStoreOptions } from './options.ts';

const FIRST_MS = 50;
const LONGEST_MS = 2_000;

/** Why the database cannot be written, and since when. */
export interface Trouble {
  readonly reason: string;
  /** Milliseconds of a clock that never jumps. */
  readonly since: number;
}

/** What is said when the database begins to be away, and when that is over. */
export interface PatienceWords {
  readonly away: string;
  readonly back: string;
}

const WRITING: PatienceWords = {
  away: 'cannot write to PostgreSQL; samples wait for it',
  back: 'PostgreSQL is written to again',
};

export class Patience {
  readonly #options: Pick<PostgresStoreOptions, 'waitMs' | 'durableWaitMs' | 'log'>;
  readonly #words: PatienceWords;
  readonly #closing = new AbortController();
  #trouble: Trouble | undefined;

  constructor(options: Pick<PostgresStoreOptions, 'waitMs' | 'durableWaitMs' | 'log'>, words = WRITING) {
    this.#options = options;
    this.#words = words;
  }

  /** Undefined while the last write went well. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** @param since when the waiting began. @throws what the last try threw: nothing mends it, or the bound is over. */
  async attempt<T>(work: () => Promise<T>, durable = false, since = performance.now()): Promise<T> {
    const end = since + (durable ? this.#options.durableWaitMs : this.#options.waitMs);
    for (let delay = FIRST_MS; ; delay = Math.min(LONGEST_MS, 2 * delay)) {
      try {
        const result = await work();
        this.#healed();
        return result;
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.#failed(reasonOf(error));
        const left = end - performance.now();
        if (left <= 0 || this.#closing.signal.aborted) throw error;
        // Not all at once when the server comes back.
        const pause = Math.min(left, delay * (0.5 + Math.random() / 2));
        await sleep(pause, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  /** To be told when an answer was not waited for any longer: the try itself may go on, and has not failed yet. */
  late(error: unknown): void {
    if (this.#trouble === undefined && isPassing(error)) this.#failed(reasonOf(error));
  }

  /** Nothing is waited for any more: each goes on with one last try. */
  close(): void {
    this.#closing.abort();
  }

  #failed(reason: string): void {
    if (this.#trouble?.reason !== reason) this.#options.log.warn({ reason }, this.#words.away);
    this.#trouble = { reason, since: this.#trouble?.since ?? performance.now() };
  }

  #healed(): void {
    if (this.#trouble === undefined) return;
    const after = formatDuration(Math.round(performance.now() - this.#trouble.since));
    this.#trouble = undefined;
    this.#options.log.info({ after }, this.#words.back);
  }
}
