// Where pushed samples wait, once they are in the store, until somebody has fetched them: every outbox promises this.

import { AppError } from '../../../lib/errors.ts';
import type { PushedBatch } from '../contract.ts';

/** Samples that one reader gets, and nobody else meanwhile. One of the two ends it. */
export interface Lease {
  /** Without stale markers. */
  readonly batches: readonly PushedBatch[];
  readonly samples: number;
  /** They arrived: nobody gets them again. @throws AppError when that cannot be kept; they may come once more then. */
  ack(): Promise<void>;
  /** It is not known whether they arrived: the next one who asks gets them, before all others. Never rejects. */
  giveBack(): Promise<void>;
}

export interface OutboxStats {
  /** Samples that nobody has, and those of leases that have not ended. */
  readonly waiting: number;
  readonly leased: number;
  /** Milliseconds that the oldest of them has waited. */
  readonly oldestMs: number;
}

export interface Outbox {
  /** @throws AppError `not_fetched` while there is no room. */
  demandRoom(): void;
  /**
   * Takes all rows but stale markers, for which a fetched text has no word. When it resolves they are as safe as the
   * outbox promises. It may take more than there is room for.
   * @throws AppError when they are not safe; nothing, or only a part of them, was taken.
   */
  add(batch: PushedBatch): Promise<void>;
  /** The oldest, at most so many, undefined when there are none. @param mostSamples `PACK_SAMPLES` or more. */
  lease(mostSamples: number): Promise<Lease | undefined>;
  stats(): Promise<OutboxStats>;
  close(): Promise<void>;
}

export interface OutboxBounds {
  /** When so much waits, nothing more is taken. */
  readonly mostSamples: number;
  /** As they are kept. */
  readonly mostBytes: number;
  /** What has waited longer goes. Milliseconds. */
  readonly retentionMs: number;
}

export function notFetched(samples: number): AppError<'not_fetched'> {
  return new AppError(
    'not_fetched',
    `cannot take samples: ${samples} wait to be handed over, and nobody fetches /export?drain=true; push them again later`,
  );
}
