// The outbox of one process, in its memory; a journal can keep a copy where a crash does not reach it.

import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from '../../../lib/log.ts';
import type { PushedBatch } from '../contract.ts';
import { decodeBatch } from '../decode-batch.ts';
import { encodeBatch } from '../encode-batch.ts';
import { type Lease, notFetched, type Outbox, type OutboxBounds, type OutboxStats } from './contract.ts';
import { LEASE_TEXT, packsOf, textOf } from './packs.ts';
import { type Pack, Shelf } from './shelf.ts';

export interface MemoryOutboxOptions extends OutboxBounds {
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Told how many samples went: they had waited too long, or their labels are too long. */
  readonly dropped: (samples: number) => void;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** What keeps a copy of the packs. */
export interface Journal {
  /** Resolves when they would survive a crash. @throws AppError `not_durable`. */
  keep(packs: readonly Pack[]): Promise<void>;
  /** They need not be kept any more. */
  forget(packs: readonly Pack[]): void;
  /** The memory goes. @throws what the system says. */
  close(): Promise<void>;
}

/** Packs that are decoded in one turn of the event loop: a few milliseconds. */
const TOGETHER = 8;

export function openMemoryOutbox(options: MemoryOutboxOptions): Outbox {
  const shelf = new Shelf();
  options.log.warn(
    'samples to be handed over wait in memory only: those that nobody has fetched are lost when this program ends; --export.path or --storage.tsdb.path keeps them',
  );
  return new ShelfOutbox(shelf, options, {
    async keep() {},
    forget() {},
    async close() {
      const { samples } = shelf;
      if (samples > 0)
        options.log.warn(
          { samples },
          'stopped with samples that were not handed over; they were in memory only',
        );
    },
  });
}

/** Hands out what stands on a shelf, and has a journal follow. */
export class ShelfOutbox implements Outbox {
  readonly #shelf: Shelf;
  readonly #options: MemoryOutboxOptions;
  readonly #journal: Journal;
  readonly #now: () => number;
  #next: number;

  /** @param next number of a pack. */
  constructor(shelf: Shelf, options: MemoryOutboxOptions, journal: Journal, next = 1) {
    this.#shelf = shelf;
    this.#options = options;
    this.#journal = journal;
    this.#now = options.now ?? Date.now;
    this.#next = next;
  }

  demandRoom(): void {
    const { mostSamples, mostBytes } = this.#options;
    const isFull = () => this.#shelf.samples >= mostSamples || this.#shelf.bytes >= mostBytes;
    if (isFull()) this.#expire();
    if (isFull()) throw notFetched(this.#shelf.samples);
  }

  async add(batch: PushedBatch): Promise<void> {
    const since = this.#now();
    const { packs: batches, tooLong } = packsOf(batch);
    if (tooLong > 0) this.#options.dropped(tooLong);
    const packs = batches.map((pack): Pack => {
      const number = this.#next;
      this.#next += 1;
      // A copy of its own length: the buffer that it was written into may be twice as long.
      const bytes = new Uint8Array(encodeBatch(pack));
      return { number, since, samples: pack.values.length, text: textOf(pack), bytes };
    });
    if (packs.length === 0) return;
    await this.#journal.keep(packs);
    this.#shelf.put(packs);
  }

  async lease(mostSamples: number): Promise<Lease | undefined> {
    this.#expire();
    const packs = this.#shelf.lease(mostSamples, LEASE_TEXT);
    return packs.length === 0 ? undefined : this.#leaseOf(packs);
  }

  async stats(): Promise<OutboxStats> {
    this.#expire();
    const { samples, leasedSamples: leased, since } = this.#shelf;
    return { waiting: samples - leased, leased, oldestMs: since === undefined ? 0 : this.#now() - since };
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  async #leaseOf(packs: readonly Pack[]): Promise<Lease> {
    const batches: PushedBatch[] = [];
    for (const { bytes } of packs) {
      batches.push(decodeBatch(Buffer.from(bytes.buffer)));
      if (batches.length % TOGETHER === 0) await turn();
    }
    return {
      samples: packs.reduce((sum, { samples }) => sum + samples, 0),
      batches,
      ack: async () => {
        this.#shelf.remove(packs);
        this.#journal.forget(packs);
      },
      giveBack: async () => this.#shelf.giveBack(packs),
    };
  }

  #expire(): void {
    const { retentionMs, dropped, log } = this.#options;
    const expired = this.#shelf.expire(this.#now() - retentionMs);
    if (expired.length === 0) return;
    const samples = expired.reduce((sum, pack) => sum + pack.samples, 0);
    this.#journal.forget(expired);
    dropped(samples);
    log.warn({ samples }, 'dropped samples that nobody has fetched within the retention');
  }
}
