// Watches what Redis promises of accepted samples: tells the operator, and whether that is what was asked for.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../lib/log.ts';
import type { Connection, Send } from './connection.ts';
import { isKept, type Keeps, type RedisPromise, readPromise } from './promise.ts';

export interface PromiseWatchOptions {
  /** What Redis has to promise. */
  readonly keeps: Keeps;
  readonly everyMs: number;
  readonly log: Logger;
}

export class PromiseWatch {
  readonly #options: PromiseWatchOptions;
  #promise: RedisPromise | undefined;

  constructor(options: PromiseWatchOptions) {
    this.#options = options;
  }

  /** Words for the pusher while Redis promises less than it has to; undefined otherwise. */
  get broken(): string | undefined {
    const { keeps } = this.#options;
    if (isKept(this.#promise, keeps)) return undefined;
    return `Redis does not keep what is asked of it (appendfsync ${keeps})`;
  }

  /** Asks the Redis at `where`. @throws what `send` throws, when Redis is away. */
  async ask(send: Send, where: string): Promise<void> {
    this.#judge(await readPromise(send), where);
  }

  /** Asks again and again, until `signal` aborts. */
  async run(connection: Connection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#options.everyMs, undefined, { signal }).catch(() => {});
      if (signal.aborted || !connection.isUp) continue;
      // When the connection is gone, the next one begins with this.
      await this.ask(connection.send, connection.where).catch(() => {});
    }
  }

  #judge(promise: RedisPromise, redis: string): void {
    const { log } = this.#options;
    const before = this.#promise;
    this.#promise = promise;
    if (before === undefined || promise.lost !== before.lost) {
      if (this.broken !== undefined)
        log.error({ redis }, `pushes are refused: ${this.broken}; ${promise.lost}`);
      else if (promise.lost !== undefined) log.warn({ redis }, promise.lost);
      else log.info({ redis }, 'Redis keeps every sample that it accepts (appendfsync always)');
    }
    if (promise.evicts !== undefined && promise.evicts !== before?.evicts)
      log.warn({ redis }, promise.evicts);
  }
}
