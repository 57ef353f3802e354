// Label names and values, each held once, and as numbers the pairs of them that series have.

import { Arena, type ArenaRef, capacityOf } from './arena.ts';
import type { Slot } from './series-rows.ts';

export type PairId = number;

/** What V8 takes for a string beside its letters, and for an entry of a map (measured). */
const STRING_BYTES = 24;
const PAIR_BYTES = 96;

interface Name {
  readonly text: string;
  readonly pairs: Map<string, PairId>;
  bytes: number;
}

/** Pairs with the slots of the series that have them, in no order. */
export class Symbols {
  readonly #names = new Map<string, Name>();
  readonly #nameOf: Name[] = [];
  readonly #valueOf: string[] = [];
  readonly #slots: ArenaRef[] = [];
  readonly #counts: number[] = [];
  readonly #free: PairId[] = [];
  readonly #lists = new Arena();
  #pairs = 0;
  #bytes = 0;

  get pairs(): number {
    return this.#pairs;
  }

  get bytes(): number {
    return this.#bytes + this.#lists.bytes;
  }

  /** Gives unused memory back. */
  trim(): void {
    this.#lists.trim();
  }

  nameOf(pair: PairId): string {
    return (this.#nameOf[pair] as Name).text;
  }

  valueOf(pair: PairId): string {
    return this.#valueOf[pair] as string;
  }

  find(name: string, value: string): PairId | undefined {
    return this.#names.get(name)?.pairs.get(value);
  }

  names(): IterableIterator<string> {
    return this.#names.keys();
  }

  /** The values of a label with their pairs; it grows and shrinks with the store. */
  pairsOf(name: string): ReadonlyMap<string, PairId> {
    return this.#names.get(name)?.pairs ?? NO_PAIRS;
  }

  /** What the values of a label take. */
  bytesOf(name: string): number {
    return this.#names.get(name)?.bytes ?? 0;
  }

  /** The pair, made when it is new. A new one without a series is to be given one at once. */
  intern(name: string, value: string): PairId {
    const known = this.#names.get(name) ?? this.#addName(name);
    return known.pairs.get(value) ?? this.#addPair(known, value);
  }

  /** How many series have the pair. */
  countOf(pair: PairId): number {
    return this.#counts[pair] as number;
  }

  /** A copy. */
  slotsOf(pair: PairId): Uint32Array {
    const count = this.#counts[pair] as number;
    const ref = this.#slots[pair] as number;
    if (count === 1) return Uint32Array.of(ref);
    return this.#lists.wordsAt(ref).slice(ref & 0xffff, (ref & 0xffff) + count);
  }

  /** Many pairs have one series: its slot stands in the place of a list. */
  add(pair: PairId, slot: Slot): void {
    const count = this.#counts[pair] as number;
    this.#counts[pair] = count + 1;
    if (count === 0) {
      this.#slots[pair] = slot;
      return;
    }
    const list = count === 1 ? this.#firstList(pair) : this.#room(pair, count);
    this.#lists.wordsAt(list)[(list & 0xffff) + count] = slot;
  }

  /** Keeps the slots that are wanted; a pair that has none left is forgotten with its texts. */
  filter(pair: PairId, isWanted: (slot: Slot) => boolean): void {
    const all = this.slotsOf(pair);
    const kept = all.filter(isWanted);
    if (kept.length === all.length) return;
    if (all.length > 1) this.#lists.free(this.#slots[pair] as number, all.length);
    this.#counts[pair] = 0;
    if (kept.length === 0) this.#forget(pair);
    else this.#setList(pair, kept);
  }

  #setList(pair: PairId, slots: Uint32Array): void {
    this.#counts[pair] = slots.length;
    if (slots.length === 1) {
      this.#slots[pair] = slots[0] as number;
      return;
    }
    const list = this.#lists.allocate(slots.length);
    this.#lists.wordsAt(list).set(slots, list & 0xffff);
    this.#slots[pair] = list;
  }

  #firstList(pair: PairId): ArenaRef {
    const list = this.#lists.allocate(2);
    this.#lists.wordsAt(list)[list & 0xffff] = this.#slots[pair] as number;
    this.#slots[pair] = list;
    return list;
  }

  #room(pair: PairId, count: number): ArenaRef {
    const list = this.#slots[pair] as number;
    if (count < capacityOf(count)) return list;
    const larger = this.#lists.allocate(count + 1);
    const from = list & 0xffff;
    this.#lists.wordsAt(larger).set(this.#lists.wordsAt(list).subarray(from, from + count), larger & 0xffff);
    this.#lists.free(list, count);
    this.#slots[pair] = larger;
    return larger;
  }

  #addName(name: string): Name {
    const text = flat(name);
    const added = { text, pairs: new Map<string, PairId>(), bytes: 0 };
    this.#names.set(text, added);
    this.#bytes += STRING_BYTES + text.length + PAIR_BYTES;
    return added;
  }

  #addPair(name: Name, value: string): PairId {
    const text = flat(value);
    const pair = this.#free.pop() ?? this.#nameOf.length;
    this.#nameOf[pair] = name;
    this.#valueOf[pair] = text;
    this.#counts[pair] = 0;
    this.#slots[pair] = 0;
    name.pairs.set(text, pair);
    this.#count(name, text, 1);
    return pair;
  }

  #forget(pair: PairId): void {
    const name = this.#nameOf[pair] as Name;
    const value = this.valueOf(pair);
    name.pairs.delete(value);
    this.#count(name, value, -1);
    this.#valueOf[pair] = '';
    this.#free.push(pair);
    if (name.pairs.size > 0) return;
    this.#names.delete(name.text);
    this.#bytes -= STRING_BYTES + name.text.length + PAIR_BYTES;
  }

  #count(name: Name, value: string, sign: 1 | -1): void {
    const bytes = sign * (STRING_BYTES + value.length + PAIR_BYTES);
    this.#pairs += sign;
    this.#bytes += bytes;
    name.bytes += bytes;
  }
}

const NO_PAIRS: ReadonlyMap<string, PairId> = new Map();

/**
 * A text that holds no other text alive: V8 makes what is cut from a long text a view of it. What is no Unicode
 * becomes so, as it would on its way through a file.
 */
function flat(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const short = bytes.toString('latin1');
  return short === text ? short : Buffer.from(text).toString();
}
