// The series of the store as rows of words in large arrays: one cache line a series, no object.

import type { SeriesRef } from '../contract.ts';
import type { Slab } from './arena.ts';

/** The place of a row. It is used again, a ref never: that names the row and which series in turn has it. */
export type Slot = number;

const SLOT_BITS = 23;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const LAST_TURN = (1 << (32 - SLOT_BITS)) - 1;
/** So many series can live at once; the last place is none, so that no ref is all ones. */
export const MOST_SERIES = SLOT_MASK;

/** Row `slot` begins at word `(slot & ROWS_MASK) * ROW_WORDS` of `slabs[slot >>> ROWS_BITS]`. */
export const ROWS_BITS = 12;
export const ROWS_MASK = (1 << ROWS_BITS) - 1;
export const ROW_WORDS = 16;

/** Words of a row. A fill is a count of samples and, in the upper half, how many have room. */
const STATE = 0;
export const LABELS = 1;
export const LABEL_COUNT = 2;
export const HASH = 3;
export const CHUNKS = 4;
export const CHUNK_COUNT = 5;
export const PAGE = 6;
export const PAGE_FILL = 7;
export const LATE = 8;
export const LATE_FILL = 9;

/** Doubles of a row, counted in doubles: the largest time of the series, and the time that each page counts from. */
export const LAST_TIME = 5;
export const PAGE_BASE = 6;
export const LATE_BASE = 7;

/** As the turn of a row: it is never used again. */
export const NO_TURN = LAST_TURN + 1;

const ALIVE = 0x10000;
const IDLE = 0x1000000;

export function slotAndTurn(ref: SeriesRef): { slot: Slot; turn: number } {
  return { slot: ref & SLOT_MASK, turn: ref >>> SLOT_BITS };
}

export class SeriesRows {
  readonly slabs: Slab[] = [];
  #made = 0;
  #alive = 0;
  // Released rows wait in turn, so that all are used equally often; chained through LABELS.
  #firstFree = -1;
  #lastFree = -1;

  get alive(): number {
    return this.#alive;
  }

  /** One more than the largest slot there ever was. */
  get limit(): Slot {
    return this.#made;
  }

  get bytes(): number {
    return this.slabs.length * ROW_WORDS * 4 * (ROWS_MASK + 1);
  }

  /** An empty row. @throws RangeError when there is no place: ask `hasRoom` before. */
  create(): Slot {
    const slot = this.#takeSlot();
    this.#clear(slot, this.word(slot, STATE));
    return slot;
  }

  /** For each row the turn of its next series. */
  turns(): Uint16Array {
    return Uint16Array.from({ length: this.#made }, (_, slot) => {
      const state = this.word(slot, STATE);
      return (state & (ALIVE - 1)) + (state & ALIVE ? 1 : 0);
    });
  }

  /** Makes rows without a series, for an empty store; `revive` and then `reuseEnded` are to follow. */
  restore(turns: Uint16Array): void {
    for (const turn of turns) {
      if ((this.#made & ROWS_MASK) === 0) this.#addSlab();
      this.#made += 1;
      this.setWord(this.#made - 1, STATE, turn);
    }
  }

  /** Gives a restored row back to the last series it had. @returns -1 when that was another. */
  revive(ref: SeriesRef): Slot {
    const slot = ref & SLOT_MASK;
    if (slot >= this.#made || this.word(slot, STATE) !== (ref >>> SLOT_BITS) + 1) return -1;
    this.#clear(slot, ref >>> SLOT_BITS);
    return slot;
  }

  reuseEnded(): void {
    for (let slot = 0; slot < this.#made; slot += 1) if (!this.isAlive(slot)) this.reuse(slot);
  }

  hasRoom(series: number): boolean {
    return this.#alive + series <= MOST_SERIES && this.#made < MOST_SERIES;
  }

  /** Ends the series of a row: its ref leads nowhere from now on. */
  end(slot: Slot): void {
    this.#alive -= 1;
    this.setWord(slot, STATE, (this.word(slot, STATE) + 1) & (ALIVE - 1));
  }

  /** Gives the row of an ended series to the next one, unless it has named as many as it can. */
  reuse(slot: Slot): void {
    if (this.word(slot, STATE) <= LAST_TURN) this.#enqueue(slot);
  }

  refOf(slot: Slot): SeriesRef {
    const turn = (this.slabAt(slot).words[(slot & ROWS_MASK) * ROW_WORDS] as number) & LAST_TURN;
    return ((turn << SLOT_BITS) | slot) >>> 0;
  }

  /** @returns -1 when the series is gone. */
  slotOf(ref: SeriesRef): Slot {
    const slot = ref & SLOT_MASK;
    if (slot >= this.#made) return -1;
    const state = (this.slabAt(slot).words[(slot & ROWS_MASK) * ROW_WORDS] as number) & 0xffffff;
    return state === ((ref >>> SLOT_BITS) | ALIVE) ? slot : -1;
  }

  isAlive(slot: Slot): boolean {
    return ((this.slabAt(slot).words[(slot & ROWS_MASK) * ROW_WORDS] as number) & ALIVE) !== 0;
  }

  slabAt(slot: Slot): Slab {
    return this.slabs[slot >>> ROWS_BITS] as Slab;
  }

  word(slot: Slot, field: number): number {
    return this.slabAt(slot).words[(slot & ROWS_MASK) * ROW_WORDS + field] as number;
  }

  setWord(slot: Slot, field: number, value: number): void {
    this.slabAt(slot).words[(slot & ROWS_MASK) * ROW_WORDS + field] = value;
  }

  double(slot: Slot, field: number): number {
    return this.slabAt(slot).doubles[((slot & ROWS_MASK) * ROW_WORDS) / 2 + field] as number;
  }

  setDouble(slot: Slot, field: number, value: number): void {
    this.slabAt(slot).doubles[((slot & ROWS_MASK) * ROW_WORDS) / 2 + field] = value;
  }

  /** Counts how often a series was found empty. @returns the count so far, this time included. */
  countIdle(slot: Slot): number {
    const state = this.word(slot, STATE);
    const idle = Math.min(255, (state >>> 24) + 1);
    this.setWord(slot, STATE, (state & (IDLE - 1)) | (idle << 24));
    return idle;
  }

  clearIdle(slot: Slot): void {
    const state = this.word(slot, STATE);
    if (state >= IDLE) this.setWord(slot, STATE, state & (IDLE - 1));
  }

  #clear(slot: Slot, turn: number): void {
    const { words, doubles } = this.slabAt(slot);
    const at = (slot & ROWS_MASK) * ROW_WORDS;
    words.fill(0, at, at + ROW_WORDS);
    words[at + STATE] = turn | ALIVE;
    doubles[at / 2 + LAST_TIME] = Number.NEGATIVE_INFINITY;
    this.#alive += 1;
  }

  #takeSlot(): Slot {
    const slot = this.#firstFree;
    if (slot >= 0) {
      this.#firstFree = slot === this.#lastFree ? -1 : this.word(slot, LABELS);
      return slot;
    }
    if (this.#made === MOST_SERIES) throw new RangeError('no row is free');
    if ((this.#made & ROWS_MASK) === 0) this.#addSlab();
    this.#made += 1;
    return this.#made - 1;
  }

  #enqueue(slot: Slot): void {
    if (this.#firstFree < 0) this.#firstFree = slot;
    else this.setWord(this.#lastFree, LABELS, slot);
    this.#lastFree = slot;
  }

  #addSlab(): void {
    const buffer = new ArrayBuffer((ROWS_MASK + 1) * ROW_WORDS * 4);
    this.slabs.push({ words: new Uint32Array(buffer), doubles: new Float64Array(buffer) });
  }
}
