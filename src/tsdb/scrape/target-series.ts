// The series of one target in the store: which ref belongs to which line of its exposition, and which were there last.

import { AppError } from '../../lib/errors.ts';
import type { OneAtATime } from '../../lib/one-at-a-time.ts';
import type { Labels } from '../../model/labels.ts';
import { ExpositionFault } from '../exposition/fault.ts';
import type { ExpositionReader, Scrape } from '../exposition/scrape.ts';
import type { Store } from '../storage/contract.ts';
import { type Layout, layoutOf, rowsOf } from './series-layout.ts';

export interface Taken {
  readonly scrape: Scrape;
  readonly layout: Layout;
  readonly added: number;
}

/** The scrape counts for nothing, and these are its numbers as Prometheus tells them. */
export interface Refused {
  readonly fault: AppError;
  readonly scraped: number;
  readonly kept: number;
  readonly added: number;
}

export interface TargetSeriesOptions {
  readonly reader: ExpositionReader;
  readonly store: Store;
  /** Of a series of the reader, undefined for one that is dropped. @throws AppError that fails the scrape. */
  readonly labelsOf: (series: number) => Labels | undefined;
  readonly honorTimestamps: boolean;
  /** Samples with a later time of their own are left out. Unix milliseconds. */
  readonly latest: () => number;
  /** 0: no limit. */
  readonly sampleLimit: number;
  /** Told of refs that were not known to this target before. */
  readonly claim: (refs: Uint32Array) => void;
  /** For large bodies: what they make of memory is not needed twice. */
  readonly oneAtATime: OneAtATime;
  /** Between pieces of work of less than a millisecond. */
  readonly breathe: () => Promise<void> | undefined;
}

const UNKNOWN = 0;
const DROPPED = 1;
const KNOWN = 2;
/** Ours: more is not even begun to be read. */
const MOST_LINES = 2_000_000;
const PIECE = 128;
/** Of bodies that are not read in one go. */
const LARGE_BYTES = 262_144;
const NONE = new Uint32Array(0);

export class TargetSeries {
  readonly #options: TargetSeriesOptions;
  // By the reader's numbers.
  #states = new Uint8Array(0);
  #refs = new Uint32Array(0);
  // As long as the same lines stand in the same order: then a scrape costs no look at any of them.
  #order: Int32Array | undefined;
  #layout: Layout | undefined;
  #tracked: Uint32Array = NONE;

  constructor(options: TargetSeriesOptions) {
    this.#options = options;
  }

  /** @throws AppError of the store. */
  take(body: Buffer, contentType: string): Promise<Taken | Refused> {
    const take = () => this.#take(body, contentType);
    return body.length <= LARGE_BYTES ? take() : this.#options.oneAtATime(take);
  }

  async #take(body: Buffer, contentType: string): Promise<Taken | Refused> {
    const scrape = await this.#read(body, contentType);
    if (scrape instanceof AppError) return unreadable(scrape);
    for (const number of scrape.gone) this.#states[number] = UNKNOWN;
    return this.lay(scrape);
  }

  async #read(body: Buffer, contentType: string): Promise<Scrape | AppError> {
    const { reader, breathe } = this.#options;
    if (body.length <= LARGE_BYTES) return guarded(() => reader.read(body, contentType));
    if (hasMoreLines(body, MOST_LINES))
      return new AppError('exposition', `the body has more than ${MOST_LINES} lines`);
    try {
      return await reader.readGently(body, contentType, breathe);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }

  /** What to append of a scrape that was read; again after `forget`. */
  async lay(scrape: Scrape): Promise<Taken | Refused> {
    const isTimed = scrape.timed && this.#options.honorTimestamps;
    if (scrape.series === this.#order && !isTimed && this.#layout !== undefined)
      return { scrape, layout: this.#layout, added: 0 };
    const found = await this.#findLabels(scrape);
    if ('fault' in found) return found;
    const rows = rowsOf(
      scrape,
      isTimed ? this.#options.latest() : undefined,
      (number) => this.#states[number] === DROPPED,
    );
    const { sampleLimit } = this.#options;
    if (sampleLimit > 0 && rows.picked.length > sampleLimit)
      return overLimit(scrape, rows.kept, found, sampleLimit);
    await this.#resolve(found, rows.seen);
    this.#order = isTimed ? undefined : scrape.series;
    this.#layout = layoutOf(scrape, isTimed, rows, this.#refs);
    const added = found.numbers.filter((number) => rows.seen.has(number)).length;
    return { scrape, layout: this.#layout, added };
  }

  /** The refs that were there before and are not in this layout; no layout: nothing is there. */
  gone(layout: Layout | undefined): Uint32Array {
    const before = this.#tracked;
    if (before === layout?.tracked || before.length === 0) return NONE;
    const now = new Set(layout?.tracked);
    return before.filter((ref) => !now.has(ref));
  }

  /** The layout is in the store, and so are the markers of what is gone. */
  commit(layout: Layout | undefined): void {
    this.#tracked = layout?.tracked ?? NONE;
  }

  /** The store no longer knows these refs. */
  forget(refs: ReadonlySet<number>): void {
    this.#layout = undefined;
    for (let number = 0; number < this.#states.length; number += 1) {
      if (this.#states[number] === KNOWN && refs.has(this.#refs[number] as number))
        this.#states[number] = UNKNOWN;
    }
  }

  async #findLabels({ series, count }: Scrape): Promise<Found | Refused> {
    const found: Found = { numbers: [], labels: [] };
    const seen = new Set<number>();
    let kept = 0;
    for (let row = 0; row < count; row += 1) {
      const number = series[row] as number;
      this.#grow(number);
      if (this.#states[number] === UNKNOWN && !seen.has(number)) {
        seen.add(number);
        if (seen.size % PIECE === 0) await this.#options.breathe();
        const fault = this.#findLabelsOf(number, found);
        if (fault !== undefined) return { fault, scraped: row + 1, kept, added: found.numbers.length };
      }
      if (this.#states[number] !== DROPPED) kept += 1;
    }
    return found;
  }

  #findLabelsOf(number: number, { numbers, labels }: Found): AppError | undefined {
    const found = guarded(() => this.#options.labelsOf(number));
    if (found instanceof AppError) return found;
    if (found === undefined) this.#states[number] = DROPPED;
    else {
      numbers.push(number);
      labels.push(found);
    }
    return undefined;
  }

  async #resolve(found: Found, seen: ReadonlySet<number>): Promise<void> {
    const numbers = found.numbers.filter((number) => seen.has(number));
    if (numbers.length === 0) return;
    const labels = found.labels.filter((_, i) => seen.has(found.numbers[i] as number));
    const refs = await this.#options.store.resolve(labels);
    for (const [i, number] of numbers.entries()) {
      this.#refs[number] = refs[i] as number;
      this.#states[number] = KNOWN;
    }
    this.#options.claim(refs);
  }

  #grow(number: number): void {
    if (number < this.#states.length) return;
    const size = Math.max(16, 2 * number);
    const states = new Uint8Array(size);
    states.set(this.#states);
    const refs = new Uint32Array(size);
    refs.set(this.#refs);
    this.#states = states;
    this.#refs = refs;
  }
}

interface Found {
  readonly numbers: number[];
  readonly labels: Labels[];
}

// What stood before the fault was not relabelled, so all of it counts.
function unreadable(fault: AppError): Refused {
  const { samples, fresh } = fault instanceof ExpositionFault ? fault : { samples: 0, fresh: 0 };
  return { fault, scraped: samples, kept: samples, added: fresh };
}

function hasMoreLines(body: Buffer, most: number): boolean {
  let lines = 0;
  for (let i = body.indexOf(10); i !== -1 && lines <= most; i = body.indexOf(10, i + 1)) lines += 1;
  return lines > most;
}

function overLimit({ count }: Scrape, kept: number, { numbers }: Found, limit: number): Refused {
  const fault = new AppError('sample_limit', `sample limit exceeded: ${kept} samples, limit: ${limit}`);
  return { fault, scraped: count, kept, added: Math.min(numbers.length, limit) };
}

function guarded<T>(call: () => T): T | AppError {
  try {
    return call();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
