// Samples that a real Prometheus and our store are both given: a day ago, at times and values that are easy to get wrong.

import type { Labels } from '../../../src/model/labels.ts';

export interface KnownSeries {
  readonly labels: Labels;
  /** Unix milliseconds and values. */
  readonly samples: readonly (readonly [number, number])[];
}

/** A whole minute, Unix milliseconds. */
export const START = Math.floor((Date.now() - 86_400_000) / 60_000) * 60_000;

const every = (stepMs: number, count: number, value: (i: number) => number, offset = 0) =>
  Array.from({ length: count }, (_, i) => [START + offset + i * stepMs, value(i)] as const);

const VALUES = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e21,
  1e20,
  123456789012345680000,
  1e-7,
  1e-6,
  5e-324,
  1.7976931348623157e308,
  2 ** 53 + 2,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  1 / 3,
  -2.5e-9,
];

export const KNOWN: readonly KnownSeries[] = [
  ...['a', 'b', 'c'].map((instance, i) => ({
    labels: { __name__: 'up', job: i < 2 ? 'sensors' : 'inventory', instance: `${instance}:9100` },
    samples: every(15_000, 80, (n) => Number((n + i) % 7 !== 0), i * 1_234),
  })),
  {
    labels: { __name__: 'values', kind: 'odd' },
    samples: every(10_000, VALUES.length, (i) => VALUES[i] as number),
  },
  { labels: { __name__: 'sparse' }, samples: every(280_000, 6, (i) => i) },
  { labels: { __name__: 'sparser', wide: 'yes' }, samples: every(330_000, 5, (i) => i * 1.5) },
  {
    labels: { __name__: 'text', quote: 'a"b\\c\nd', empty_neighbour: 'ä€😀' },
    samples: every(30_000, 4, (i) => i),
  },
  { labels: { __name__: 'Upper', A: '1' }, samples: every(60_000, 3, (i) => i) },
  { labels: { __name__: 'once' }, samples: [[START + 61_500, 42]] },
];

/** The same as promtool reads it. A name that is more than letters needs Prometheus 3. */
export function openMetrics(known: readonly KnownSeries[] = KNOWN): string {
  return known.map(familyOf).join('');
}

function familyOf({ labels: { __name__ = '', ...labels }, samples }: KnownSeries): string {
  const isPlain = /^\w+$/.test(__name__);
  const pairs = Object.entries(labels).map(([name, value]) => `${plainOrQuoted(name)}=${quote(value)}`);
  const all = isPlain ? pairs : [quote(__name__), ...pairs];
  const head = `${isPlain ? __name__ : ''}{${all}}`;
  const lines = samples.map(([time, value]) => `${head} ${text(value)} ${time / 1000}\n`);
  return `# TYPE ${plainOrQuoted(__name__)} gauge\n${lines.join('')}`;
}

function plainOrQuoted(name: string): string {
  return /^\w+$/.test(name) ? name : quote(name);
}

function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function text(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return value === Number.POSITIVE_INFINITY
    ? '+Inf'
    : value === Number.NEGATIVE_INFINITY
      ? '-Inf'
      : String(value);
}
