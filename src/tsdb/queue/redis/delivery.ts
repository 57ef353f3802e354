// Brings entries into the store: writes, acknowledges, and holds on to what the store did not take, trying again.
//
// The store may be away, or it may be one entry that cannot be written: both look the same. So when an entry fails,
// another one is written at once. Only if that one gets through did the store refuse the first, and a delivery counts.
// An entry that was delivered before, and perhaps ended its consumer, goes alone, counted before it is tried; from the third
// delivery on only when the store has just taken a fresh one, for consumers also end while the store is away.

import { AppError, messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { PushedBatch, Writer } from '../contract.ts';
import { decodeBatch } from '../decode-batch.ts';
import { joinBatches } from '../join-batches.ts';
import { waitMs } from './connection.ts';
import type { RedisQueueMetrics } from './metrics.ts';
import { reached } from './moments.ts';
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

interface Held {
  readonly id: string;
  readonly batch: PushedBatch;
  /** As Redis shall count them, without the one that is being tried. */
  deliveries: number;
  tries: number;
  retryAt: number;
}

/** Of a write: over with (in the store, or given up), refused by a store that is there, or failed, who knows why. */
type Outcome = 'over' | 'refused' | 'failed';

/** What a store that is there says of samples for which it has no place. */
const REFUSED = 'too_many_series';
/** Up to so many deliveries count also while nobody knows whether the store is there. */
const COUNTED_ANYWAY = 2;
/** Samples of one write. */
const TOGETHER = 10_000;

/** One more entry that nobody has read, without waiting for it. */
export type ReadOne = () => Promise<readonly StreamEntry[]>;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #held = new Map<string, Held>();
  /** In the store, and not acknowledged yet. */
  readonly #written = new Set<string>();
  /** Counted as delivered once more than they are known to have failed. */
  #trying: readonly Held[] = [];
  #failures = 0;
  /** Whether the last write of this process came about. */
  #isStoreThere = false;
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

  /** Writes entries that were delivered for the first time, many together. */
  async deliver(entries: readonly StreamEntry[]): Promise<void> {
    if (entries.length > 0) reached('read');
    const all: Held[] = [];
    for (const entry of entries) all.push(...(await this.#hold(entry, 1)));
    for (const group of groupsOf(all)) if ((await this.#write(group)) === 'failed') return;
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
    if (this.isStoreAway && now() < this.#awayUntil) return;
    const due = [...this.#held.values()].filter(({ retryAt }) => retryAt <= now());
    const isFirstTry = ({ deliveries, tries }: Held) => deliveries === 1 && tries === 0;
    for (const group of groupsOf(due.filter(isFirstTry))) if ((await this.#try(group)) === 'failed') return;
    for (const held of due.filter(({ id, retryAt }) => this.#held.has(id) && retryAt <= now()))
      if (!(await this.#isSettledAlone(held, readOne))) return;
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
    for (const { id, deliveries } of this.#trying) await stream.setDeliveries(consumer, [id], deliveries);
    await stream.release(consumer, [...this.#held.keys()], claimAfterMs);
  }

  // Whether others may be tried.
  async #isSettledAlone(held: Held, readOne: ReadOne): Promise<boolean> {
    if (!this.#held.has(held.id)) return true;
    if (!this.#isCounted(held) && !(await this.#isStoreSought(readOne))) return false;
    const outcome = await this.#try([held]);
    if (outcome === 'failed' && !(await this.#isAnotherWritten(held, readOne))) return false;
    if (outcome !== 'over') await this.#count(held);
    return true;
  }

  /** @param group of which each was delivered as often. */
  async #try(group: readonly Held[]): Promise<Outcome> {
    const { stream, consumer, maxDeliveries } = this.#options;
    const [{ deliveries } = { deliveries: 0 }] = group;
    if (deliveries >= maxDeliveries) {
      for (const { id } of group)
        await this.#bury(id, 'deliveries', `it was delivered ${deliveries} times and never arrived`);
      return 'over';
    }
    if (!this.#isCounted({ deliveries })) return this.#write(group);
    this.#trying = group;
    const ids = group.map(({ id }) => id);
    await stream.setDeliveries(consumer, ids, deliveries + 1);
    const outcome = await this.#write(group);
    if (outcome !== 'over') await stream.setDeliveries(consumer, ids, deliveries);
    this.#trying = [];
    return outcome;
  }

  #isCounted({ deliveries }: Pick<Held, 'deliveries'>): boolean {
    return this.#isStoreThere || deliveries < COUNTED_ANYWAY;
  }

  // By a fresh one, for each of those held may be what ended the consumer. Where none comes, nothing is to be learned, and
  // what is held must not wait for one. @returns whether others may be tried.
  async #isStoreSought(readOne: ReadOne): Promise<boolean> {
    const fresh = this.#held.size <= this.#options.maxHeld ? await readOne() : [];
    await this.deliver(fresh);
    return fresh.length === 0 || this.#failures === 0;
  }

  async #isAnotherWritten(failed: Held, readOne: ReadOne): Promise<boolean> {
    const others = [...this.#held.values()].filter((held) => held !== failed);
    const other = others.toSorted((a, b) => a.tries - b.tries)[0];
    if (other === undefined || other.tries > 0) {
      const fresh = this.isFull ? [] : await readOne();
      await this.deliver(fresh);
      if (fresh.length > 0) return this.#failures === 0;
    }
    if (other !== undefined) await this.#try([other]);
    return this.#failures === 0;
  }

  async #count(held: Held): Promise<void> {
    const { stream, consumer, log } = this.#options;
    held.deliveries += 1;
    log.warn(
      { id: held.id, deliveries: held.deliveries },
      'the store takes other samples, but not this batch',
    );
    await stream.setDeliveries(consumer, [held.id], held.deliveries);
  }

  async #write(group: readonly Held[]): Promise<Outcome> {
    const { writer, metrics } = this.#options;
    await this.#showSigns();
    reached('before commit');
    try {
      await writer(joinBatches(group.map(({ batch }) => batch)));
    } catch (error) {
      return this.#failed(group, error);
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
    return 'over';
  }

  #failed(group: readonly Held[], error: unknown): Outcome {
    const { log, metrics, now, retryMs } = this.#options;
    metrics.storeFailed();
    for (const held of group) {
      held.retryAt = now() + waitMs(held.tries + 2, retryMs);
      held.tries += 1;
    }
    const why = messageOf(error);
    if (error instanceof AppError && error.reason === REFUSED) {
      this.#recovered();
      return 'refused';
    }
    if (this.#failures === 0)
      log.warn(`cannot write queued samples: ${why}; they wait in Redis and are tried again`);
    this.#awayUntil = now() + waitMs(this.#failures, retryMs);
    this.#failures += 1;
    this.#isStoreThere = false;
    return 'failed';
  }

  // What failed while the store was away says nothing of the batches.
  #recovered(): void {
    if (this.#failures > 1) {
      this.#options.log.info('queued samples are written again');
      for (const held of this.#held.values()) {
        held.tries = 0;
        held.retryAt = 0;
      }
    }
    this.#failures = 0;
    this.#isStoreThere = true;
  }

  // Peers take over what they believe to be a dead consumer's.
  async #showSigns(): Promise<void> {
    const { stream, consumer, claimAfterMs, now } = this.#options;
    if (now() - this.#shownAt < claimAfterMs / 4) return;
    this.#shownAt = now();
    await stream.hold(consumer, [...this.#held.keys()]);
  }

  /** @returns it, unless it is no batch and lies with the dead letters now. */
  async #hold({ id, batch }: StreamEntry, deliveries: number): Promise<Held[]> {
    try {
      if (batch === undefined) throw new Error('cannot read the batch: the entry holds none');
      const held = { id, batch: decodeBatch(batch), deliveries, tries: 0, retryAt: 0 };
      this.#held.set(id, held);
      return [held];
    } catch (error) {
      await this.#bury(id, 'undecodable', messageOf(error));
      return [];
    }
  }

  async #miss(id: string): Promise<void> {
    const { stream, metrics, log } = this.#options;
    log.error({ id }, 'an entry was deleted from the stream before it was in the store');
    metrics.vanished(1);
    await stream.acknowledge([id]);
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

function groupsOf(all: readonly Held[]): Held[][] {
  const groups: Held[][] = [];
  let samples = Number.POSITIVE_INFINITY;
  for (const held of all) {
    const rows = held.batch.times.length;
    if (samples + rows > TOGETHER) {
      groups.push([]);
      samples = 0;
    }
    groups.at(-1)?.push(held);
    samples += rows;
  }
  return groups;
}
