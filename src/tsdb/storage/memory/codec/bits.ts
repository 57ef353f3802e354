// Bits in 32-bit words, the highest first.

export class BitWriter {
  readonly words: Uint32Array;
  /** Bits written. */
  length = 0;

  constructor(capacityWords: number) {
    this.words = new Uint32Array(capacityWords);
  }

  get usedWords(): number {
    return (this.length + 31) >>> 5;
  }

  clear(): void {
    this.words.fill(0, 0, this.usedWords);
    this.length = 0;
  }

  /** Takes back what was written from bit `length` on. */
  cut(length: number): void {
    const at = length >>> 5;
    this.words.fill(0, at + 1, this.usedWords);
    (this.words[at] as number) &= (length & 31) === 0 ? 0 : -1 << (32 - (length & 31));
    this.length = length;
  }

  /** @param value less than 2 ** `bits`. @param bits 0 to 32. */
  write(value: number, bits: number): void {
    if (bits === 0) return;
    const at = this.length >>> 5;
    const free = 32 - (this.length & 31);
    this.length += bits;
    if (bits <= free) {
      (this.words[at] as number) |= value << (free - bits);
      return;
    }
    const rest = bits - free;
    (this.words[at] as number) |= value >>> rest;
    this.words[at + 1] = value << (32 - rest);
  }

  /** @param value a whole number less than 2 ** `bits`. @param bits 0 to 53. */
  writeLong(value: number, bits: number): void {
    if (bits <= 32) {
      this.write(value, bits);
      return;
    }
    this.write(Math.floor(value / 0x100000000), bits - 32);
    this.write(value >>> 0, 32);
  }
}

export class BitReader {
  words: Uint32Array = NO_WORDS;
  /** The next bit, counted from the first word. */
  at = 0;

  open(words: Uint32Array, firstWord: number): void {
    this.words = words;
    this.at = 32 * firstWord;
  }

  /** @param bits 1 to 32. */
  read(bits: number): number {
    const at = this.at >>> 5;
    const used = this.at & 31;
    this.at += bits;
    let value = (this.words[at] as number) << used;
    if (used + bits > 32) value |= (this.words[at + 1] as number) >>> (32 - used);
    return value >>> (32 - bits);
  }

  /** @param bits 0 to 53. */
  readLong(bits: number): number {
    if (bits === 0) return 0;
    if (bits <= 32) return this.read(bits);
    const high = this.read(bits - 32);
    return high * 0x100000000 + this.read(32);
  }

  /** The next 32 bits, which stay the next. */
  peek(): number {
    const at = this.at >>> 5;
    const used = this.at & 31;
    const window = (this.words[at] as number) << used;
    return used === 0 ? window : window | ((this.words[at + 1] as number) >>> (32 - used));
  }

  /** Counts ones up to the first zero, which is passed, or up to `most`. */
  readOnes(most: number): number {
    const ones = Math.min(most, Math.clz32(~this.peek()));
    this.at += ones === most ? most : ones + 1;
    return ones;
  }
}

const NO_WORDS = new Uint32Array(0);
