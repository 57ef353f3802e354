// What a reader makes of one body, in the words of the tables.

import type { ExpositionReader, Scrape } from '../../../src/tsdb/exposition/scrape.ts';

/** `{"labels":…}` → value of the first row of each series; a series that is only a name goes by it. */
export function seriesOf(reader: ExpositionReader, scrape: Scrape): Record<string, string> {
  const series = new Map<string, string>();
  for (let row = 0; row < scrape.count; row++) {
    const key = keyOf(reader.labelsOf(scrape.series[row] ?? -1));
    if (!series.has(key)) series.set(key, valueText(scrape.values[row] ?? 0));
  }
  return Object.fromEntries([...series].sort());
}

/** As the tables name a series. */
export function keyOf(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([x], [y]) => (x < y ? -1 : 1));
  const [only] = sorted;
  if (sorted.length === 1 && only !== undefined && /^[a-zA-Z_:][\w:]*$/.test(only[1])) return only[1];
  return JSON.stringify(Object.fromEntries(sorted));
}

/** As the HTTP API writes values, without its exponents: two texts are equal when the doubles are. */
export function valueText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return value < 0 ? '-Inf' : '+Inf';
  return String(value);
}
