// The label set of each series as a list of pairs, and the series of a list: a hash table without an object an entry.

import { Arena } from './arena.ts';
import { HASH, LABEL_COUNT, LABELS, type SeriesRows, type Slot } from './series-rows.ts';
import type { PairId } from './symbols.ts';

export class LabelSets {
  readonly #rows: SeriesRows;
  readonly #lists = new Arena();
  // Open addressing over `slot + 1`; 0 is free.
  #table = new Uint32Array(1024);
  #count = 0;

  constructor(rows: SeriesRows) {
    this.#rows = rows;
  }

  get bytes(): number {
    return this.#lists.bytes + this.#table.byteLength;
  }

  /** Gives unused memory back. */
  trim(): void {
    this.#lists.trim();
  }

  /** @param pairs in the order of their names. @returns -1 when no series has them. */
  find(pairs: readonly PairId[]): Slot {
    const table = this.#table;
    const mask = table.length - 1;
    const hash = hashOf(pairs);
    for (let i = hash & mask; table[i] !== 0; i = (i + 1) & mask) {
      const slot = (table[i] as number) - 1;
      if (this.#rows.word(slot, HASH) === hash && this.#has(slot, pairs)) return slot;
    }
    return -1;
  }

  /** Gives a series its pairs, in the order of their names. */
  add(slot: Slot, pairs: readonly PairId[]): void {
    const list = pairs.length === 0 ? 0 : this.#lists.allocate(pairs.length);
    this.#lists.wordsAt(list).set(pairs, list & 0xffff);
    const hash = hashOf(pairs);
    this.#rows.setWord(slot, LABELS, list);
    this.#rows.setWord(slot, LABEL_COUNT, pairs.length);
    this.#rows.setWord(slot, HASH, hash);
    this.#count += 1;
    if (2 * this.#count > this.#table.length) this.#grow();
    place(this.#table, hash, slot + 1);
  }

  /** A series has no pairs from now on, and is not found any more. */
  remove(slot: Slot): void {
    this.#close(this.#placeOf(slot));
    this.#count -= 1;
    const list = this.#rows.word(slot, LABELS);
    if (list !== 0) this.#lists.free(list, this.#rows.word(slot, LABEL_COUNT));
    this.#rows.setWord(slot, LABELS, 0);
    this.#rows.setWord(slot, LABEL_COUNT, 0);
  }

  /** A view, in the order of the names. */
  pairsOf(slot: Slot): Uint32Array {
    const list = this.#rows.word(slot, LABELS);
    const from = list & 0xffff;
    return this.#lists.wordsAt(list).subarray(from, from + this.#rows.word(slot, LABEL_COUNT));
  }

  /** The pair at a place of a list; the place is in it. Makes no object. */
  pairAt(slot: Slot, place: number): PairId {
    const list = this.#rows.word(slot, LABELS);
    return this.#lists.wordsAt(list)[(list & 0xffff) + place] as number;
  }

  countOf(slot: Slot): number {
    return this.#rows.word(slot, LABEL_COUNT);
  }

  #has(slot: Slot, pairs: readonly PairId[]): boolean {
    return this.countOf(slot) === pairs.length && pairs.every((pair, i) => this.pairAt(slot, i) === pair);
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (const entry of old) if (entry !== 0) place(this.#table, this.#rows.word(entry - 1, HASH), entry);
  }

  #placeOf(slot: Slot): number {
    const mask = this.#table.length - 1;
    let i = this.#rows.word(slot, HASH) & mask;
    while (this.#table[i] !== slot + 1) i = (i + 1) & mask;
    return i;
  }

  // Those behind the gap move into it, so that no search ends there too early.
  #close(emptied: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let gap = emptied;
    for (let i = (gap + 1) & mask; table[i] !== 0; i = (i + 1) & mask) {
      const home = this.#rows.word((table[i] as number) - 1, HASH) & mask;
      if (((i - home) & mask) < ((i - gap) & mask)) continue;
      table[gap] = table[i] as number;
      gap = i;
    }
    table[gap] = 0;
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
