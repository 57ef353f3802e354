// The memory of sealed chunks: slabs that are filled once, one after the other, and freed whole.

/** 512 KiB. What is sealed at one time ages at one time, so a slab empties whole. */
const SLAB_BITS = 17;
const SLAB_WORDS = 1 << SLAB_BITS;
export const OFFSET_MASK = SLAB_WORDS - 1;

/** Places are numbers of 32 bits, so there is no more than 16 GiB; a store that comes near it frees its oldest. */
export const MOST_CHUNK_BYTES = 14 * 2 ** 30;

/** The place of a chunk: its slab, and the word it begins at. */
export type ChunkAddress = number;

// A slab is blocks without gaps. A chunk is the ref of its series; whether it is joined, how many words it takes and
// where its times are; its values. A block of times, which all series share that were scraped together, is no ref;
// how many words it takes and how many times it has; how long it spans; the first time as two words, the lower first;
// and when the times are not regular, the others.
export const NO_REF = 0xffffffff;
export const CHUNK_HEAD = 2;
export const TIMES_HEAD = 5;
export const COUNT_BITS = 8;
export const COUNT_MASK = (1 << COUNT_BITS) - 1;
export const JOINED = 0x80000000;

export interface ChunkSlab {
  /** Never given to another slab, on disk either. */
  readonly id: number;
  readonly words: Uint32Array;
  /** Words that are filled. */
  used: number;
  /** Chunks that are wanted; without any the slab goes. */
  chunks: number;
  /** The newest time in it. */
  newest: number;
}

/** Whole blocks of a slab, and the word they begin at. */
export interface SlabPiece {
  readonly from: number;
  readonly blocks: Uint32Array;
}

/** So many empty slabs wait to be filled again. */
const MOST_SPARE = 4;

export class ChunkSlabs {
  readonly #slabs: (ChunkSlab | undefined)[] = [];
  readonly #empty: number[] = [];
  readonly #spare: Uint32Array[] = [];
  #open = -1;
  #nextId = 1;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The slab that is being filled. */
  get open(): ChunkSlab | undefined {
    return this.#slabs[this.#open];
  }

  at(address: ChunkAddress): ChunkSlab {
    return this.#slabs[address >>> SLAB_BITS] as ChunkSlab;
  }

  /** The address of what begins at a word of the open slab. */
  addressOf(word: number): ChunkAddress {
    return ((this.#open << SLAB_BITS) | word) >>> 0;
  }

  /** The open slab, a new one when there is no room for so many words. */
  withRoom(words: number): ChunkSlab {
    const { open } = this;
    if (open !== undefined && open.used + words <= SLAB_WORDS) return open;
    if (open?.chunks === 0) this.#drop(this.#open);
    this.#open = this.#empty.pop() ?? this.#slabs.length;
    return this.#add(this.#open, this.#nextId, this.#spare.pop() ?? new Uint32Array(SLAB_WORDS));
  }

  /** To be called when a slab has lost a chunk. */
  dropIfEmpty(address: ChunkAddress): void {
    if (this.at(address).chunks === 0) this.#dropUnlessOpen(address >>> SLAB_BITS);
  }

  dropAllEmpty(): void {
    for (const [index, slab] of this.#slabs.entries()) if (slab?.chunks === 0) this.#dropUnlessOpen(index);
  }

  /** Those that do not change any more. */
  full(): ChunkSlab[] {
    return this.#slabs.filter((slab, index): slab is ChunkSlab => slab !== undefined && index !== this.#open);
  }

  /** The time before which everything must go for so many bytes to be freed, as far as full slabs have them. */
  timeToFree(bytes: number): number {
    const times = this.full().map(({ newest }) => newest);
    const last = times.sort((a, b) => a - b)[Math.min(times.length, Math.ceil(bytes / (4 * SLAB_WORDS))) - 1];
    return last === undefined ? Number.NEGATIVE_INFINITY : last + 1;
  }

  /** What is written of a slab; none when the slab is gone. */
  *pieces(id: number, mostWords: number): Generator<SlabPiece> {
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
   * @returns the addresses of chunks that are whole.
   */
  restore(id: number, pieces: readonly SlabPiece[], isOpen: boolean): ChunkAddress[] {
    const index = this.#empty.pop() ?? this.#slabs.length;
    const slab = this.#add(index, id, new Uint32Array(SLAB_WORDS));
    if (isOpen) this.#open = index;
    for (const { from, blocks } of pieces) {
      fillGap(slab.words, slab.used, from);
      slab.words.set(blocks, from);
      slab.used = from + blocks.length;
    }
    return chunksOf(slab).map((word) => ((index << SLAB_BITS) | word) >>> 0);
  }

  #add(index: number, id: number, words: Uint32Array): ChunkSlab {
    const slab = { id, words, used: 0, chunks: 0, newest: Number.NEGATIVE_INFINITY };
    this.#nextId = Math.max(this.#nextId, id + 1);
    this.#slabs[index] = slab;
    this.#bytes += 4 * SLAB_WORDS;
    return slab;
  }

  #dropUnlessOpen(index: number): void {
    if (index !== this.#open) this.#drop(index);
  }

  #drop(index: number): void {
    const { words } = this.#slabs[index] as ChunkSlab;
    if (this.#spare.length < MOST_SPARE) this.#spare.push(words);
    this.#slabs[index] = undefined;
    this.#empty.push(index);
    this.#bytes -= 4 * SLAB_WORDS;
  }
}

/** The second word of a chunk that is not joined. */
export function chunkSize(words: number, times: number): number {
  return (words << SLAB_BITS) | times;
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

function chunksOf({ words, used }: ChunkSlab): number[] {
  const found: number[] = [];
  for (let at = 0; at < used; at += blockLength(words, at)) if (isWholeChunk(words, at)) found.push(at);
  return found;
}

// Its times may have been in a piece that is lost.
function isWholeChunk(words: Uint32Array, at: number): boolean {
  const times = (words[at + 1] as number) & OFFSET_MASK;
  const isThere = words[times] === NO_REF && ((words[times + 1] as number) & COUNT_MASK) > 0;
  return words[at] !== NO_REF && isThere;
}
