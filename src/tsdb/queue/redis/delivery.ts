// Brings entries into the store: takes them, and tries in a good order what the store did not take.
//
// The store may be away, or it may be one entry that cannot be written: both look the same. So when an entry fails,
// another one is written at once. Only if that one gets through did the store refuse the first, and a delivery counts.
// An entry that was delivered before, and perhaps ended its consumer, goes alone.

import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Writer } from '../contract.ts';
import { decodeBatch } from '../decode-batch.ts';
import { Attempts } from './attempts.ts';
import { EntryWriter } from './entry-writer.ts';
import { groupsOf, type Held, HeldEntries } from './held-entries.ts';
import type { RedisQueueMetrics } from './metrics.ts';
import { reached } from './moments.ts';
import { StoreWatch } from './store-watch.ts';
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
}

/** One more entry that nobody has read, without waiting for it. */
export type ReadOne = () => Promise<readonly StreamEntry[]>;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #held = new HeldEntries();
  readonly #store: StoreWatch;
  readonly #writer: EntryWriter;
  readonly #attempts: Attempts;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#store = new StoreWatch(options);
    this.#writer = new EntryWriter(options, this.#held, this.#store);
    this.#attempts = new Attempts(options, this.#held, this.#store, this.#writer);
  }

  /** Whether the last write failed, so that others would as well. */
  get isStoreAway(): boolean {
    return this.#store.isFailing && this.#held.size > 0;
  }

  get isFull(): boolean {
    return this.#held.size >= this.#options.maxHeld;
  }

  /** Milliseconds until an entry wants to be tried again; Infinity when none is held. */
  get nextTryMs(): number {
    const { nextTryAt } = this.#held;
    const at = this.isStoreAway ? Math.max(nextTryAt, this.#store.awayUntil) : nextTryAt;
    return Math.max(0, at - this.#options.now());
  }

  has(id: string): boolean {
    return this.#held.has(id) || this.#writer.hasWritten(id);
  }

  /** Writes entries that were delivered for the first time, many together. */
  async deliver(entries: readonly StreamEntry[]): Promise<void> {
    if (entries.length > 0) reached('read');
    const all: Held[] = [];
    for (const entry of entries) all.push(...(await this.#hold(entry, 1)));
    for (const group of groupsOf(all)) if ((await this.#writer.write(group)) === 'failed') return;
  }

  /** Holds entries that were delivered before; `retry` writes them. */
  async take(pending: readonly PendingEntry[]): Promise<void> {
    const { stream, metrics } = this.#options;
    metrics.redelivered(pending.length);
    const entries = await Promise.all(pending.map(({ id }) => stream.entry(id)));
    for (const [i, { id, deliveries }] of pending.entries()) {
      const entry = entries[i];
      if (entry === undefined) await this.#miss(id);
      else await this.#hold(entry, deliveries);
    }
  }

  /**
   * Tries what is held and has waited long enough: together what has not failed since the store was last away, and
   * alone what has.
   */
  async retry(readOne: ReadOne): Promise<void> {
    const { now } = this.#options;
    if (this.isStoreAway && now() < this.#store.awayUntil) return;
    const due = this.#held.due(now());
    const isFirstTry = ({ deliveries, tries }: Held) => deliveries === 1 && tries === 0;
    for (const group of groupsOf(due.filter(isFirstTry)))
      if ((await this.#attempts.make(group)) === 'failed') return;
    for (const held of due.filter(({ id, retryAt }) => this.#held.has(id) && retryAt <= now()))
      if (!(await this.#isSettledAlone(held, readOne))) return;
  }

  /** Acknowledges what is in the store already, but lost its acknowledgement with a connection. */
  async acknowledgeWritten(): Promise<void> {
    await this.#writer.acknowledge();
  }

  /** Gives back what is held: others may take it over at once, and a try that had no end is not counted. */
  async release(): Promise<void> {
    const { stream, consumer, claimAfterMs } = this.#options;
    await this.#writer.acknowledge();
    await this.#attempts.takeBack();
    await stream.release(consumer, this.#held.ids, claimAfterMs);
  }

  // Whether others may be tried.
  async #isSettledAlone(held: Held, readOne: ReadOne): Promise<boolean> {
    if (!this.#held.has(held.id)) return true;
    if (!this.#attempts.isCounted(held) && !(await this.#isStoreSought(readOne))) return false;
    const outcome = await this.#attempts.make([held]);
    if (outcome === 'failed' && !(await this.#isAnotherWritten(held, readOne))) return false;
    if (outcome !== 'over') await this.#attempts.count(held);
    return true;
  }

  // By a fresh one, for each of those held may be what ended the consumer. Where none comes, nothing is to be learned, and
  // what is held must not wait for one. @returns whether others may be tried.
  async #isStoreSought(readOne: ReadOne): Promise<boolean> {
    const fresh = this.#held.size <= this.#options.maxHeld ? await readOne() : [];
    await this.deliver(fresh);
    return fresh.length === 0 || !this.#store.isFailing;
  }

  async #isAnotherWritten(failed: Held, readOne: ReadOne): Promise<boolean> {
    const other = this.#held.leastTriedBut(failed);
    if (other === undefined || other.tries > 0) {
      const fresh = this.isFull ? [] : await readOne();
      await this.deliver(fresh);
      if (fresh.length > 0) return !this.#store.isFailing;
    }
    if (other !== undefined) await this.#attempts.make([other]);
    return !this.#store.isFailing;
  }

  /** @returns it, unless it is no batch and lies with the dead letters now. */
  async #hold({ id, batch }: StreamEntry, deliveries: number): Promise<Held[]> {
    try {
      if (batch === undefined) throw new Error('cannot read the batch: the entry holds none');
      return [this.#held.add(id, decodeBatch(batch), deliveries)];
    } catch (error) {
      await this.#attempts.giveUp(id, 'undecodable', messageOf(error));
      return [];
    }
  }

  async #miss(id: string): Promise<void> {
    const { stream, metrics, log } = this.#options;
    log.error({ id }, 'an entry was deleted from the stream before it was in the store');
    metrics.vanished(1);
    await stream.acknowledge([id]);
  }
}
