// Rows that are read one by one → the columns of a batch.

import type { Labels } from '../../model/labels.ts';
import type { PushedFamily } from '../queue/contract.ts';
import type { DoorBatch } from './intake.ts';

export interface Columns {
  readonly rows: number;
  /** @param time Unix milliseconds; NaN: none. */
  add(time: number, value: number, isStale: boolean): void;
  /** Names the series of the rows from `from` on. */
  label(from: number, labels: Labels): void;
  batch(families: ReadonlyMap<string, PushedFamily>): DoorBatch;
}

export function createColumns(): Columns {
  return new GrowingColumns();
}

const FIRST_ROOM = 256;

// A class, so that the hot `add` needs no closure.
class GrowingColumns implements Columns {
  rows = 0;
  #labels: Labels[] = [];
  #times = new Float64Array(FIRST_ROOM);
  #values = new Float64Array(FIRST_ROOM);
  #stale = new Uint8Array(FIRST_ROOM);

  add(time: number, value: number, isStale: boolean): void {
    if (this.rows === this.#times.length) this.#grow();
    this.#times[this.rows] = time;
    this.#values[this.rows] = value;
    if (isStale) this.#stale[this.rows] = 1;
    this.rows += 1;
  }

  label(from: number, labels: Labels): void {
    for (let row = from; row < this.rows; row += 1) this.#labels[row] = labels;
  }

  batch(families: ReadonlyMap<string, PushedFamily>): DoorBatch {
    return {
      labels: this.#labels,
      times: this.#times.slice(0, this.rows),
      values: this.#values.slice(0, this.rows),
      stale: this.#stale.slice(0, this.rows),
      families,
    };
  }

  #grow(): void {
    const room = this.#times.length * 2;
    const grown = <A extends Float64Array | Uint8Array>(array: A, larger: A): A => {
      larger.set(array);
      return larger;
    };
    this.#times = grown(this.#times, new Float64Array(room));
    this.#values = grown(this.#values, new Float64Array(room));
    this.#stale = grown(this.#stale, new Uint8Array(room));
  }
}
