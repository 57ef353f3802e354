// The batches of a lease → series with their samples in rising order, each sample once.

import type { Labels } from '../../../model/labels.ts';
import { seriesKey } from '../../../model/series-key.ts';
import { nextTurn } from '../../promql/turns.ts';
import type { PushedBatch, PushedFamily } from '../../queue/contract.ts';
import type { SeriesSamples } from '../families-text.ts';

interface Gathered {
  readonly labels: Labels;
  readonly rows: (readonly [time: number, value: number])[];
}

/** Samples that are gathered in one turn of the event loop: a few milliseconds. */
const TOGETHER = 5000;

/** A sample that was pushed twice, because the answer to the first had been lost, is in it once. */
export async function seriesOf(batches: readonly PushedBatch[]): Promise<SeriesSamples[]> {
  const all = new Map<string, Gathered>();
  let rows = 0;
  for (const batch of batches) {
    gather(all, batch);
    rows += batch.values.length;
    if (rows < TOGETHER) continue;
    rows = 0;
    await nextTurn();
  }
  return [...all].sort(byKey).map(([, { labels, rows }]) => ({ labels, samples: ascending(rows) }));
}

function gather(all: Map<string, Gathered>, { labels, times, values }: PushedBatch): void {
  // Rows of one series in a batch share an object.
  const known = new Map<Labels, Gathered>();
  for (let row = 0; row < labels.length; row += 1) {
    const set = labels[row] as Labels;
    let series = known.get(set);
    if (series === undefined) {
      series = seriesAt(all, set);
      known.set(set, series);
    }
    series.rows.push([times[row] as number, values[row] as number]);
  }
}

function seriesAt(all: Map<string, Gathered>, labels: Labels): Gathered {
  const key = seriesKey(labels);
  const found = all.get(key) ?? { labels, rows: [] };
  all.set(key, found);
  return found;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

// When they are written, a series at a time.
function* ascending(rows: Gathered['rows']): Generator<Gathered['rows'][number]> {
  rows.sort(([a], [b]) => a - b);
  for (const [i, row] of rows.entries()) if (row[0] !== rows[i - 1]?.[0]) yield row;
}

/** What the pushers of these batches say of their metrics; the last word counts. */
export function familiesOf(batches: readonly PushedBatch[]): Map<string, PushedFamily> {
  return new Map(batches.flatMap(({ families }) => [...families]));
}
