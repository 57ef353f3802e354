// What stands between the doors that take pushed samples and the store: every engine promises this.

import type { Labels } from '../../model/labels.ts';

/** What a pusher says of a metric; texts are empty where it says nothing. */
export interface PushedFamily {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** Samples as parallel columns, checked by the door that took them: row `i` is one sample. */
export interface PushedBatch {
  /** Who pushed. */
  readonly client: string;
  /** With `__name__`, without empty values. Equal label sets may be one object. */
  readonly labels: readonly Labels[];
  /** Unix time, whole milliseconds. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** 1: a stale marker; 0: a value. */
  readonly stale: Uint8Array;
  /** By metric name. */
  readonly families: ReadonlyMap<string, PushedFamily>;
}

export interface QueueStats {
  /** Samples taken and not yet in the store. */
  readonly waiting: number;
  /** Milliseconds that the oldest of them has waited. */
  readonly oldestMs: number;
  /** Samples that were given up, and lie where a person can look at them. */
  readonly deadLetters: number;
}

export interface Queue {
  /**
   * Takes a whole batch. When it resolves, the samples are not lost any more, within the promise of the engine and of
   * the store behind it.
   * @throws AppError `overloaded` when there is no room, or the engine or the store is away. Then nothing was taken,
   *   unless an answer of theirs was lost.
   */
  push(batch: PushedBatch): Promise<void>;
  stats(): Promise<QueueStats>;
  /** Takes nothing more, lets what is on its way to the store arrive within a bound, and frees. */
  close(): Promise<void>;
}

/** What became of a batch in the store. */
export interface Written {
  readonly appended: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly outOfBounds: number;
}

/** The end of every queue: resolves once the samples are durable in the store. @throws when the store is away. */
export type Writer = (batch: PushedBatch) => Promise<Written>;
