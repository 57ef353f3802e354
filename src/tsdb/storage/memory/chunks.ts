// Sealed samples in slabs that are filled once, in the order of sealing, and freed whole.

import type { SeriesRef } from '../contract.ts';
import { BitReader, BitWriter } from './codec/bits.ts';
import { decodeTimes, fillTimes, TimeEncoder } from './codec/times.ts';
import { decodeValues, ValueEncoder } from './codec/values.ts';
import { Columns } from './columns.ts';
import { PAGE_SAMPLES } from './pages.ts';

/** 512 KiB. What is sealed at one time ages at one time, so a slab empties whole. */
const SLAB_BITS = 17;
const SLAB_WORDS = 1 << SLAB_BITS;
const OFFSET_MASK = SLAB_WORDS - 1;

/** The place of a chunk: its slab, and the word it begins at. */
export type ChunkAddress = number;

// A chunk is the ref of its series; whether it is joined, how many words it takes and where its times are; its values.
// A block of times, which all series share that were scraped together: no ref; count and words; how long it spans;
// the first time as two words, the lower first; and when they are not regular, the others.
const JOINED = 0x80000000;
const CHUNK_HEAD = 2;
const NO_REF = 0xffffffff;
const TIMES_HEAD = 5;
const COUNT_BITS = 8;
const COUNT_MASK = (1 << COUNT_BITS) - 1;

// A value takes no more than 9 bytes and its stale marker one, a time 72 bits.
const MOST_WORDS = 4 * PAGE_SAMPLES;

interface ChunkSlab {
  /** Never given to another slab, on disk either. */
  readonly id: number;
  readonly words: Uint32Array;
  used: number;
  chunks: number;
  /** The newest time in it. */
  newest: number;
}

/** So many empty slabs wait to be filled again. */
const MOST_SPARE = 4;

export class Chunks {
  readonly #slabs: (ChunkSlab | undefined)[] = [];
  readonly #emptySlabs: number[] = [];
  readonly #spare: Uint32Array[] = [];
  #open = -1;
  #nextId = 1;
  #chunks = 0;
  #bytes = 0;
  // The block of times that was written last, which the next chunk mostly shares.
  readonly #lastTimes = new Columns(PAGE_SAMPLES);
  #lastTimesAt = 0;
  readonly #timeBits = new BitWriter(MOST_WORDS);
  readonly #valueBits = new BitWriter(MOST_WORDS);
  readonly #timeEncoder = new TimeEncoder(PAGE_SAMPLES);
  readonly #valueEncoder = new ValueEncoder(PAGE_SAMPLES);
  readonly #reader = new BitReader();

  get count(): number {
    return this.#chunks;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How many words of the slabs are written. */
  get words(): number {
    return this.#slabs.reduce((sum, slab) => sum + (slab?.used ?? 0), 0);
  }

  /** @param samples at most 128, oldest first; what stands beside stale markers is changed. */
  seal(series: SeriesRef, samples: Columns): ChunkAddress {
    this.#valueBits.clear();
    this.#valueEncoder.encode(samples, this.#valueBits);
    const length = CHUNK_HEAD + this.#valueBits.usedWords;
    const slab = this.#slabFor(length + TIMES_HEAD + MOST_WORDS);
    const times = this.#timesFor(slab, samples);
    const chunk = slab.used;
    slab.words[chunk] = series;
    slab.words[chunk + 1] = (length << SLAB_BITS) | times;
    slab.words.set(this.#valueBits.words.subarray(0, this.#valueBits.usedWords), chunk + CHUNK_HEAD);
    slab.used += length;
    slab.chunks += 1;
    slab.newest = Math.max(slab.newest, samples.times[samples.length - 1] as number);
    this.#chunks += 1;
    return ((this.#open << SLAB_BITS) | chunk) >>> 0;
  }

  /** Adds the samples of a chunk to columns that have room for them. */
  decode(address: ChunkAddress, into: Columns): void {
    const words = this.#wordsAt(address);
    const chunk = address & OFFSET_MASK;
    const times = (words[chunk + 1] as number) & OFFSET_MASK;
    const size = words[times + 1] as number;
    const count = size & COUNT_MASK;
    const first = firstTime(words, times);
    if (size >>> COUNT_BITS === TIMES_HEAD) fillTimes(first, words[times + 2] as number, count, into);
    else {
      this.#reader.open(words, times + TIMES_HEAD);
      decodeTimes(this.#reader, first, count, into);
    }
    this.#reader.open(words, chunk + CHUNK_HEAD);
    decodeValues(this.#reader, count, into);
    into.length += count;
  }

  oldest(address: ChunkAddress): number {
    const words = this.#wordsAt(address);
    return firstTime(words, (words[(address & OFFSET_MASK) + 1] as number) & OFFSET_MASK);
  }

  newest(address: ChunkAddress): number {
    const words = this.#wordsAt(address);
    const times = (words[(address & OFFSET_MASK) + 1] as number) & OFFSET_MASK;
    return firstTime(words, times) + (words[times + 2] as number);
  }

  samples(address: ChunkAddress): number {
    const words = this.#wordsAt(address);
    const times = (words[(address & OFFSET_MASK) + 1] as number) & OFFSET_MASK;
    return (words[times + 1] as number) & COUNT_MASK;
  }

  /** Whether samples of the chunk may be older than some of the chunks before it. */
  isJoined(address: ChunkAddress): boolean {
    return ((this.#wordsAt(address)[(address & OFFSET_MASK) + 1] as number) & JOINED) !== 0;
  }

  setJoined(address: ChunkAddress, isJoined: boolean): void {
    const words = this.#wordsAt(address);
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

  /** The time before which everything must go for so many bytes to be freed, as far as sealed chunks have them. */
  timeToFree(bytes: number): number {
    const full = this.#slabs.filter((slab, index) => slab !== undefined && index !== this.#open);
    const times = full.map((slab) => (slab as ChunkSlab).newest).sort((a, b) => a - b);
    const last = times[Math.min(times.length, Math.ceil(bytes / (4 * SLAB_WORDS))) - 1];
    return last === undefined ? Number.NEGATIVE_INFINITY : last + 1;
  }

  /** The ids of slabs that are full. */
  full(): number[] {
    return this.#slabs.flatMap((slab, index) => (slab === undefined || index === this.#open ? [] : slab.id));
  }

  /** The id of the slab that is being filled, 0 when there is none. */
  open(): number {
    return this.#slabs[this.#open]?.id ?? 0;
  }

  /** What is written of a slab, in pieces of whole blocks; none when the slab is gone. */
  *pieces(id: number, mostWords: number): Generator<{ readonly from: number; readonly blocks: Uint32Array }> {
    const slab = this.#slabs.find((one) => one?.id === id);
    let from = 0;
    for (let at = 0; slab !== undefined && at < slab.used; ) {
      at += blockLength(slab.words, at);
      if (at - from < mostWords && at < slab.used) continue;
      yield { from, blocks: slab.words.subarray(from, at) };
      from = at;
    }
  }

  /**
   * Puts pieces of a slab, in their order, where they were. A slab that is `isOpen` is filled further.
   * @returns the chunks that are whole with the refs of their series; those that are wanted are to be claimed.
   */
  restore(
    id: number,
    pieces: readonly { readonly from: number; readonly blocks: Uint32Array }[],
    isOpen: boolean,
  ): { readonly ref: SeriesRef; readonly address: ChunkAddress }[] {
    const index = this.#emptySlabs.pop() ?? this.#slabs.length;
    const slab = this.#addSlab(index, id, new Uint32Array(SLAB_WORDS));
    if (isOpen) this.#open = index;
    for (const { from, blocks } of pieces) {
      fillGap(slab.words, slab.used, from);
      slab.words.set(blocks, from);
      slab.used = from + blocks.length;
    }
    const found: { ref: SeriesRef; address: ChunkAddress }[] = [];
    for (const { from, blocks } of pieces) {
      for (let at = from; at < from + blocks.length; at += blockLength(slab.words, at)) {
        if (!isWholeChunk(slab.words, at)) continue;
        found.push({ ref: slab.words[at] as number, address: ((index << SLAB_BITS) | at) >>> 0 });
      }
    }
    return found;
  }

  /** Counts a restored chunk as one that is used. */
  claim(address: ChunkAddress): void {
    const slab = this.#slabs[address >>> SLAB_BITS] as ChunkSlab;
    slab.chunks += 1;
    slab.newest = Math.max(slab.newest, this.newest(address));
    this.#chunks += 1;
  }

  /** Frees restored slabs of which nothing was claimed. */
  dropUnclaimed(): void {
    for (const [index, slab] of this.#slabs.entries()) {
      if (slab?.chunks === 0 && index !== this.#open) this.#dropSlab(index);
    }
  }

  #wordsAt(address: ChunkAddress): Uint32Array {
    return (this.#slabs[address >>> SLAB_BITS] as ChunkSlab).words;
  }

  #timesFor(slab: ChunkSlab, samples: Columns): number {
    if (isSameTimes(samples, this.#lastTimes)) return this.#lastTimesAt;
    const bits = this.#timeBits;
    bits.clear();
    this.#timeEncoder.encode(samples, bits);
    const at = slab.used;
    const first = samples.times[0] as number;
    const length = TIMES_HEAD + bits.usedWords;
    slab.words[at] = NO_REF;
    slab.words[at + 1] = (length << COUNT_BITS) | samples.length;
    slab.words[at + 2] = (samples.times[samples.length - 1] as number) - first;
    slab.words[at + 3] = first;
    slab.words[at + 4] = Math.floor(first / 0x100000000);
    slab.words.set(bits.words.subarray(0, bits.usedWords), at + TIMES_HEAD);
    slab.used += length;
    this.#lastTimes.length = 0;
    this.#lastTimes.pushAll(samples, 0, samples.length);
    this.#lastTimesAt = at;
    return at;
  }

  #slabFor(length: number): ChunkSlab {
    const open = this.#slabs[this.#open];
    if (open !== undefined && open.used + length <= SLAB_WORDS) return open;
    if (open?.chunks === 0) this.#dropSlab(this.#open);
    this.#open = this.#emptySlabs.pop() ?? this.#slabs.length;
    this.#lastTimes.length = 0;
    const words = this.#spare.pop() ?? new Uint32Array(SLAB_WORDS);
    return this.#addSlab(this.#open, this.#nextId, words);
  }

  #addSlab(index: number, id: number, words: Uint32Array): ChunkSlab {
    const slab = { id, words, used: 0, chunks: 0, newest: Number.NEGATIVE_INFINITY };
    this.#nextId = Math.max(this.#nextId, id + 1);
    this.#slabs[index] = slab;
    this.#bytes += 4 * SLAB_WORDS;
    return slab;
  }

  #dropSlab(index: number): void {
    const { words } = this.#slabs[index] as ChunkSlab;
    if (this.#spare.length < MOST_SPARE) this.#spare.push(words);
    this.#slabs[index] = undefined;
    this.#emptySlabs.push(index);
    this.#bytes -= 4 * SLAB_WORDS;
  }
}

function blockLength(words: Uint32Array, at: number): number {
  const size = words[at + 1] as number;
  return words[at] === NO_REF ? size >>> COUNT_BITS : (size & ~JOINED) >>> SLAB_BITS;
}

// What is lost becomes a block of no times, so that the slab can be walked through.
function fillGap(words: Uint32Array, from: number, to: number): void {
  if (from === to) return;
  words[from] = NO_REF;
  words[from + 1] = (to - from) << COUNT_BITS;
}

// Its times may have been in a piece that is lost.
function isWholeChunk(words: Uint32Array, at: number): boolean {
  const times = (words[at + 1] as number) & OFFSET_MASK;
  const isThere = words[times] === NO_REF && ((words[times + 1] as number) & COUNT_MASK) > 0;
  return words[at] !== NO_REF && isThere;
}

function firstTime(words: Uint32Array, times: number): number {
  return ((words[times + 4] as number) | 0) * 0x100000000 + (words[times + 3] as number);
}

function isSameTimes(a: Columns, b: Columns): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a.times[i] !== b.times[i]) return false;
  return true;
}
