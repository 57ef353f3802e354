// Sealed samples: chunks of at most 128, each with its values, and with times that it mostly shares.

import type { SeriesRef } from '../contract.ts';
import {
  CHUNK_HEAD,
  type ChunkAddress,
  type ChunkSlab,
  ChunkSlabs,
  COUNT_BITS,
  COUNT_MASK,
  chunkSize,
  JOINED,
  NO_REF,
  OFFSET_MASK,
  TIMES_HEAD,
} from './chunk-slabs.ts';
import { BitReader, BitWriter } from './codec/bits.ts';
import { decodeTimes, fillTimes, TimeEncoder } from './codec/times.ts';
import { decodeValues, ValueEncoder } from './codec/values.ts';
import { Columns } from './columns.ts';
import { PAGE_SAMPLES } from './pages.ts';

// A value takes no more than 9 bytes and its stale marker one, a time 72 bits.
const MOST_WORDS = 4 * PAGE_SAMPLES;

export class Chunks {
  readonly slabs = new ChunkSlabs();
  #count = 0;
  // The block of times that was written last, which the next chunk mostly shares, and the slab it is in.
  readonly #lastTimes = new Columns(PAGE_SAMPLES);
  #lastTimesAt = 0;
  #lastTimesIn: ChunkSlab | undefined;
  readonly #timeBits = new BitWriter(MOST_WORDS);
  readonly #valueBits = new BitWriter(MOST_WORDS);
  readonly #timeEncoder = new TimeEncoder(PAGE_SAMPLES);
  readonly #valueEncoder = new ValueEncoder(PAGE_SAMPLES);
  readonly #reader = new BitReader();

  get count(): number {
    return this.#count;
  }

  /** @param samples at most 128, oldest first; what stands beside stale markers is changed. */
  seal(series: SeriesRef, samples: Columns): ChunkAddress {
    const bits = this.#valueBits;
    bits.clear();
    this.#valueEncoder.encode(samples, bits);
    const length = CHUNK_HEAD + bits.usedWords;
    const slab = this.slabs.withRoom(length + TIMES_HEAD + MOST_WORDS);
    const times = this.#timesFor(slab, samples);
    const chunk = slab.used;
    slab.words[chunk] = series;
    slab.words[chunk + 1] = chunkSize(length, times);
    slab.words.set(bits.words.subarray(0, bits.usedWords), chunk + CHUNK_HEAD);
    slab.used += length;
    const address = this.slabs.addressOf(chunk);
    this.claim(address);
    return address;
  }

  /** Counts a chunk as one that is wanted; those that are sealed are. */
  claim(address: ChunkAddress): void {
    const slab = this.slabs.at(address);
    slab.chunks += 1;
    slab.newest = Math.max(slab.newest, this.newest(address));
    this.#count += 1;
  }

  drop(address: ChunkAddress): void {
    this.slabs.at(address).chunks -= 1;
    this.#count -= 1;
    this.slabs.dropIfEmpty(address);
  }

  /** Adds the samples of a chunk to columns that have room for them. */
  decode(address: ChunkAddress, into: Columns): void {
    const { words } = this.slabs.at(address);
    const times = timesOf(words, address);
    const size = words[times + 1] as number;
    const count = size & COUNT_MASK;
    const first = firstTime(words, times);
    if (size >>> COUNT_BITS === TIMES_HEAD) fillTimes(first, words[times + 2] as number, count, into);
    else {
      this.#reader.open(words, times + TIMES_HEAD);
      decodeTimes(this.#reader, first, count, into);
    }
    this.#reader.open(words, (address & OFFSET_MASK) + CHUNK_HEAD);
    decodeValues(this.#reader, count, into);
    into.length += count;
  }

  seriesOf(address: ChunkAddress): SeriesRef {
    return this.slabs.at(address).words[address & OFFSET_MASK] as number;
  }

  oldest(address: ChunkAddress): number {
    const { words } = this.slabs.at(address);
    return firstTime(words, timesOf(words, address));
  }

  newest(address: ChunkAddress): number {
    const { words } = this.slabs.at(address);
    const times = timesOf(words, address);
    return firstTime(words, times) + (words[times + 2] as number);
  }

  samples(address: ChunkAddress): number {
    const { words } = this.slabs.at(address);
    return (words[timesOf(words, address) + 1] as number) & COUNT_MASK;
  }

  /** Whether samples of the chunk may be older than some of the chunks before it. */
  isJoined(address: ChunkAddress): boolean {
    return ((this.slabs.at(address).words[(address & OFFSET_MASK) + 1] as number) & JOINED) !== 0;
  }

  setJoined(address: ChunkAddress, isJoined: boolean): void {
    const { words } = this.slabs.at(address);
    const at = (address & OFFSET_MASK) + 1;
    words[at] = isJoined ? (words[at] as number) | JOINED : (words[at] as number) & ~JOINED;
  }

  #timesFor(slab: ChunkSlab, samples: Columns): number {
    if (slab === this.#lastTimesIn && isSameTimes(samples, this.#lastTimes)) return this.#lastTimesAt;
    this.#lastTimesIn = slab;
    this.#lastTimesAt = slab.used;
    this.#lastTimes.length = 0;
    this.#lastTimes.pushAll(samples, 0, samples.length);
    this.#writeTimes(slab, samples);
    return this.#lastTimesAt;
  }

  #writeTimes(slab: ChunkSlab, samples: Columns): void {
    const bits = this.#timeBits;
    bits.clear();
    this.#timeEncoder.encode(samples, bits);
    const { words, used } = slab;
    const first = samples.times[0] as number;
    const length = TIMES_HEAD + bits.usedWords;
    words[used] = NO_REF;
    words[used + 1] = (length << COUNT_BITS) | samples.length;
    words[used + 2] = (samples.times[samples.length - 1] as number) - first;
    words[used + 3] = first;
    words[used + 4] = Math.floor(first / 0x100000000);
    words.set(bits.words.subarray(0, bits.usedWords), used + TIMES_HEAD);
    slab.used += length;
  }
}

function timesOf(words: Uint32Array, address: ChunkAddress): number {
  return (words[(address & OFFSET_MASK) + 1] as number) & OFFSET_MASK;
}

function firstTime(words: Uint32Array, times: number): number {
  return ((words[times + 4] as number) | 0) * 0x100000000 + (words[times + 3] as number);
}

function isSameTimes(a: Columns, b: Columns): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a.times[i] !== b.times[i]) return false;
  return true;
}
