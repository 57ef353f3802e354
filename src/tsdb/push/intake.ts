// The one road from every door to the queue, as its doors see it: limits, arrival times, whole batch or nothing.

import type { Labels } from '../../model/labels.ts';
import type { PushedFamily } from '../queue/contract.ts';

/** A batch as a door has read it; row `i` is one sample. */
export interface DoorBatch {
  readonly labels: readonly Labels[];
  /** Unix milliseconds; NaN: it has none, and gets the time of its arrival, strictly rising within its series. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly stale: Uint8Array;
  readonly families: ReadonlyMap<string, PushedFamily>;
}

/** Who knocks: what a door knows of the other end. */
export interface Caller {
  /** The name that limits and metrics know it by: of its token, else of its certificate, else its address. */
  readonly client: string;
}

export interface Receipt {
  /** `<ms>-<sequence>` of each sample, in their order; unique within this process, and rising. */
  readonly ids: readonly string[];
}

/** A request that is under way. */
export interface Entered {
  /**
   * Takes the whole batch, or nothing of it.
   * @throws Refusal `limited` (ask again after `retryAfterMs`), `too_large` (more than a burst can ever hold: never 429),
   *   `too_many_series` (never 429 either: asking again helps nobody), `bad_data` (a sample in the far future),
   *   `overloaded` (queue or store is away; ask again after `retryAfterMs`).
   */
  accept(batch: DoorBatch): Promise<Receipt>;
  /** To be called once, when the request is answered. */
  leave(): void;
}

export interface Intake {
  /**
   * To be called before anything of the request is read: spares a door the rest when there is no room.
   * @throws Refusal `limited`, `overloaded`.
   */
  enter(caller: Caller): Entered;
}
