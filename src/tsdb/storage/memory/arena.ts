// Memory for many small lists of 32-bit words: a few large arrays, no object per list.

/** 256 KiB; a longer list has a slab of its own. */
const SLAB_BITS = 16;
const SLAB_WORDS = 1 << SLAB_BITS;
const OFFSET_MASK = SLAB_WORDS - 1;

/** The same memory as words and as doubles; a double stands at an even word. */
export interface Slab {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

/** Where a list begins; 0 is nowhere. The slab is `slabs[ref >>> 16]`, the word in it `ref & 0xffff`. */
export type ArenaRef = number;

/** How many words a list of `length` may grow to where it stands: four steps an octave, so at most a quarter is idle. */
export function capacityOf(length: number): number {
  if (length <= 8) return length;
  const step = 1 << (29 - Math.clz32(length - 1));
  return Math.ceil(length / step) * step;
}

/** Freed lists are kept by capacity for the next of that capacity, chained through their first word. */
export class Arena {
  readonly slabs: Slab[] = [];
  /** Words in use, by slab. */
  readonly #used: number[] = [];
  #bytes = 0;
  #open = 0;
  // Word 0 of the first slab is nowhere; doubles need an even start.
  #next = 2;
  readonly #freed = new Map<number, ArenaRef>();
  readonly #emptySlabs: number[] = [];

  constructor() {
    this.#addSlab(SLAB_WORDS, 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Room for `length` words, of which the first `capacityOf(length)` may be used; what stands there is left over. */
  allocate(length: number): ArenaRef {
    const capacity = capacityOf(length);
    if (capacity > SLAB_WORDS / 4) return this.#addSlab(capacity, capacity) * SLAB_WORDS;
    const freed = this.#freed.get(capacity) ?? 0;
    const ref = freed === 0 ? this.#allocateNew(capacity) : freed;
    if (freed !== 0) this.#freed.set(capacity, this.#nextFreed(freed));
    (this.#used[ref >>> SLAB_BITS] as number) += capacity;
    return ref;
  }

  /** @param length as it was allocated, or any other of the same capacity. */
  free(ref: ArenaRef, length: number): void {
    const capacity = capacityOf(length);
    if (capacity > SLAB_WORDS / 4) {
      this.#dropSlab(ref >>> SLAB_BITS);
      return;
    }
    (this.#used[ref >>> SLAB_BITS] as number) -= capacity;
    this.#chain(capacity, ref);
  }

  /** Gives back slabs in which nothing is used any more. */
  trim(): void {
    const isUnused = (index: number) => index !== this.#open && this.#used[index] === 0;
    const unused = this.slabs.flatMap((slab, index) => (slab !== NO_SLAB && isUnused(index) ? index : []));
    if (unused.length === 0) return;
    for (const capacity of this.#freed.keys())
      this.#keepFreed(capacity, (ref) => !isUnused(ref >>> SLAB_BITS));
    for (const index of unused) this.#dropSlab(index);
  }

  wordsAt(ref: ArenaRef): Uint32Array {
    return (this.slabs[ref >>> SLAB_BITS] as Slab).words;
  }

  #keepFreed(capacity: number, isKept: (ref: ArenaRef) => boolean): void {
    let ref = this.#freed.get(capacity) ?? 0;
    this.#freed.set(capacity, 0);
    while (ref !== 0) {
      const next = this.#nextFreed(ref);
      if (isKept(ref)) this.#chain(capacity, ref);
      ref = next;
    }
  }

  #nextFreed(ref: ArenaRef): ArenaRef {
    return this.wordsAt(ref)[ref & OFFSET_MASK] as number;
  }

  #chain(capacity: number, ref: ArenaRef): void {
    this.wordsAt(ref)[ref & OFFSET_MASK] = this.#freed.get(capacity) ?? 0;
    this.#freed.set(capacity, ref);
  }

  #allocateNew(capacity: number): ArenaRef {
    if (this.#next + capacity > SLAB_WORDS) {
      this.#open = this.#addSlab(SLAB_WORDS, 0);
      this.#next = 0;
    }
    const ref = this.#open * SLAB_WORDS + this.#next;
    this.#next += capacity;
    return ref;
  }

  #addSlab(words: number, used: number): number {
    const buffer = new ArrayBuffer(4 * (words + (words & 1)));
    const index = this.#emptySlabs.pop() ?? this.slabs.length;
    this.slabs[index] = { words: new Uint32Array(buffer), doubles: new Float64Array(buffer) };
    this.#used[index] = used;
    this.#bytes += buffer.byteLength;
    return index;
  }

  #dropSlab(index: number): void {
    this.#bytes -= (this.slabs[index] as Slab).words.byteLength;
    this.slabs[index] = NO_SLAB;
    this.#emptySlabs.push(index);
  }
}

const NO_SLAB: Slab = { words: new Uint32Array(0), doubles: new Float64Array(0) };
