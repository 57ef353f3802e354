// Series that charts are drawn of, in tests.

import type { Labels } from '../../../../src/model/labels.ts';

export const MINUTE = 60_000;
export const NOON = Date.UTC(2026, 0, 15, 12);

type Samples = readonly (readonly [time: number, value: number | undefined])[];

const every = (stepMs: number, count: number, value: (i: number) => number, from = NOON): Samples =>
  Array.from({ length: count }, (_, i) => [from + i * stepMs, value(i)] as const);

export const SERIES: readonly { labels: Labels; samples: Samples }[] = [
  { labels: { __name__: 'waves', wave: 'a' }, samples: every(5000, 720, (i) => i % 100) },
  { labels: { __name__: 'waves', wave: 'b' }, samples: every(5000, 720, (i) => -i) },
  { labels: { __name__: 'waves', wave: 'c' }, samples: every(5000, 720, () => 1) },
  {
    labels: { __name__: 'odd' },
    samples: [
      [NOON, Number.NaN],
      [NOON + MINUTE, Number.POSITIVE_INFINITY],
      [NOON + 2 * MINUTE, -0],
      [NOON + 3 * MINUTE, undefined],
      [NOON + 4 * MINUTE, 0.1],
      [NOON + 14 * MINUTE, 1e21],
    ],
  },
  // Over the hour that Berlin has twice.
  {
    labels: { __name__: 'autumn' },
    samples: every(10 * MINUTE, 25 * 6, (i) => i, Date.UTC(2025, 9, 25, 22)),
  },
];
