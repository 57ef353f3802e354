// Counts how often an entry was delivered, and gives it up when that was too often.
//
// An entry that was delivered before perhaps ended its consumer: the attempt is counted before it is made, and taken
// back when the write fails. From the third delivery on an attempt counts only when the store has just taken
// another one, for consumers also end while the store is away.

import type { Logger } from '../../../lib/log.ts';
import type { EntryWriter, Outcome } from './entry-writer.ts';
import type { Held, HeldEntries } from './held-entries.ts';
import type { RedisQueueMetrics } from './metrics.ts';
import type { StoreWatch } from './store-watch.ts';
import type { Stream } from './stream.ts';

export interface AttemptsOptions {
  readonly stream: Stream;
  readonly consumer: string;
  readonly log: Logger;
  readonly metrics: RedisQueueMetrics;
  /** An entry that was delivered so often is given up. */
  readonly maxDeliveries: number;
}

/** Up to so many deliveries count also while nobody knows whether the store is there. */
const COUNTED_ANYWAY = 2;

export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #held: HeldEntries;
  readonly #store: StoreWatch;
  readonly #writer: EntryWriter;
  /** Counted as delivered once more than they are known to have failed. */
  #trying: readonly Held[] = [];

  constructor(options: AttemptsOptions, held: HeldEntries, store: StoreWatch, writer: EntryWriter) {
    this.#options = options;
    this.#held = held;
    this.#store = store;
    this.#writer = writer;
  }

  /** Whether an attempt of it counts now. */
  isCounted({ deliveries }: Pick<Held, 'deliveries'>): boolean {
    return this.#store.isThere || deliveries < COUNTED_ANYWAY;
  }

  /** Writes them, or gives them up. @param group of which each was delivered as often. */
  async make(group: readonly Held[]): Promise<Outcome> {
    const [{ deliveries } = { deliveries: 0 }] = group;
    if (deliveries >= this.#options.maxDeliveries) {
      const why = `it was delivered ${deliveries} times and never arrived`;
      for (const { id } of group) await this.giveUp(id, 'deliveries', why);
      return 'over';
    }
    return this.isCounted({ deliveries }) ? this.#makeCounted(group, deliveries) : this.#writer.write(group);
  }

  /** To be told that the store takes others, but not this one. */
  async count(held: Held): Promise<void> {
    const { stream, consumer, log } = this.#options;
    held.deliveries += 1;
    log.warn(
      { id: held.id, deliveries: held.deliveries },
      'the store takes other samples, but not this batch',
    );
    await stream.setDeliveries(consumer, [held.id], held.deliveries);
  }

  async giveUp(id: string, reason: 'deliveries' | 'undecodable', why: string): Promise<void> {
    const { stream, log, metrics } = this.#options;
    if (await stream.bury(id, why)) {
      log.error({ id, why }, 'gave a batch up; a copy lies with the dead letters');
      metrics.buried(reason);
    }
    this.#held.delete(id);
  }

  /** An attempt that had no end is not counted. */
  async takeBack(): Promise<void> {
    const { stream, consumer } = this.#options;
    for (const { id, deliveries } of this.#trying) await stream.setDeliveries(consumer, [id], deliveries);
  }

  async #makeCounted(group: readonly Held[], deliveries: number): Promise<Outcome> {
    const { stream, consumer } = this.#options;
    const ids = group.map(({ id }) => id);
    this.#trying = group;
    await stream.setDeliveries(consumer, ids, deliveries + 1);
    const outcome = await this.#writer.write(group);
    if (outcome !== 'over') await stream.setDeliveries(consumer, ids, deliveries);
    this.#trying = [];
    return outcome;
  }
}
