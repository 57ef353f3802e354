// The queue in Redis Streams: pushed batches are safe in Redis before the store has them, for any number of processes.

import type { Registry } from 'prom-client';
import { AppError, messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Queue, Writer } from '../contract.ts';
import { type Bounds, DEFAULT_BOUNDS } from './bounds.ts';
import { type Connection, openConnection, type Send } from './connection.ts';
import { Consumer } from './consumer.ts';
import { Delivery } from './delivery.ts';
import { Door } from './door.ts';
import { LinkLog } from './link-log.ts';
import { createRedisQueueMetrics, type RedisQueueMetrics } from './metrics.ts';
import type { Keeps } from './promise.ts';
import { PromiseWatch } from './promise-watch.ts';
import { Stream } from './stream.ts';
import { NO_ENTRIES, type StreamState } from './stream-state.ts';

export interface RedisQueueOptions {
  /** The secret URL, asked for before each connection. */
  readonly url: () => Promise<string>;
  /** Certificates that a rediss: server is checked against, in PEM form; the system's when absent. */
  readonly ca?: () => Promise<string>;
  readonly writer: Writer;
  readonly registry: Registry;
  readonly log: Logger;
  /** The same after a restart of this process, and another in every other process: host and port. */
  readonly consumer: string;
  /** Key of the stream. */
  readonly stream: string;
  /** What Redis has to promise of accepted samples; pushes are refused while it does not. */
  readonly keeps?: Keeps;
  readonly bounds?: Partial<Bounds>;
}

/** Begins at once, also while Redis is away: then pushes are refused, and it is tried again. */
export function openRedisQueue(options: RedisQueueOptions): Queue {
  return new RedisQueue(options);
}

class RedisQueue implements Queue {
  readonly #options: RedisQueueOptions;
  readonly #bounds: Bounds;
  readonly #closing = new AbortController();
  readonly #commands: Connection;
  readonly #reader: Connection;
  readonly #stream: Stream;
  readonly #delivery: Delivery;
  readonly #consumer: Consumer;
  readonly #door: Door;
  readonly #metrics: RedisQueueMetrics;
  readonly #link: LinkLog;
  readonly #promise: PromiseWatch;
  readonly #watching: Promise<void>;
  #state = NO_ENTRIES;
  #looking: Promise<StreamState> | undefined;

  constructor(options: RedisQueueOptions) {
    const { log, registry, consumer: name, writer, stream } = options;
    this.#options = options;
    const bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
    this.#bounds = bounds;
    this.#promise = new PromiseWatch({ keeps: options.keeps ?? 'any', everyMs: bounds.promiseMs, log });
    const now = () => performance.now();
    this.#link = new LinkLog({ log, now, settledMs: bounds.settledMs });
    this.#commands = this.#connect('commands');
    this.#reader = this.#connect('reader');
    this.#stream = new Stream(this.#commands, stream, bounds);
    const observed = { isUp: () => this.#commands.isUp, state: () => this.#look() };
    this.#metrics = createRedisQueueMetrics(registry, observed);
    const shared = { stream: this.#stream, log, metrics: this.#metrics, now, ...bounds };
    this.#delivery = new Delivery({
      ...shared,
      consumer: name,
      writer,
      maxHeld: bounds.readEntries,
    });
    const connections = { commands: this.#commands, reader: this.#reader };
    this.#consumer = new Consumer({ ...shared, ...connections, delivery: this.#delivery, name });
    this.#door = new Door({
      stream: this.#stream,
      where: () => this.#commands.where,
      brokenPromise: () => this.#promise.broken,
      maxBatchBytes: bounds.batchBytes,
      maxUnderwayBytes: bounds.underwayBytes,
      refused: (reason) => this.#metrics.refused(reason),
    });
    this.#consumer.start();
    this.#watching = this.#promise.run(this.#commands, this.#closing.signal);
  }

  async push(...[batch]: Parameters<Queue['push']>): Promise<void> {
    if (this.#closing.signal.aborted)
      throw new AppError(
        'overloaded',
        'cannot queue samples: this server is stopping; push them again later',
      );
    await this.#commands.tried;
    await this.#door.push(batch);
  }

  async stats() {
    const { samples: waiting, oldestMs, deadLetters } = await this.#look();
    return { waiting, oldestMs, deadLetters };
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#consumer.stop(this.#bounds.closeMs);
    try {
      await this.#delivery.release();
      await this.#stream.settle();
      await this.#stream.retire(this.#options.consumer);
    } catch (error) {
      this.#options.log.debug(
        `cannot leave the queue in order: ${messageOf(error)}; others take over in time`,
      );
    }
    this.#link.close();
    await Promise.all([this.#commands.close(), this.#reader.close(), this.#watching]);
  }

  #connect(role: 'commands' | 'reader'): Connection {
    const { url, ca } = this.#options;
    const { answerMs, retryMs } = this.#bounds;
    const shared = { url, ...(ca !== undefined && { ca }), name: `mini-tsdb-${role}`, answerMs, retryMs };
    if (role === 'reader') return openConnection(shared);
    return openConnection({
      ...shared,
      greet: (send) => this.#greet(send),
      connected: () => {
        this.#metrics.connected();
        this.#link.connected(this.#commands.where);
      },
      failed: (error) => this.#link.failed(this.#commands.where, messageOf(error)),
    });
  }

  async #greet(send: Send): Promise<void> {
    const version = /^redis_version:(\d+)\.(\d+)/m.exec(String(await send(['INFO', 'server'])));
    const [, major = 0, minor = 0] = version ?? [];
    if (Number(major) * 100 + Number(minor) < 602)
      throw new AppError('version', `it is Redis ${major}.${minor}, and the queue needs 6.2 or newer`);
    await this.#promise.ask(send, this.#commands.where);
  }

  // The gauges of one scrape ask at once, and share one answer.
  #look(): Promise<StreamState> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<StreamState> {
    try {
      if (this.#commands.isUp) this.#state = await this.#stream.settle();
    } catch {
      // Redis is away: what was seen last is told, and that it is away by another metric.
    }
    return this.#state;
  }
}
