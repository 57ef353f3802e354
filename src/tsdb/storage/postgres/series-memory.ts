// Which refs label sets have, and which refs there are: remembered within a bound, forgotten when series were removed.

import type { SeriesRef } from '../contract.ts';

export class SeriesMemory {
  readonly #most: number;
  // What was asked for lately, and what was before that: half of the bound each.
  #young = new Map<string, SeriesRef>();
  #old = new Map<string, SeriesRef>();
  #known = new Set<SeriesRef>();
  #freed = 0;

  /** @param most series. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Forgets everything when series were removed since. @param freed how often that has happened; it only rises. */
  renew(freed: number): void {
    if (freed <= this.#freed) return;
    this.#freed = freed;
    this.forget();
  }

  /** The server may be another one, or the same from an earlier time. */
  forget(): void {
    this.#young.clear();
    this.#old.clear();
    this.#known.clear();
  }

  refOf(json: string): SeriesRef | undefined {
    const ref = this.#young.get(json) ?? this.#old.get(json);
    if (ref !== undefined && !this.#young.has(json)) this.#remember(json, ref);
    return ref;
  }

  /** What was found when series had been removed `freed` times; it may have been removed since. */
  remember(freed: number, json: string, ref: SeriesRef): void {
    if (freed !== this.#freed) return;
    this.#remember(json, ref);
    this.know(ref);
  }

  isKnown(ref: SeriesRef): boolean {
    return this.#known.has(ref);
  }

  know(ref: SeriesRef): void {
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.add(ref);
  }

  #remember(json: string, ref: SeriesRef): void {
    if (2 * this.#young.size >= this.#most) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(json, ref);
  }
}
