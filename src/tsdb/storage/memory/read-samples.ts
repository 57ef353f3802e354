// Reads one series in order of time, piece by piece, from sealed chunks, late page and open page alike.

import { Columns, lowerBound, sortColumns } from './columns.ts';
import { COME_LATE, IN_ORDER, PAGE_SAMPLES, type PageKind } from './pages.ts';
import type { Samples } from './samples.ts';
import { LAST_TIME, type Slot } from './series-rows.ts';

/** Reads with scratch memory of its own; nothing is kept from one call to the next. */
export class SampleReader {
  readonly #samples: Samples;
  readonly #scratch = new Columns(PAGE_SAMPLES);
  readonly #one = new Columns(1);

  constructor(samples: Samples) {
    this.#samples = samples;
  }

  /**
   * Adds the samples of a series from `from` to `to`, both included, as far as there is room.
   * @returns whether that was all; otherwise go on one millisecond after the last.
   */
  read(slot: Slot, from: number, to: number, into: Columns): boolean {
    if (from > to) return true;
    const readTo = this.#readSealed(slot, from, to, into);
    if (readTo === undefined) return false;
    return (
      this.#readPage(slot, COME_LATE, readTo, to, into) && this.#readPage(slot, IN_ORDER, readTo, to, into)
    );
  }

  /** Whether a series has a sample from `from` to `to`, both included. */
  hasSample(slot: Slot, from: number, to: number): boolean {
    const last = this.#samples.rows.double(slot, LAST_TIME);
    if (last < from || from > to) return false;
    if (last <= to && !this.#samples.isEmpty(slot)) return true;
    this.#one.length = 0;
    this.read(slot, from, to, this.#one);
    return this.#one.length > 0;
  }

  // Groups one after the other. Late samples that are no newer than a group go in with it.
  /** @returns the time from which the pages are to be read, undefined when there is no room for all. */
  #readSealed(slot: Slot, from: number, to: number, into: Columns): number | undefined {
    const { directory, chunks } = this.#samples;
    const count = directory.count(slot);
    let next = from;
    for (let i = count === 0 ? 0 : directory.groupAt(slot, from); i < count && next <= to; ) {
      const end = directory.groupEnd(slot, i);
      if (chunks.oldest(directory.at(slot, i)) > to) break;
      const newest = this.#newestOf(slot, i, end);
      if (newest >= next) {
        if (!this.#readGroup(slot, i, end, next, Math.min(to, newest), into)) return undefined;
        next = newest + 1;
      }
      i = end;
    }
    return next;
  }

  #newestOf(slot: Slot, begin: number, end: number): number {
    const { directory, chunks } = this.#samples;
    let newest = Number.NEGATIVE_INFINITY;
    for (let i = begin; i < end; i += 1) newest = Math.max(newest, chunks.newest(directory.at(slot, i)));
    return newest;
  }

  #readGroup(slot: Slot, begin: number, end: number, from: number, to: number, into: Columns): boolean {
    const { directory, chunks, pages } = this.#samples;
    const late = pages.lowerBound(slot, COME_LATE, from);
    const lateEnd = pages.lowerBound(slot, COME_LATE, to + 1);
    if (end - begin > 1 || lateEnd > late) return this.#readMixed(slot, begin, end, from, to, into);
    const chunk = directory.at(slot, begin);
    if (chunks.oldest(chunk) >= from && chunks.newest(chunk) <= to && into.room >= PAGE_SAMPLES) {
      chunks.decode(chunk, into);
      return true;
    }
    this.#scratch.length = 0;
    chunks.decode(chunk, this.#scratch);
    return takeRange(this.#scratch, from, to, into);
  }

  #readMixed(slot: Slot, begin: number, end: number, from: number, to: number, into: Columns): boolean {
    const { directory, chunks, pages } = this.#samples;
    const lateBegin = pages.lowerBound(slot, COME_LATE, from);
    const lateEnd = pages.lowerBound(slot, COME_LATE, to + 1);
    const all = new Columns((end - begin) * PAGE_SAMPLES + lateEnd - lateBegin);
    for (let i = begin; i < end; i += 1) chunks.decode(directory.at(slot, i), all);
    pages.copy(slot, COME_LATE, lateBegin, lateEnd, all);
    return takeRange(sortColumns(all), from, to, into);
  }

  #readPage(slot: Slot, kind: PageKind, from: number, to: number, into: Columns): boolean {
    const { pages } = this.#samples;
    const begin = pages.lowerBound(slot, kind, from);
    const end = pages.lowerBound(slot, kind, to + 1);
    const last = Math.min(end, begin + into.room);
    pages.copy(slot, kind, begin, last, into);
    return last === end;
  }
}

function takeRange(samples: Columns, from: number, to: number, into: Columns): boolean {
  const begin = lowerBound(samples.times, samples.length, from);
  const end = lowerBound(samples.times, samples.length, to + 1);
  const taken = Math.min(end - begin, into.room);
  into.pushAll(samples, begin, begin + taken);
  return taken === end - begin;
}
