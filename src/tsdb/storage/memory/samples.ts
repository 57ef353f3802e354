// The samples of every series: an open page that grows, sealed chunks behind it, and a page for what comes late.

import type { Slab } from './arena.ts';
import type { ChunkAddress } from './chunk-slabs.ts';
import { Chunks } from './chunks.ts';
import { Columns, lowerBound, NAN_HIGH, NAN_LOW, STALE_HIGH, STALE_LOW } from './columns.ts';
import { Directory } from './directory.ts';
import { COME_LATE, IN_ORDER, LONGEST_SPAN_MS, PAGE_SAMPLES, type PageKind, Pages } from './pages.ts';
import {
  LAST_TIME,
  PAGE,
  PAGE_BASE,
  PAGE_FILL,
  ROW_WORDS,
  ROWS_BITS,
  ROWS_MASK,
  type SeriesRows,
  type Slot,
} from './series-rows.ts';

/** What became of a sample. */
const APPENDED = 0;
export const DUPLICATE = 1;
export const CONFLICT = 2;

export class Samples {
  readonly rows: SeriesRows;
  readonly pages: Pages;
  readonly chunks = new Chunks();
  readonly directory: Directory;
  readonly #spanMs: number;
  readonly #scratch = new Columns(PAGE_SAMPLES);
  readonly #bits = new Columns(1);
  #count = 0;

  /** @param spanMs no chunk of samples in order spans more, so that what has expired can go. */
  constructor(rows: SeriesRows, spanMs: number) {
    this.rows = rows;
    this.pages = new Pages(rows);
    this.directory = new Directory(rows, this.chunks);
    this.#spanMs = Math.min(spanMs, LONGEST_SPAN_MS);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.pages.arena.bytes + this.chunks.slabs.bytes + this.directory.bytes;
  }

  /**
   * Hot: kept in one piece, without calls where samples come in order.
   * @returns APPENDED, DUPLICATE or CONFLICT.
   */
  append(slot: Slot, time: number, value: number, isStale: boolean): number {
    const row = this.rows.slabs[slot >>> ROWS_BITS] as Slab;
    const at = (slot & ROWS_MASK) * ROW_WORDS;
    if (time <= (row.doubles[at / 2 + LAST_TIME] as number))
      return this.#appendLate(slot, time, value, isStale);
    const fill = row.words[at + PAGE_FILL] as number;
    const count = fill & 0xffff;
    const sinceBase = time - (row.doubles[at / 2 + PAGE_BASE] as number);
    if (count === fill >>> 16 || sinceBase > this.#spanMs) {
      this.#makeRoom(slot, time);
      return this.append(slot, time, value, isStale);
    }
    const page = row.words[at + PAGE] as number;
    const { words, doubles } = this.pages.arena.slabs[page >>> 16] as Slab;
    const begin = page & 0xffff;
    const place = begin + (fill >>> 16) + 2 * count;
    words[begin + count] = sinceBase;
    if (isStale || Number.isNaN(value)) putNaN(words, place, isStale);
    else doubles[place / 2] = value;
    row.words[at + PAGE_FILL] = fill + 1;
    row.doubles[at / 2 + LAST_TIME] = time;
    this.#count += 1;
    return APPENDED;
  }

  /** Forgets what is older than `time`, as far as whole chunks and pages go. @returns whether nothing is left. */
  dropBefore(slot: Slot, time: number): boolean {
    this.#count -= this.directory.dropBefore(slot, time);
    this.#dropPage(slot, COME_LATE, time);
    this.#dropPage(slot, IN_ORDER, time);
    return this.isEmpty(slot);
  }

  isEmpty(slot: Slot): boolean {
    const inPages = this.pages.count(slot, IN_ORDER) + this.pages.count(slot, COME_LATE);
    return inPages + this.directory.count(slot) === 0;
  }

  /** The time of the oldest sample of a series that has any. */
  oldest(slot: Slot): number {
    const { pages, directory, chunks } = this;
    const late =
      pages.count(slot, COME_LATE) > 0 ? pages.timeAt(slot, COME_LATE, 0) : Number.POSITIVE_INFINITY;
    if (directory.count(slot) > 0) return Math.min(late, chunks.oldest(directory.at(slot, 0)));
    return pages.count(slot, IN_ORDER) > 0 ? Math.min(late, pages.timeAt(slot, IN_ORDER, 0)) : late;
  }

  /** Gives unused memory back. */
  trim(): void {
    this.pages.arena.trim();
    this.directory.trim();
  }

  /** Adds a chunk that was restored. */
  claim(slot: Slot, chunk: ChunkAddress): void {
    const { rows, chunks } = this;
    chunks.claim(chunk);
    this.directory.add(slot, chunk);
    rows.setDouble(slot, LAST_TIME, Math.max(rows.double(slot, LAST_TIME), chunks.newest(chunk)));
    this.#count += chunks.samples(chunk);
  }

  /** Seals the pages of a series and gives their memory back. */
  settle(slot: Slot): void {
    for (const kind of [COME_LATE, IN_ORDER]) {
      if (this.pages.count(slot, kind) > 0) this.#seal(slot, kind);
      this.pages.free(slot, kind);
    }
  }

  #dropPage(slot: Slot, kind: PageKind, time: number): void {
    const count = this.pages.count(slot, kind);
    if (count > 0 && this.pages.timeAt(slot, kind, count - 1) >= time) return;
    this.#count -= count;
    this.pages.free(slot, kind);
  }

  // For a sample that is the newest: the page is full, or its time is too far from the others.
  #makeRoom(slot: Slot, time: number): void {
    const { pages } = this;
    const count = pages.count(slot, IN_ORDER);
    const isLong = time - this.rows.double(slot, PAGE_BASE) > this.#spanMs;
    if (count > 0 && isLong) this.#seal(slot, IN_ORDER);
    else if (count === pages.capacity(slot, IN_ORDER) && !pages.grow(slot, IN_ORDER, time))
      this.#seal(slot, IN_ORDER);
    if (pages.count(slot, IN_ORDER) === 0) pages.restart(slot, IN_ORDER, time);
  }

  #appendLate(slot: Slot, time: number, value: number, isStale: boolean): number {
    const kind = this.#kindFor(slot, time);
    const bits = this.#bitsOf(time, value, isStale);
    const known = this.#find(slot, kind, time);
    if (known !== undefined) return isSameSample(known, bits) ? DUPLICATE : CONFLICT;
    this.#roomAmid(slot, kind, time);
    this.#insert(slot, this.#kindFor(slot, time), time, bits);
    this.#count += 1;
    return APPENDED;
  }

  #kindFor(slot: Slot, time: number): PageKind {
    const { pages } = this;
    return pages.count(slot, IN_ORDER) > 0 && time >= pages.timeAt(slot, IN_ORDER, 0) ? IN_ORDER : COME_LATE;
  }

  #insert(slot: Slot, kind: PageKind, time: number, bits: Columns): void {
    const { pages } = this;
    const index = pages.lowerBound(slot, kind, time);
    pages.insert(slot, kind, index, time, bits.words[0] as number, bits.words[1] as number);
  }

  // A full page of samples in order is sealed; what was to go into it comes late then.
  #roomAmid(slot: Slot, kind: PageKind, time: number): void {
    const { pages } = this;
    if (pages.count(slot, kind) === pages.capacity(slot, kind) && !pages.grow(slot, kind, time)) {
      this.#seal(slot, kind);
      if (kind === IN_ORDER) this.#roomAmid(slot, COME_LATE, time);
    }
    if (kind === COME_LATE) this.#roomBefore(slot, time);
  }

  // A late sample may be older than all others on its page.
  #roomBefore(slot: Slot, time: number): void {
    const { pages } = this;
    const count = pages.count(slot, COME_LATE);
    if (count > 0 && pages.timeAt(slot, COME_LATE, count - 1) - time > LONGEST_SPAN_MS)
      this.#seal(slot, COME_LATE);
    if (pages.count(slot, COME_LATE) === 0) pages.restart(slot, COME_LATE, time);
    else if (time < this.rows.double(slot, COME_LATE.base)) pages.rebase(slot, COME_LATE, time);
    else if (time - this.rows.double(slot, COME_LATE.base) > LONGEST_SPAN_MS) this.#restartLate(slot, time);
  }

  #restartLate(slot: Slot, time: number): void {
    this.#seal(slot, COME_LATE);
    this.pages.restart(slot, COME_LATE, time);
  }

  /** The sample at exactly this time, as the only row. */
  #find(slot: Slot, kind: PageKind, time: number): Columns | undefined {
    const { pages } = this;
    const found = this.#scratch;
    found.length = 0;
    const index = pages.lowerBound(slot, kind, time);
    if (index < pages.count(slot, kind) && pages.timeAt(slot, kind, index) === time) {
      pages.copy(slot, kind, index, index + 1, found);
      return found;
    }
    return kind === COME_LATE ? this.#findSealed(slot, time) : undefined;
  }

  #findSealed(slot: Slot, time: number): Columns | undefined {
    const { directory, chunks } = this;
    if (directory.count(slot) === 0) return undefined;
    const found = this.#scratch;
    const begin = directory.groupAt(slot, time);
    const end = directory.groupEnd(slot, begin);
    for (let i = begin; i < end; i += 1) {
      const chunk = directory.at(slot, i);
      if (chunks.oldest(chunk) > time || chunks.newest(chunk) < time) continue;
      found.length = 0;
      chunks.decode(chunk, found);
      const at = lowerBound(found.times, found.length, time);
      if (found.times[at] === time) return onlyRow(found, at);
    }
    return undefined;
  }

  #seal(slot: Slot, kind: PageKind): void {
    const { pages } = this;
    const sealed = this.#scratch;
    sealed.length = 0;
    pages.copy(slot, kind, 0, pages.count(slot, kind), sealed);
    this.directory.add(slot, this.chunks.seal(this.rows.refOf(slot), sealed));
    pages.restart(slot, kind, this.rows.double(slot, kind.base));
  }

  #bitsOf(time: number, value: number, isStale: boolean): Columns {
    const bits = this.#bits;
    bits.length = 1;
    bits.times[0] = time;
    if (isStale || Number.isNaN(value)) putNaN(bits.words, 0, isStale);
    else bits.values[0] = value;
    return bits;
  }
}

function putNaN(words: Uint32Array, at: number, isStale: boolean): void {
  words[at] = isStale ? STALE_LOW : NAN_LOW;
  words[at + 1] = isStale ? STALE_HIGH : NAN_HIGH;
}

function onlyRow(columns: Columns, at: number): Columns {
  columns.words.copyWithin(0, 2 * at, 2 * at + 2);
  columns.length = 1;
  return columns;
}

function isSameSample(a: Columns, b: Columns): boolean {
  return a.words[0] === b.words[0] && a.words[1] === b.words[1];
}
