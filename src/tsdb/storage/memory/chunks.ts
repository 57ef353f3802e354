// Sealed samples in slabs that are filled once, in the order of sealing, and freed whole.

import type { SeriesRef } from '../contract.ts';
import type { Columns } from './columns.ts';

/** 512 KiB. What is sealed at one time ages at one time, so a slab empties whole. */
const SLAB_BITS = 17;
const SLAB_WORDS = 1 << SLAB_BITS;
const OFFSET_MASK = SLAB_WORDS - 1;

/** The place of a chunk: its slab, and the word it begins at. */
export type ChunkAddress = number;

// A chunk: the series, then this word, then its values. Its times stand in the same slab, one block for all series
// that were scraped together: the span, count, and the first time as two words, then the rest.
const JOINED = 0x80000000;
const MORE_TIMES_WORDS = 4;

interface ChunkSlab {
  readonly words: Uint32Array;
  used: number;
  chunks: number;
}

export class Chunks {
  readonly #slabs: (ChunkSlab | undefined)[] = [];
  readonly #emptySlabs: number[] = [];
  #open = -1;
  #chunks = 0;
  #bytes = 0;

  get count(): number {
    return this.#chunks;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param samples oldest first, no more than have room in 16 KiB. */
  seal(series: SeriesRef, samples: Columns): ChunkAddress {
    const words = 2 + MORE_TIMES_WORDS + 3 * samples.length;
    const slab = this.#slabFor(words);
    const times = slab.used;
    const chunk = times + MORE_TIMES_WORDS + samples.length;
    const first = samples.times[0] as number;
    slab.words[times] = (samples.times[samples.length - 1] as number) - first;
    slab.words[times + 1] = samples.length;
    slab.words[times + 2] = first;
    slab.words[times + 3] = Math.floor(first / 0x100000000);
    for (let i = 0; i < samples.length; i += 1)
      slab.words[times + 4 + i] = (samples.times[i] as number) - first;
    slab.words[chunk] = series;
    slab.words[chunk + 1] = times;
    slab.words.set(samples.words.subarray(0, 2 * samples.length), chunk + 2);
    slab.used += words;
    slab.chunks += 1;
    this.#chunks += 1;
    return ((this.#open << SLAB_BITS) | chunk) >>> 0;
  }

  /** Adds the samples of a chunk to columns that have room for them. */
  decode(address: ChunkAddress, into: Columns): void {
    const { words } = this.#slabs[address >>> SLAB_BITS] as ChunkSlab;
    const chunk = address & OFFSET_MASK;
    const times = (words[chunk + 1] as number) & OFFSET_MASK;
    const first = this.oldest(address);
    const count = words[times + 1] as number;
    for (let i = 0; i < count; i += 1) into.times[into.length + i] = first + (words[times + 4 + i] as number);
    into.words.set(words.subarray(chunk + 2, chunk + 2 + 2 * count), 2 * into.length);
    into.length += count;
  }

  oldest(address: ChunkAddress): number {
    const { words } = this.#slabs[address >>> SLAB_BITS] as ChunkSlab;
    const times = (words[(address & OFFSET_MASK) + 1] as number) & OFFSET_MASK;
    return ((words[times + 3] as number) | 0) * 0x100000000 + (words[times + 2] as number);
  }

  newest(address: ChunkAddress): number {
    const { words } = this.#slabs[address >>> SLAB_BITS] as ChunkSlab;
    const times = (words[(address & OFFSET_MASK) + 1] as number) & OFFSET_MASK;
    return this.oldest(address) + (words[times] as number);
  }

  samples(address: ChunkAddress): number {
    const { words } = this.#slabs[address >>> SLAB_BITS] as ChunkSlab;
    const times = (words[(address & OFFSET_MASK) + 1] as number) & OFFSET_MASK;
    return words[times + 1] as number;
  }

  /** Whether samples of the chunk may be older than some of the chunks before it. */
  isJoined(address: ChunkAddress): boolean {
    const { words } = this.#slabs[address >>> SLAB_BITS] as ChunkSlab;
    return ((words[(address & OFFSET_MASK) + 1] as number) & JOINED) !== 0;
  }

  setJoined(address: ChunkAddress, isJoined: boolean): void {
    const { words } = this.#slabs[address >>> SLAB_BITS] as ChunkSlab;
    const at = (address & OFFSET_MASK) + 1;
    words[at] = isJoined ? (words[at] as number) | JOINED : (words[at] as number) & ~JOINED;
  }

  drop(address: ChunkAddress): void {
    const index = address >>> SLAB_BITS;
    const slab = this.#slabs[index] as ChunkSlab;
    slab.chunks -= 1;
    this.#chunks -= 1;
    if (slab.chunks === 0 && index !== this.#open) this.#dropSlab(index);
  }

  #slabFor(words: number): ChunkSlab {
    const open = this.#slabs[this.#open];
    if (open !== undefined && open.used + words <= SLAB_WORDS) return open;
    if (open?.chunks === 0) this.#dropSlab(this.#open);
    this.#open = this.#emptySlabs.pop() ?? this.#slabs.length;
    const slab = { words: new Uint32Array(SLAB_WORDS), used: 0, chunks: 0 };
    this.#slabs[this.#open] = slab;
    this.#bytes += 4 * SLAB_WORDS;
    return slab;
  }

  #dropSlab(index: number): void {
    this.#slabs[index] = undefined;
    this.#emptySlabs.push(index);
    this.#bytes -= 4 * SLAB_WORDS;
  }
}
