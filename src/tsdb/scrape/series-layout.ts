// Which rows of a scrape go into the store, and under which refs.

import type { Scrape } from '../exposition/scrape.ts';

/** What goes into the store: row `i` is row `picked[i]` of the scrape, or row `i` when nothing is left out. */
export interface Layout {
  readonly refs: Uint32Array;
  readonly picked: Int32Array | undefined;
  /** Those that get a stale marker when they are gone: without their own timestamp. */
  readonly tracked: Uint32Array;
  /** Rows after relabelling; also those that stand twice. */
  readonly kept: number;
}

/** Rows of a scrape that are stored. */
export interface PickedRows {
  readonly picked: Int32Array;
  /** After relabelling; also those that stand twice or lie in the future. */
  readonly kept: number;
  /** The reader's numbers of these rows. */
  readonly seen: ReadonlySet<number>;
}

/**
 * Of a line that stands twice the first counts, unless each has its own time.
 * @param latest own times after it are left out (Unix milliseconds); undefined when no own time counts.
 */
export function rowsOf(
  { series, times, count }: Scrape,
  latest: number | undefined,
  isDropped: (number: number) => boolean,
): PickedRows {
  const rows = new Int32Array(count);
  const seen = new Set<number>();
  let picked = 0;
  let kept = 0;
  for (let row = 0; row < count; row += 1) {
    const number = series[row] as number;
    if (isDropped(number)) continue;
    kept += 1;
    const own = latest === undefined ? Number.NaN : (times[row] as number);
    if (Number.isNaN(own) ? seen.has(number) : own > (latest as number)) continue;
    seen.add(number);
    rows[picked] = row;
    picked += 1;
  }
  return { picked: rows.subarray(0, picked), kept, seen };
}

/** @param refByNumber of the reader's numbers. */
export function layoutOf(
  { series, times, count }: Scrape,
  isTimed: boolean,
  { picked, kept }: PickedRows,
  refByNumber: Uint32Array,
): Layout {
  const refs = Uint32Array.from(picked, (row) => refByNumber[series[row] as number] as number);
  const tracked = isTimed ? refs.filter((_, i) => Number.isNaN(times[picked[i] as number])) : refs;
  return { refs, picked: picked.length === count ? undefined : picked.slice(), tracked, kept };
}
