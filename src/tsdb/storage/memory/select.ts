// Series and their samples in bounded lists. Between two lists anything may happen to the store.

import type { Labels } from '../../../model/labels.ts';
import type { Budget, Selection, SeriesRef, Slice, TimeRange } from '../contract.ts';
import { sortInPieces } from '../sort.ts';
import { Columns } from './columns.ts';
import { findSeries } from './find-series.ts';
import type { LabelIndex } from './label-index.ts';
import { SampleReader } from './read-samples.ts';
import type { Samples } from './samples.ts';
import type { SeriesRows, Slot } from './series-rows.ts';
import type { Turnstile } from './turnstile.ts';

/** The first list is small for the many small questions; none holds more than 140 kB. */
const FIRST_SAMPLES = 512;
const MOST_SAMPLES = 8192;
const SERIES_A_BREATH = 32;

/** What reading needs of a store. */
export interface Readable {
  readonly rows: SeriesRows;
  readonly index: LabelIndex;
  readonly samples: Samples;
  readonly turnstile: Turnstile;
  /** Samples before this have expired, though some may still be there. Unix milliseconds. */
  oldestKept(): number;
  /** The newest time of all samples, or of those there were. Unix milliseconds. */
  newest(): number;
}

interface Piece {
  readonly ref: SeriesRef;
  readonly labels: Labels;
  readonly begin: number;
  readonly end: number;
}

export async function* select(
  store: Readable,
  { matchers, range }: Selection,
  budget: Budget,
): AsyncGenerator<readonly Slice[]> {
  const { rows, index } = store;
  const refs = await store.turnstile.look(async () => {
    const slots = await findSeries(index, rows, matchers, budget);
    const sorted = await sortInPieces(slots, (a, b) => index.compare(a, b), budget.breathe);
    return sorted.map((slot) => rows.refOf(slot));
  });
  yield* readAll(store, refs, range, budget);
}

async function* readAll(
  store: Readable,
  refs: readonly SeriesRef[],
  range: TimeRange,
  budget: Budget,
): AsyncGenerator<readonly Slice[]> {
  const reader = new SampleReader(store.samples);
  let list = new SliceList(store, reader, FIRST_SAMPLES);
  for (const [position, ref] of refs.entries()) {
    if (position % SERIES_A_BREATH === 0) await budget.breathe();
    let from: number | undefined = range.from;
    while (from !== undefined) {
      from = list.read(ref, from, range.to, budget);
      if (from === undefined) continue;
      yield list.slices();
      await budget.breathe();
      list = new SliceList(store, reader, MOST_SAMPLES);
    }
  }
  if (!list.isEmpty) yield list.slices();
}

class SliceList {
  readonly #store: Readable;
  readonly #reader: SampleReader;
  readonly #columns: Columns;
  readonly #pieces: Piece[] = [];

  constructor(store: Readable, reader: SampleReader, samples: number) {
    this.#store = store;
    this.#reader = reader;
    this.#columns = new Columns(samples);
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Takes what has room. @returns the time to go on from with the next list, undefined when that was all. */
  read(ref: SeriesRef, from: number, to: number, budget: Budget): number | undefined {
    const { rows, index, oldestKept } = this.#store;
    const slot = rows.slotOf(ref);
    if (slot < 0) return undefined;
    const begin = this.#columns.length;
    const isAll = this.#reader.read(slot, Math.max(from, oldestKept()), to, this.#columns);
    const end = this.#columns.length;
    budget.take(end - begin);
    if (end > begin) this.#pieces.push({ ref, labels: index.labelsOf(slot), begin, end });
    if (isAll) return undefined;
    return end > begin ? (this.#columns.times[end - 1] as number) + 1 : from;
  }

  /** They share their memory. */
  slices(): Slice[] {
    const { length, times, values } = this.#columns;
    const stale = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) if (this.#columns.isStale(i)) stale[i] = 1;
    return this.#pieces.map(({ ref, labels, begin, end }) => ({
      ref,
      labels,
      times: times.subarray(begin, end),
      values: values.subarray(begin, end),
      stale: stale.subarray(begin, end),
    }));
  }
}

/** The series that match one of the selections and have a sample in its range, in no order. */
export async function findWithSamples(
  { rows, index, samples, oldestKept }: Readable,
  selections: readonly Selection[],
  budget: Budget,
): Promise<Set<Slot>> {
  const reader = new SampleReader(samples);
  const found = new Set<Slot>();
  for (const { matchers, range } of selections) {
    const slots = await findSeries(index, rows, matchers, budget);
    for (const [position, slot] of slots.entries()) {
      if (position % SERIES_A_BREATH === 0) await budget.breathe();
      if (reader.hasSample(slot, Math.max(range.from, oldestKept()), range.to)) found.add(slot);
    }
  }
  return found;
}
