// Writes entries into the store, and acknowledges them once they are there.

import { AppError } from '../../../lib/errors.ts';
import type { Writer } from '../contract.ts';
import { joinBatches } from '../join-batches.ts';
import { type Held, type HeldEntries, postpone } from './held-entries.ts';
import type { RedisQueueMetrics } from './metrics.ts';
import { reached } from './moments.ts';
import type { StoreWatch } from './store-watch.ts';
import type { Stream } from './stream.ts';

export interface EntryWriterOptions {
  readonly stream: Stream;
  readonly consumer: string;
  readonly writer: Writer;
  readonly metrics: RedisQueueMetrics;
  /** Peers take over what shows no sign for so long. */
  readonly claimAfterMs: number;
  /** Longest wait between two tries. */
  readonly retryMs: number;
  /** A monotonic clock, ms. */
  readonly now: () => number;
}

/** Of a write: over with (in the store, or given up), refused by a store that is there, or failed, who knows why. */
export type Outcome = 'over' | 'refused' | 'failed';

/** What a store that is there says of samples for which it has no place. */
const REFUSED = 'too_many_series';

export class EntryWriter {
  readonly #options: EntryWriterOptions;
  readonly #held: HeldEntries;
  readonly #store: StoreWatch;
  /** In the store, and not acknowledged yet. */
  readonly #written = new Set<string>();
  #shownAt: number;

  constructor(options: EntryWriterOptions, held: HeldEntries, store: StoreWatch) {
    this.#options = options;
    this.#held = held;
    this.#store = store;
    this.#shownAt = options.now();
  }

  /** Whether it is in the store, and Redis does not know that yet. */
  hasWritten(id: string): boolean {
    return this.#written.has(id);
  }

  /** All of the group together: what is in the store is held no longer, what is not waits. */
  async write(group: readonly Held[]): Promise<Outcome> {
    const { writer, metrics } = this.#options;
    await this.#showSigns();
    reached('before commit');
    try {
      await writer(joinBatches(group.map(({ batch }) => batch)));
    } catch (error) {
      return this.#failed(group, error);
    }
    reached('after commit');
    this.#answered();
    for (const { id } of group) {
      this.#held.delete(id);
      this.#written.add(id);
    }
    metrics.delivered(group.length);
    reached('before acknowledge');
    await this.acknowledge();
    return 'over';
  }

  /** Acknowledges what is in the store, also what lost its acknowledgement with a connection. */
  async acknowledge(): Promise<void> {
    const ids = [...this.#written];
    await this.#options.stream.acknowledge(ids);
    for (const id of ids) this.#written.delete(id);
  }

  #failed(group: readonly Held[], error: unknown): Outcome {
    const { metrics, now, retryMs } = this.#options;
    metrics.storeFailed();
    postpone(group, now(), retryMs);
    if (error instanceof AppError && error.reason === REFUSED) {
      this.#answered();
      return 'refused';
    }
    this.#store.failed(error);
    return 'failed';
  }

  // What failed while the store was away says nothing of the batches.
  #answered(): void {
    if (this.#store.answered()) this.#held.forgetTries();
  }

  // Peers take over what they believe to be a dead consumer's.
  async #showSigns(): Promise<void> {
    const { stream, consumer, claimAfterMs, now } = this.#options;
    if (now() - this.#shownAt < claimAfterMs / 4) return;
    this.#shownAt = now();
    await stream.hold(consumer, this.#held.ids);
  }
}
