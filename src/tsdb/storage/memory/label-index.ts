// Which series there are, found by their labels, and the labels of each.

import { AppError } from '../../../lib/errors.ts';
import type { Labels } from '../../../model/labels.ts';
import type { SeriesRef } from '../contract.ts';
import { LabelSets } from './label-sets.ts';
import { MOST_SERIES, type SeriesRows, type Slot } from './series-rows.ts';
import { type PairId, Symbols } from './symbols.ts';

const SERIES_A_BREATH = 512;

export class LabelIndex {
  readonly symbols = new Symbols();
  readonly #rows: SeriesRows;
  readonly #maxSeries: number;
  readonly #sets: LabelSets;
  // The pairs of the label set at hand.
  readonly #pairs: PairId[] = [];

  constructor(rows: SeriesRows, maxSeries: number) {
    this.#rows = rows;
    this.#maxSeries = Math.min(maxSeries, MOST_SERIES);
    this.#sets = new LabelSets(rows);
  }

  get bytes(): number {
    return this.symbols.bytes + this.#sets.bytes;
  }

  /** Gives unused memory back. */
  trim(): void {
    this.symbols.trim();
    this.#sets.trim();
  }

  /** @returns -1 when there is no such series. */
  find(labels: Labels): Slot {
    const pairs = this.#pairs;
    pairs.length = 0;
    for (const name of Object.keys(labels)) {
      const pair = this.symbols.find(name.toWellFormed(), (labels[name] as string).toWellFormed());
      if (pair === undefined) return -1;
      pairs.push(pair);
    }
    return this.#sets.find(this.#sort(pairs));
  }

  /** The series of a label set that has none. @throws AppError `too_many_series`. */
  create(labels: Labels, isLimited = true): Slot {
    const most = isLimited ? this.#maxSeries : MOST_SERIES;
    if (this.#rows.alive >= most || !this.#rows.hasRoom(1)) throw tooMany(most);
    const slot = this.#rows.create();
    this.#name(slot, labels);
    return slot;
  }

  /** The series that had this ref before the rows were restored. @returns -1 when its row has had another since. */
  revive(ref: SeriesRef, labels: Labels): Slot {
    const slot = this.#rows.revive(ref);
    if (slot >= 0) this.#name(slot, labels);
    return slot;
  }

  /**
   * Ends series, as far as they are unused when their turn comes, and forgets all that only they had. Nobody must be
   * searching meanwhile.
   */
  async remove(
    refs: readonly SeriesRef[],
    isUnused: (slot: Slot) => boolean,
    breathe: () => Promise<void> | undefined,
  ): Promise<void> {
    const ended: Slot[] = [];
    const touched = new Set<PairId>();
    for (const [position, ref] of refs.entries()) {
      if (position % SERIES_A_BREATH === SERIES_A_BREATH - 1) await breathe();
      const slot = this.#rows.slotOf(ref);
      if (slot < 0 || !isUnused(slot)) continue;
      for (const pair of this.pairsOf(slot)) touched.add(pair);
      this.#sets.remove(slot);
      this.#rows.end(slot);
      ended.push(slot);
    }
    for (const pair of touched) {
      this.symbols.filter(pair, (slot) => this.#rows.isAlive(slot));
      await breathe();
    }
    for (const slot of ended) this.#rows.reuse(slot);
  }

  /** A view, in the order of the names. */
  pairsOf(slot: Slot): Uint32Array {
    return this.#sets.pairsOf(slot);
  }

  /** The pair that a series has of a name; -1 when it has none. */
  pairOf(slot: Slot, name: string): PairId {
    const count = this.#sets.countOf(slot);
    for (let i = 0; i < count; i += 1) {
      const pair = this.#sets.pairAt(slot, i);
      if (this.symbols.nameOf(pair) === name) return pair;
    }
    return -1;
  }

  labelsOf(slot: Slot): Labels {
    const labels: Record<string, string> = {};
    for (const pair of this.pairsOf(slot)) {
      const name = this.symbols.nameOf(pair);
      if (name === '__proto__') define(labels, name, this.symbols.valueOf(pair));
      else labels[name] = this.symbols.valueOf(pair);
    }
    return labels;
  }

  /**
   * The order of label sets: by names and values in turn, a set before those that go on after it. Hot: sorting is most
   * of what a query of many series and few samples takes, so it makes no object.
   */
  compare(a: Slot, b: Slot): number {
    const difference = this.#sets.countOf(a) - this.#sets.countOf(b);
    const length = this.#sets.countOf(a) - Math.max(0, difference);
    for (let i = 0; i < length; i += 1) {
      const one = this.#sets.pairAt(a, i);
      const other = this.#sets.pairAt(b, i);
      if (one !== other) return this.#comparePairs(one, other);
    }
    return difference;
  }

  #comparePairs(a: PairId, b: PairId): number {
    const { symbols } = this;
    const byName = compareTexts(symbols.nameOf(a), symbols.nameOf(b));
    return byName || compareTexts(symbols.valueOf(a), symbols.valueOf(b));
  }

  #name(slot: Slot, labels: Labels): void {
    const pairs = Object.keys(labels).map((name) =>
      this.symbols.intern(name.toWellFormed(), (labels[name] as string).toWellFormed()),
    );
    for (const pair of pairs) this.symbols.add(pair, slot);
    this.#sets.add(slot, this.#sort(pairs));
  }

  // Sets are short and mostly sorted already.
  #sort(pairs: PairId[]): PairId[] {
    const { symbols } = this;
    for (let i = 1; i < pairs.length; i += 1) {
      const pair = pairs[i] as number;
      const name = symbols.nameOf(pair);
      let j = i;
      for (; j > 0 && symbols.nameOf(pairs[j - 1] as number) > name; j -= 1)
        pairs[j] = pairs[j - 1] as number;
      pairs[j] = pair;
    }
    return pairs;
  }
}

export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function define(labels: Record<string, string>, name: string, value: string): void {
  Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
}

function tooMany(most: number): AppError {
  return new AppError('too_many_series', `cannot add a series: ${most} are there already; nothing was added`);
}
