// A store as simple as can be: what every real one must agree with.

import { type Labels, labelsKey } from '../../../src/model/labels.ts';
import type { Matcher } from '../../../src/model/matcher.ts';
import type { TimeRange } from '../../../src/tsdb/storage/contract.ts';

/** Values as their bits in hexadecimal, so that ±0 and every NaN differ. */
export type Row = readonly [time: number, bits: string];

export interface NaiveSeries {
  readonly labels: Labels;
  readonly rows: readonly Row[];
}

export const NORMAL_NAN = '7ff8000000000001';
export const STALE = 'stale';

export function bitsOf(value: number): string {
  if (Number.isNaN(value)) return NORMAL_NAN;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

export class NaiveStore {
  readonly #series = new Map<string, { labels: Labels; rows: Map<number, string> }>();
  readonly #lateMs: number;

  constructor(lateMs: number) {
    this.#lateMs = lateMs;
  }

  append(
    labels: Labels,
    time: number,
    bits: string,
  ): 'appended' | 'duplicates' | 'conflicts' | 'outOfBounds' {
    const key = labelsKey(labels);
    const known = this.#series.get(key) ?? { labels, rows: new Map() };
    this.#series.set(key, known);
    if (time < Math.max(...known.rows.keys()) - this.#lateMs) return 'outOfBounds';
    const standing = known.rows.get(time);
    if (standing !== undefined) return standing === bits ? 'duplicates' : 'conflicts';
    known.rows.set(time, bits);
    return 'appended';
  }

  select(matchers: readonly Matcher[], { from, to }: TimeRange): NaiveSeries[] {
    const found = [...this.#series.values()].filter(({ labels }) =>
      matchers.every(({ name, matches }) => matches(labels[name] ?? '')),
    );
    return found
      .map(({ labels, rows }) => ({
        labels,
        rows: [...rows].filter(([time]) => time >= from && time <= to).sort(([a], [b]) => a - b),
      }))
      .filter(({ rows }) => rows.length > 0)
      .sort((a, b) => compareLabels(a.labels, b.labels));
  }
}

/** By names and values in turn; a set comes before those that go on after it. */
export function compareLabels(a: Labels, b: Labels): number {
  const left = Object.entries(a).sort(compareEntries).flat();
  const right = Object.entries(b).sort(compareEntries).flat();
  const at = left.findIndex((text, i) => text !== right[i]);
  if (at === -1) return left.length - right.length;
  return right[at] === undefined || (left[at] as string) > right[at] ? 1 : -1;
}

function compareEntries([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
