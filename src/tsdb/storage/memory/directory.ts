// Which sealed chunks a series has, ordered by the time they begin.

import { Arena, capacityOf } from './arena.ts';
import type { ChunkAddress } from './chunk-slabs.ts';
import type { Chunks } from './chunks.ts';
import { CHUNK_COUNT, CHUNKS, type SeriesRows, type Slot } from './series-rows.ts';

/**
 * Chunks of one series may overlap when samples came late. A chunk that does is joined to those before it; joined
 * chunks are a group, and groups do not overlap.
 */
export class Directory {
  readonly #lists = new Arena();
  readonly #rows: SeriesRows;
  readonly #chunks: Chunks;

  constructor(rows: SeriesRows, chunks: Chunks) {
    this.#rows = rows;
    this.#chunks = chunks;
  }

  get bytes(): number {
    return this.#lists.bytes;
  }

  /** Gives unused memory back. */
  trim(): void {
    this.#lists.trim();
  }

  count(slot: Slot): number {
    return this.#rows.word(slot, CHUNK_COUNT);
  }

  at(slot: Slot, index: number): ChunkAddress {
    const list = this.#rows.word(slot, CHUNKS);
    return this.#lists.wordsAt(list)[(list & 0xffff) + index] as number;
  }

  add(slot: Slot, chunk: ChunkAddress): void {
    const oldest = this.#chunks.oldest(chunk);
    const count = this.count(slot);
    const index = this.#firstAfter(slot, oldest);
    const list = this.#resize(slot, count, count + 1);
    const words = this.#lists.wordsAt(list);
    const at = (list & 0xffff) + index;
    words.copyWithin(at + 1, at, (list & 0xffff) + count);
    words[at] = chunk;
    this.#rejoin(slot, index);
  }

  /** Where the group begins that may hold `time`, or else the first one after it. */
  groupAt(slot: Slot, time: number): number {
    let index = this.#firstAfter(slot, time);
    if (index > 0) index -= 1;
    while (index > 0 && this.#chunks.isJoined(this.at(slot, index))) index -= 1;
    return index;
  }

  /** Where the group that begins at `index` ends. */
  groupEnd(slot: Slot, index: number): number {
    let end = index + 1;
    while (end < this.count(slot) && this.#chunks.isJoined(this.at(slot, end))) end += 1;
    return end;
  }

  /** Takes chunks from the beginning that hold nothing from `time` on. @returns how many samples went with them. */
  dropBefore(slot: Slot, time: number): number {
    const count = this.count(slot);
    let gone = 0;
    let samples = 0;
    for (; gone < count && this.#chunks.newest(this.at(slot, gone)) < time; gone += 1) {
      samples += this.#chunks.samples(this.at(slot, gone));
      this.#chunks.drop(this.at(slot, gone));
    }
    if (gone > 0) this.#cut(slot, gone);
    return samples;
  }

  #firstAfter(slot: Slot, time: number): number {
    let low = 0;
    let high = this.count(slot);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#chunks.oldest(this.at(slot, middle)) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #cut(slot: Slot, gone: number): void {
    const list = this.#rows.word(slot, CHUNKS);
    const from = list & 0xffff;
    const count = this.count(slot);
    this.#lists.wordsAt(list).copyWithin(from, from + gone, from + count);
    this.#resize(slot, count, count - gone);
  }

  #resize(slot: Slot, count: number, wanted: number): number {
    const list = this.#rows.word(slot, CHUNKS);
    this.#rows.setWord(slot, CHUNK_COUNT, wanted);
    if (capacityOf(count) === capacityOf(wanted)) return list;
    const moved = wanted === 0 ? 0 : this.#lists.allocate(wanted);
    const from = list & 0xffff;
    const kept = this.#lists.wordsAt(list).subarray(from, from + Math.min(count, wanted));
    if (kept.length > 0) this.#lists.wordsAt(moved).set(kept, moved & 0xffff);
    if (count > 0) this.#lists.free(list, count);
    this.#rows.setWord(slot, CHUNKS, moved);
    return moved;
  }

  // A chunk came in at `index`: it and those behind it may overlap what is before them now.
  #rejoin(slot: Slot, index: number): void {
    const begin = index === 0 ? 0 : this.#groupStart(slot, index - 1);
    let newest = this.#chunks.newest(this.at(slot, begin));
    this.#chunks.setJoined(this.at(slot, begin), false);
    for (let i = begin + 1; i < this.count(slot); i += 1) {
      const chunk = this.at(slot, i);
      const overlaps = this.#chunks.oldest(chunk) < newest;
      if (i > index && !overlaps && !this.#chunks.isJoined(chunk)) return;
      this.#chunks.setJoined(chunk, overlaps);
      newest = Math.max(newest, this.#chunks.newest(chunk));
    }
  }

  #groupStart(slot: Slot, index: number): number {
    let start = index;
    while (start > 0 && this.#chunks.isJoined(this.at(slot, start))) start -= 1;
    return start;
  }
}
