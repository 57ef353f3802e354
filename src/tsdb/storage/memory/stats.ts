// What is in the store, and what takes most of it.

import type { StoreStats } from '../contract.ts';
import type { Readable } from './select.ts';
import { LAST_TIME } from './series-rows.ts';

const A_BREATH = 2048;

/** @param top how many names each list holds at most. */
export async function statsOf(
  store: Readable,
  bytes: number,
  top: number,
  breathe: () => Promise<void> | undefined,
): Promise<StoreStats> {
  return store.turnstile.look(async () => ({
    series: store.rows.alive,
    labelPairs: store.index.symbols.pairs,
    chunks: store.samples.chunks.count,
    samples: store.samples.count,
    bytes,
    ...(await timesOf(store, breathe)),
    ...(await topsOf(store, top, breathe)),
  }));
}

async function timesOf(
  { rows, samples, oldestKept }: Readable,
  breathe: () => Promise<void> | undefined,
): Promise<Pick<StoreStats, 'oldest' | 'newest'>> {
  let oldest = Number.POSITIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  for (let slot = 0; slot < rows.limit; slot += 1) {
    if (slot % A_BREATH === 0) await breathe();
    if (!rows.isAlive(slot) || samples.isEmpty(slot)) continue;
    oldest = Math.min(oldest, samples.oldest(slot));
    newest = Math.max(newest, rows.double(slot, LAST_TIME));
  }
  if (oldest === Number.POSITIVE_INFINITY) return { oldest: undefined, newest: undefined };
  return { oldest: Math.max(oldest, oldestKept()), newest };
}

async function topsOf({ index }: Readable, top: number, breathe: () => Promise<void> | undefined) {
  const { symbols } = index;
  const valuesByLabel = new Largest(top);
  const bytesByLabel = new Largest(top);
  const seriesByPair = new Largest(top);
  const seriesByMetric = new Largest(top);
  let looked = 0;
  for (const name of symbols.names()) {
    const pairs = symbols.pairsOf(name);
    valuesByLabel.add(name, pairs.size);
    bytesByLabel.add(name, symbols.bytesOf(name));
    for (const [value, pair] of pairs) {
      seriesByPair.add(`${name}=${value}`, symbols.countOf(pair));
      if (name === '__name__') seriesByMetric.add(value, symbols.countOf(pair));
      looked += 1;
      if (looked % A_BREATH === 0) await breathe();
    }
  }
  return {
    seriesByMetric: seriesByMetric.list,
    valuesByLabel: valuesByLabel.list,
    bytesByLabel: bytesByLabel.list,
    seriesByPair: seriesByPair.list,
  };
}

/** The largest of what was added, largest first, equal ones by name. */
class Largest {
  readonly list: { readonly name: string; readonly value: number }[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(name: string, value: number): void {
    const { list } = this;
    const smallest = list.at(-1);
    if (list.length === this.#most && (smallest === undefined || value < smallest.value)) return;
    list.push({ name, value });
    list.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
    if (list.length > this.#most) list.pop();
  }
}
