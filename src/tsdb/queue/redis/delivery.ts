// Brings entries into the store: writes, acknowledges, and holds on to what the store did not take, trying again.
//
// The store may be away, or it may be one entry that cannot be written: both look the same. So when an entry fails,
// another one is written at once. Only if that one gets through did the store refuse the first, and a delivery counts.
// An entry that was delivered before, and perhaps ended its consumer, goes alone, counted before it is tried.

import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { PushedBatch, Writer } from '../contract.ts';
import { waitMs } from './connection.ts';
import { decodeBatch } from './decode-batch.ts';
import { mergeBatches } from './merge.ts';
import type { RedisQueueMetrics } from './metrics.ts';
import type { Moment } from './moments.ts';
import type { PendingEntry, Stream, StreamEntry } from './stream.ts';

export interface DeliveryOptions {
  readonly stream: Stream;
  readonly consumer: string;
  readonly writer: Writer;
  readonly log: Logger;
  readonly metrics: RedisQueueMetrics;
  /** An entry that was delivered so often is given up. */
  readonly maxDeliveries: number;
  /** More entries than these are not held. */
  readonly maxHeld: number;
  /** Peers take over what shows no sign for so long. */
  readonly claimAfterMs: number;
  /** Longest wait between two tries. */
  readonly retryMs: number;
  /** A monotonic clock, ms. */
  readonly now: () => number;
  readonly reached: (moment: Moment) => void;
}

interface Held {
  readonly id: string;
  readonly batch: PushedBatch;
  /** As Redis shall count them, without the one that is being tried. */
  deliveries: number;
  tries: number;
  retryAt: number;
}

/** One more entry that nobody has read, without waiting for it. */
export type ReadOne = () => Promise<readonly StreamEntry[]>;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #held = new Map<string, Held>();
  /** In the store, and not acknowledged yet. */
  readonly #written = new Set<string>();
  #trying: Held | undefined;
  #failures = 0;
  #awayUntil = 0;
  #shownAt: number;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#shownAt = options.now();
  }

  /** Whether the last write failed, so that others would as well. */
  get isStoreAway(): boolean {
    return this.#failures > 0 && this.#held.size > 0;
  }

  get isFull(): boolean {
    return this.#held.size >= this.#options.maxHeld;
  }

  /** Milliseconds until an entry wants to be tried again; Infinity when none is held. */
  get nextTryMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { retryAt } of this.#held.values()) next = Math.min(next, retryAt);
    if (this.isStoreAway) next = Math.max(next, this.#awayUntil);
    return Math.max(0, next - this.#options.now());
  }

  has(id: string): boolean {
    return this.#held.has(id) || this.#written.has(id);
  }

  /** Writes entries that were delivered for the first time, those of one client together. */
  async deliver(entries: readonly StreamEntry[]): Promise<void> {
    if (entries.length > 0) this.#options.reached('read');
    const byClient = new Map<string, Held[]>();
    for (const entry of entries) {
      const held = await this.#decode(entry, 1);
      if (held !== undefined)
        byClient.set(held.batch.client, [...(byClient.get(held.batch.client) ?? []), held]);
    }
    for (const group of byClient.values()) for (const held of group) this.#held.set(held.id, held);
    for (const group of byClient.values()) if (!(await this.#write(group))) return;
  }

  /** Holds an entry that was delivered before; `retry` writes it. */
  async take({ id, deliveries }: PendingEntry): Promise<void> {
    const { stream, metrics, log } = this.#options;
    metrics.redelivered();
    const entry = await stream.entry(id);
    if (entry === undefined) {
      log.error({ id }, 'an entry was deleted from the stream before it was in the store');
      metrics.vanished();
      return stream.acknowledge([id]);
    }
    const held = await this.#decode(entry, deliveries);
    if (held !== undefined) this.#held.set(id, held);
    return undefined;
  }

  /** Tries, one by one, what is held and has waited long enough. */
  async retry(readOne: ReadOne): Promise<void> {
    const { now } = this.#options;
    if (this.isStoreAway && now() < this.#awayUntil) return;
    const due = [...this.#held.values()].filter(({ retryAt }) => retryAt <= now());
    for (const held of due) {
      if (!this.#held.has(held.id)) continue;
      if (await this.#isWrittenOrGivenUp(held)) continue;
      if (!(await this.#isAnotherWritten(held, readOne))) return;
      await this.#count(held);
    }
  }

  /** Acknowledges what is in the store already, but lost its acknowledgement with a connection. */
  async acknowledgeWritten(): Promise<void> {
    const ids = [...this.#written];
    await this.#options.stream.acknowledge(ids);
    for (const id of ids) this.#written.delete(id);
  }

  /** Gives back what is held: others may take it over at once, and a try that had no end is not counted. */
  async release(): Promise<void> {
    const { stream, consumer, claimAfterMs } = this.#options;
    await this.acknowledgeWritten();
    const { id, deliveries } = this.#trying ?? {};
    if (id !== undefined && deliveries !== undefined) await stream.setDeliveries(consumer, id, deliveries);
    await stream.release(consumer, [...this.#held.keys()], claimAfterMs);
  }

  // The store took it, or nobody will try it again.
  async #isWrittenOrGivenUp(held: Held): Promise<boolean> {
    const { stream, consumer, maxDeliveries } = this.#options;
    if (held.deliveries >= maxDeliveries) {
      await this.#bury(held.id, 'deliveries', `it was delivered ${held.deliveries} times and never arrived`);
      return true;
    }
    this.#trying = held;
    await stream.setDeliveries(consumer, held.id, held.deliveries + 1);
    const isWritten = await this.#write([held]);
    if (!isWritten) await stream.setDeliveries(consumer, held.id, held.deliveries);
    this.#trying = undefined;
    return isWritten;
  }

  async #isAnotherWritten(failed: Held, readOne: ReadOne): Promise<boolean> {
    const others = [...this.#held.values()].filter((held) => held !== failed);
    const other = others.toSorted((a, b) => a.tries - b.tries)[0];
    if (other === undefined || other.tries > 0) {
      const fresh = this.isFull ? [] : await readOne();
      await this.deliver(fresh);
      if (fresh.length > 0) return this.#failures === 0;
    }
    if (other !== undefined) await this.#isWrittenOrGivenUp(other);
    return this.#failures === 0;
  }

  async #count(held: Held): Promise<void> {
    const { stream, consumer, log } = this.#options;
    held.deliveries += 1;
    log.warn(
      { id: held.id, deliveries: held.deliveries },
      'the store takes other samples, but not this batch',
    );
    await stream.setDeliveries(consumer, held.id, held.deliveries);
  }

  async #write(group: readonly Held[]): Promise<boolean> {
    const { writer, metrics, reached } = this.#options;
    await this.#showSigns();
    reached('before commit');
    try {
      await writer(mergeBatches(group.map(({ batch }) => batch)));
    } catch (error) {
      this.#failed(group, error);
      return false;
    }
    reached('after commit');
    this.#recovered();
    for (const { id } of group) {
      this.#held.delete(id);
      this.#written.add(id);
    }
    metrics.delivered(group.length);
    reached('before acknowledge');
    await this.acknowledgeWritten();
    return true;
  }

  #failed(group: readonly Held[], error: unknown): void {
    const { log, metrics, now, retryMs } = this.#options;
    metrics.storeFailed();
    if (this.#failures === 0)
      log.warn(`cannot write queued samples: ${messageOf(error)}; they wait in Redis and are tried again`);
    this.#awayUntil = now() + waitMs(this.#failures, retryMs);
    this.#failures += 1;
    for (const held of group) {
      held.retryAt = now() + waitMs(held.tries + 2, retryMs);
      held.tries += 1;
    }
  }

  #recovered(): void {
    if (this.#failures > 1) this.#options.log.info('queued samples are written again');
    this.#failures = 0;
  }

  // Peers take over what they believe to be a dead consumer's.
  async #showSigns(): Promise<void> {
    const { stream, consumer, claimAfterMs, now } = this.#options;
    if (now() - this.#shownAt < claimAfterMs / 4) return;
    this.#shownAt = now();
    await stream.hold(consumer, [...this.#held.keys()]);
  }

  async #decode({ id, batch }: StreamEntry, deliveries: number): Promise<Held | undefined> {
    try {
      if (batch === undefined) throw new Error('cannot read the batch: the entry holds none');
      return { id, batch: decodeBatch(batch), deliveries, tries: 0, retryAt: 0 };
    } catch (error) {
      await this.#bury(id, 'undecodable', messageOf(error));
      return undefined;
    }
  }

  async #bury(id: string, reason: 'deliveries' | 'undecodable', why: string): Promise<void> {
    const { stream, log, metrics } = this.#options;
    if (await stream.bury(id, why)) {
      log.error({ id, why }, 'gave a batch up; a copy lies with the dead letters');
      metrics.buried(reason);
    }
    this.#held.delete(id);
  }
}
