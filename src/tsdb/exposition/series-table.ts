// The series of one target by their texts: numbers that stay while a series is seen, and what came and went.

import type { Labels } from '../../model/labels.ts';
import {
  type Bound,
  emptyLabelsOfParts,
  labelsOfParts,
  readSeriesText,
  type SeriesParts,
  skipBlanks,
} from './series-text.ts';

export interface Turnover {
  readonly fresh: readonly number[];
  readonly gone: readonly number[];
}

/** One read is `number` for every row and then `commit` or `rollback`. Texts are latin1: one character a byte. */
export class SeriesTable {
  readonly #numbers = new Map<string, number>();
  // Of each number; an empty text is a number that is free.
  readonly #texts: string[] = [];
  readonly #bounds: Bound[] = [];
  readonly #seenIn: number[] = [];
  readonly #free: number[] = [];
  #live: number[] = [];
  #fresh: number[] = [];
  #seen: number[] = [];
  #read = 0;

  /** The number of a text that is known, which is seen from now on; undefined for another. */
  find(text: string): number | undefined {
    const number = this.#numbers.get(text);
    if (number !== undefined && this.#seenIn[number] !== this.#read) this.#see(number);
    return number;
  }

  /** Gives a number to a text that is not known. */
  add(text: string, bound: Bound): number {
    // A text cut out of a body would keep the whole body alive.
    const flat = Buffer.from(text, 'latin1').toString('latin1');
    const number = this.#free.pop() ?? this.#texts.length;
    this.#numbers.set(flat, number);
    this.#texts[number] = flat;
    this.#bounds[number] = bound;
    this.#fresh.push(number);
    this.#see(number);
    return number;
  }

  #see(number: number): void {
    this.#seenIn[number] = this.#read;
    this.#seen.push(number);
  }

  /** Forgets what this read did not see. */
  commit(): Turnover {
    const gone = this.#live.filter((number) => this.#seenIn[number] !== this.#read);
    for (const number of gone) this.#forget(number);
    const fresh = this.#fresh;
    this.#live = this.#seen;
    this.#begin();
    return { fresh, gone };
  }

  /** Forgets what only this read saw. @returns how many that were. */
  rollback(): number {
    const fresh = this.#fresh;
    for (const number of fresh) this.#forget(number);
    this.#begin();
    return fresh.length;
  }

  #begin(): void {
    this.#fresh = [];
    this.#seen = [];
    this.#read += 1;
  }

  #forget(number: number): void {
    this.#numbers.delete(this.#texts[number] ?? '');
    this.#texts[number] = '';
    this.#free.push(number);
  }

  labelsOf(number: number): Labels {
    const { bytes, parts } = this.#partsOf(number);
    return labelsOfParts(bytes, parts, this.#bounds[number] ?? '');
  }

  emptyLabelsOf(number: number): readonly string[] {
    const { bytes, parts } = this.#partsOf(number);
    return emptyLabelsOfParts(bytes, parts);
  }

  #partsOf(number: number): { bytes: Buffer; parts: SeriesParts } {
    const text = this.#texts[number];
    if (text === undefined || text === '') throw new Error(`BUG: no series has the number ${number}`);
    // The name's end needs a byte behind it.
    const bytes = Buffer.from(`${text}\n`, 'latin1');
    return { bytes, parts: readSeriesText(bytes, skipBlanks(bytes, 0), 0) };
  }
}
