// Pages of samples that are not sealed yet: times as milliseconds from a base, values as they are.

import { Arena } from './arena.ts';
import type { Columns } from './columns.ts';
import {
  LATE,
  LATE_BASE,
  LATE_FILL,
  PAGE,
  PAGE_BASE,
  PAGE_FILL,
  type SeriesRows,
  type Slot,
} from './series-rows.ts';

/** A page grows through these sizes, so that a series of a few samples takes little. All keep doubles at even words. */
export const PAGE_SAMPLES = 128;
const SIZES = [16, PAGE_SAMPLES];
const WORDS_A_SAMPLE = 3;

/** Times are 32-bit milliseconds from the base. */
export const LONGEST_SPAN_MS = 0xffffffff;

/** Where in a row a page is kept: what is appended in order, and what comes late. */
export interface PageKind {
  readonly page: number;
  readonly fill: number;
  readonly base: number;
}
export const IN_ORDER: PageKind = { page: PAGE, fill: PAGE_FILL, base: PAGE_BASE };
export const COME_LATE: PageKind = { page: LATE, fill: LATE_FILL, base: LATE_BASE };

export class Pages {
  readonly arena = new Arena();
  readonly #rows: SeriesRows;

  constructor(rows: SeriesRows) {
    this.#rows = rows;
  }

  count(slot: Slot, kind: PageKind): number {
    return this.#rows.word(slot, kind.fill) & 0xffff;
  }

  capacity(slot: Slot, kind: PageKind): number {
    return this.#rows.word(slot, kind.fill) >>> 16;
  }

  timeAt(slot: Slot, kind: PageKind, index: number): number {
    const page = this.#rows.word(slot, kind.page);
    const delta = this.arena.wordsAt(page)[(page & 0xffff) + index] as number;
    return this.#rows.double(slot, kind.base) + delta;
  }

  /** Makes room for one sample at `time` where there is none. @returns false when the page is as large as it gets. */
  grow(slot: Slot, kind: PageKind, time: number): boolean {
    const capacity = this.capacity(slot, kind);
    const size = SIZES.find((next) => next > capacity);
    if (size === undefined) return false;
    const page = this.arena.allocate(WORDS_A_SAMPLE * size);
    const count = this.count(slot, kind);
    if (count === 0) this.#rows.setDouble(slot, kind.base, time);
    else this.#move(this.#rows.word(slot, kind.page), capacity, page, size, count);
    if (capacity > 0) this.arena.free(this.#rows.word(slot, kind.page), WORDS_A_SAMPLE * capacity);
    this.#rows.setWord(slot, kind.page, page);
    this.#rows.setWord(slot, kind.fill, (size << 16) | count);
    return true;
  }

  /** Empties a page but keeps its place; `time` is the next sample's. */
  restart(slot: Slot, kind: PageKind, time: number): void {
    this.#rows.setWord(slot, kind.fill, this.capacity(slot, kind) << 16);
    this.#rows.setDouble(slot, kind.base, time);
  }

  free(slot: Slot, kind: PageKind): void {
    const capacity = this.capacity(slot, kind);
    if (capacity === 0) return;
    this.arena.free(this.#rows.word(slot, kind.page), WORDS_A_SAMPLE * capacity);
    this.#rows.setWord(slot, kind.page, 0);
    this.#rows.setWord(slot, kind.fill, 0);
  }

  /** The first sample that is not older than `time`. */
  lowerBound(slot: Slot, kind: PageKind, time: number): number {
    let low = 0;
    let high = this.count(slot, kind);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(slot, kind, middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts a sample before the one at `index`; the page has room and its base is not later than `time`. */
  insert(slot: Slot, kind: PageKind, index: number, time: number, low: number, high: number): void {
    const page = this.#rows.word(slot, kind.page);
    const words = this.arena.wordsAt(page);
    const times = page & 0xffff;
    const values = times + this.capacity(slot, kind);
    const count = this.count(slot, kind);
    words.copyWithin(times + index + 1, times + index, times + count);
    words.copyWithin(values + 2 * index + 2, values + 2 * index, values + 2 * count);
    words[times + index] = time - this.#rows.double(slot, kind.base);
    words[values + 2 * index] = low;
    words[values + 2 * index + 1] = high;
    this.#rows.setWord(slot, kind.fill, this.#rows.word(slot, kind.fill) + 1);
  }

  /** Counts the times of a page from `base` on, which is not later than any of them. */
  rebase(slot: Slot, kind: PageKind, base: number): void {
    const page = this.#rows.word(slot, kind.page);
    const words = this.arena.wordsAt(page);
    const shift = this.#rows.double(slot, kind.base) - base;
    const end = (page & 0xffff) + this.count(slot, kind);
    for (let i = page & 0xffff; i < end; i += 1) words[i] = (words[i] as number) + shift;
    this.#rows.setDouble(slot, kind.base, base);
  }

  /** Adds samples `from` to `to` to columns that have room for them. */
  copy(slot: Slot, kind: PageKind, from: number, to: number, into: Columns): void {
    const page = this.#rows.word(slot, kind.page);
    const words = this.arena.wordsAt(page);
    const base = this.#rows.double(slot, kind.base);
    const times = page & 0xffff;
    const values = times + this.capacity(slot, kind);
    for (let i = from; i < to; i += 1) {
      into.push(
        base + (words[times + i] as number),
        words[values + 2 * i] as number,
        words[values + 2 * i + 1] as number,
      );
    }
  }

  #move(from: number, oldSize: number, to: number, newSize: number, count: number): void {
    const old = this.arena.wordsAt(from);
    const words = this.arena.wordsAt(to);
    const begin = from & 0xffff;
    const values = begin + oldSize;
    words.set(old.subarray(begin, begin + count), to & 0xffff);
    words.set(old.subarray(values, values + 2 * count), (to & 0xffff) + newSize);
  }
}
