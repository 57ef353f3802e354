// Reads the stream for the store: what it left behind first, then new entries, and what crashed peers have left.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../lib/log.ts';
import { isRefused } from './client.ts';
import { type Connection, waitMs } from './connection.ts';
import type { Delivery } from './delivery.ts';
import type { RedisQueueMetrics } from './metrics.ts';
import { isGroupLost, isOfReplica, type Stream, type StreamEntry } from './stream.ts';

export interface ConsumerOptions {
  readonly stream: Stream;
  readonly commands: Connection;
  /** Nothing else waits on it. */
  readonly reader: Connection;
  readonly delivery: Delivery;
  readonly name: string;
  readonly log: Logger;
  readonly metrics: RedisQueueMetrics;
  /** Most entries of one read. */
  readonly readEntries: number;
  /** What one read should hold at most; an entry may be larger. */
  readonly readBytes: number;
  readonly blockMs: number;
  readonly claimAfterMs: number;
  readonly retryMs: number;
  readonly now: () => number;
}

const FIRST_READ = 32;
const PAGE = 100;
const REPLICA = 'it is a replica and takes no writes (READONLY)';
const SETTLE_EVERY_MS = 250;
const TELL_EVERY_MS = 10 * 60_000;
/** A consumer that holds nothing is forgotten after so many times `claimAfterMs`. */
const FORGET_AFTER = 60;

export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #count = FIRST_READ;
  #isRecoveryDue = true;
  #takeOverAt = 0;
  #settledAt = 0;
  #told = { trouble: '', at: 0 };

  constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Reads nothing more. @returns whether what was under way has ended within the bound. */
  async stop(boundMs: number): Promise<boolean> {
    this.#stopping.abort();
    const bound = new AbortController();
    const late = sleep(boundMs, false, { signal: bound.signal }).catch(() => false);
    const hasEnded = await Promise.race([(this.#running ?? Promise.resolve()).then(() => true), late]);
    bound.abort();
    return hasEnded;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    const { commands, reader, retryMs } = this.#options;
    const { signal } = this.#stopping;
    for (let tries = 0; !signal.aborted; tries += 1) {
      await commands.up(signal);
      await reader.up(signal);
      try {
        await this.#begin();
        for (; !signal.aborted; tries = 0) await this.#turn();
      } catch (error) {
        this.#stumbled(error);
      }
      await sleep(waitMs(tries, retryMs), undefined, { signal }).catch(() => {});
    }
  }

  async #begin(): Promise<void> {
    const { stream, delivery, log } = this.#options;
    if (this.#isStopping) return;
    if (await stream.ensureGroup()) log.info('made the group of consumers in Redis, from the first entry on');
    await delivery.acknowledgeWritten();
    this.#isRecoveryDue = true;
  }

  async #turn(): Promise<void> {
    const { delivery, blockMs } = this.#options;
    if (this.#isRecoveryDue) this.#isRecoveryDue = !(await this.#isRecovered());
    await delivery.retry(() => this.#read(1, 0));
    await this.#takeOverWhenDue();
    await this.#settleWhenDue();
    const restMs = Math.min(blockMs, delivery.nextTryMs);
    if (delivery.isStoreAway || delivery.isFull) await this.#rest(Math.max(1, restMs));
    else if (!this.#isRecoveryDue) await delivery.deliver(await this.#read(this.#count, Math.ceil(restMs)));
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  // What this consumer was given before a crash, or in an answer that was lost with a connection.
  async #isRecovered(): Promise<boolean> {
    const { stream, delivery, name } = this.#options;
    for (let after: string | undefined; ; ) {
      const page = await stream.pending(name, after, PAGE);
      if (delivery.isFull || this.#isStopping) return false;
      await delivery.take(page.filter(({ id }) => !delivery.has(id)));
      if (page.length < PAGE) return true;
      after = page.at(-1)?.id;
    }
  }

  async #takeOverWhenDue(): Promise<void> {
    const { delivery, claimAfterMs, now } = this.#options;
    if (now() < this.#takeOverAt || delivery.isStoreAway) return;
    this.#takeOverAt = now() + claimAfterMs / 2;
    try {
      await this.#takeOver();
    } catch (error) {
      if (!isRefused(error) || isGroupLost(error) || isOfReplica(error)) throw error;
      // Its own entries must not wait for those of others.
      this.#tell('cannot take over entries of other consumers', error);
    }
  }

  async #takeOver(): Promise<void> {
    const { stream, delivery, name, claimAfterMs, log, metrics } = this.#options;
    let cursor = '0-0';
    do {
      const taken = await stream.takeOver(name, claimAfterMs, cursor, PAGE);
      cursor = taken.cursor;
      this.#missed(taken.deleted);
      const foreign = taken.ids.filter((id) => !delivery.has(id)).length;
      if (foreign === 0) continue;
      log.warn({ entries: foreign }, 'took over entries of a consumer that gave no sign');
      metrics.takenOver(foreign);
      this.#isRecoveryDue = true;
    } while (cursor !== '0-0' && !this.#isStopping);
    await stream.retireIdle(claimAfterMs * FORGET_AFTER);
  }

  #missed(entries: number): void {
    const { log, metrics } = this.#options;
    if (entries === 0) return;
    log.error({ entries }, 'entries were deleted from the stream before they were in the store');
    metrics.vanished(entries);
  }

  async #settleWhenDue(): Promise<void> {
    const { stream, now } = this.#options;
    if (now() - this.#settledAt < SETTLE_EVERY_MS) return;
    this.#settledAt = now();
    await stream.settle();
  }

  async #read(count: number, blockMs: number): Promise<readonly StreamEntry[]> {
    const { stream, reader, name, readEntries, readBytes } = this.#options;
    if (this.#isStopping) return [];
    const entries = await stream.read(reader, name, count, blockMs);
    const largest = entries.reduce((most, { batch }) => Math.max(most, batch?.length ?? 0), 1);
    if (entries.length > 0) this.#count = Math.max(1, Math.min(readEntries, Math.floor(readBytes / largest)));
    return entries;
  }

  #stumbled(error: unknown): void {
    const { commands, reader, log } = this.#options;
    if (isGroupLost(error)) log.warn('the group of consumers is gone from Redis; making it again');
    else if (isOfReplica(error)) {
      // Another server may be the one that takes writes now. Why it was cut is told with the connection.
      commands.cut(REPLICA);
      reader.cut(REPLICA);
    } else if (isRefused(error)) this.#tell('cannot read the queue', error);
  }

  // The same again and again is told now and then.
  #tell(what: string, error: Error): void {
    const { log, now, stream, commands } = this.#options;
    const trouble = `${what}: ${error.message} (${stream.key} in Redis at ${commands.where}); trying again`;
    if (trouble === this.#told.trouble && now() < this.#told.at + TELL_EVERY_MS) return;
    this.#told = { trouble, at: now() };
    log.error(trouble);
  }
}
