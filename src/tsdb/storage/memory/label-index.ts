// Which series there are: label sets as lists of pairs, found by content, by pair and by slot.

import { AppError } from '../../../lib/errors.ts';
import type { Labels } from '../../../model/labels.ts';
import type { SeriesRef } from '../contract.ts';
import { Arena } from './arena.ts';
import { HASH, LABEL_COUNT, LABELS, MOST_SERIES, type SeriesRows, type Slot } from './series-rows.ts';
import { type PairId, Symbols } from './symbols.ts';

const SERIES_A_BREATH = 512;

export class LabelIndex {
  readonly symbols = new Symbols();
  readonly #rows: SeriesRows;
  readonly #maxSeries: number;
  readonly #sets = new Arena();
  // Open addressing over `slot + 1`; 0 is free.
  #table = new Uint32Array(1024);
  // The pairs of the label set at hand.
  #pairs: PairId[] = [];

  constructor(rows: SeriesRows, maxSeries: number) {
    this.#rows = rows;
    this.#maxSeries = Math.min(maxSeries, MOST_SERIES);
  }

  get bytes(): number {
    return this.symbols.bytes + this.#sets.bytes + this.#table.byteLength;
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
    return this.#lookup(this.#sort(pairs), hashOf(pairs));
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
      this.#leave(slot);
      this.#rows.end(slot);
      ended.push(slot);
    }
    for (const pair of touched) {
      this.symbols.filter(pair, (slot) => this.#rows.isAlive(slot));
      await breathe();
    }
    for (const slot of ended) this.#rows.reuse(slot);
  }

  pairsOf(slot: Slot): Uint32Array {
    const set = this.#rows.word(slot, LABELS);
    const from = set & 0xffff;
    return this.#sets.wordsAt(set).subarray(from, from + this.#rows.word(slot, LABEL_COUNT));
  }

  /** The pair that a series has of a name; -1 when it has none. */
  pairOf(slot: Slot, name: string): PairId {
    const set = this.#rows.word(slot, LABELS);
    const words = this.#sets.wordsAt(set);
    const end = (set & 0xffff) + this.#rows.word(slot, LABEL_COUNT);
    for (let i = set & 0xffff; i < end; i += 1) {
      if (this.symbols.nameOf(words[i] as number) === name) return words[i] as number;
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
    const left = this.#rows.word(a, LABELS);
    const right = this.#rows.word(b, LABELS);
    const difference = this.#rows.word(a, LABEL_COUNT) - this.#rows.word(b, LABEL_COUNT);
    const length = this.#rows.word(a, LABEL_COUNT) - Math.max(0, difference);
    const leftWords = this.#sets.wordsAt(left);
    const rightWords = this.#sets.wordsAt(right);
    for (let i = 0; i < length; i += 1) {
      const one = leftWords[(left & 0xffff) + i] as number;
      const other = rightWords[(right & 0xffff) + i] as number;
      if (one !== other) return this.#comparePairs(one, other);
    }
    return difference;
  }

  #name(slot: Slot, labels: Labels): void {
    const pairs = Object.keys(labels).map((name) =>
      this.symbols.intern(name.toWellFormed(), (labels[name] as string).toWellFormed()),
    );
    this.#sort(pairs);
    for (const pair of pairs) this.symbols.add(pair, slot);
    this.#storeSet(slot, pairs);
    this.#enter(slot, hashOf(pairs));
  }

  #comparePairs(a: PairId, b: PairId): number {
    const { symbols } = this;
    return (
      compareTexts(symbols.nameOf(a), symbols.nameOf(b)) ||
      compareTexts(symbols.valueOf(a), symbols.valueOf(b))
    );
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

  #storeSet(slot: Slot, pairs: readonly PairId[]): void {
    const set = pairs.length === 0 ? 0 : this.#sets.allocate(pairs.length);
    this.#sets.wordsAt(set).set(pairs, set & 0xffff);
    this.#rows.setWord(slot, LABELS, set);
    this.#rows.setWord(slot, LABEL_COUNT, pairs.length);
  }

  #lookup(pairs: readonly PairId[], hash: number): Slot {
    const table = this.#table;
    const mask = table.length - 1;
    for (let i = hash & mask; table[i] !== 0; i = (i + 1) & mask) {
      const slot = (table[i] as number) - 1;
      if (this.#rows.word(slot, HASH) === hash && this.#isSet(slot, pairs)) return slot;
    }
    return -1;
  }

  #isSet(slot: Slot, pairs: readonly PairId[]): boolean {
    const set = this.pairsOf(slot);
    return set.length === pairs.length && pairs.every((pair, i) => set[i] === pair);
  }

  #enter(slot: Slot, hash: number): void {
    if (2 * this.#rows.alive > this.#table.length) this.#grow();
    this.#rows.setWord(slot, HASH, hash);
    place(this.#table, hash, slot + 1);
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (const entry of old) if (entry !== 0) place(this.#table, this.#rows.word(entry - 1, HASH), entry);
  }

  // Closes the gap, so that no search ends at it too early.
  #leave(slot: Slot): void {
    const table = this.#table;
    const mask = table.length - 1;
    let gap = this.#rows.word(slot, HASH) & mask;
    while (table[gap] !== slot + 1) gap = (gap + 1) & mask;
    for (let i = (gap + 1) & mask; table[i] !== 0; i = (i + 1) & mask) {
      const home = this.#rows.word((table[i] as number) - 1, HASH) & mask;
      if (((i - home) & mask) < ((i - gap) & mask)) continue;
      table[gap] = table[i] as number;
      gap = i;
    }
    table[gap] = 0;
    this.#freeSet(slot);
  }

  #freeSet(slot: Slot): void {
    const set = this.#rows.word(slot, LABELS);
    if (set !== 0) this.#sets.free(set, this.#rows.word(slot, LABEL_COUNT));
    this.#rows.setWord(slot, LABELS, 0);
    this.#rows.setWord(slot, LABEL_COUNT, 0);
  }
}

function place(table: Uint32Array, hash: number, entry: number): void {
  const mask = table.length - 1;
  let i = hash & mask;
  while (table[i] !== 0) i = (i + 1) & mask;
  table[i] = entry;
}

function hashOf(pairs: readonly PairId[]): number {
  let hash = 0x9747b28c;
  for (const pair of pairs) {
    hash = Math.imul(hash ^ pair, 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
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
