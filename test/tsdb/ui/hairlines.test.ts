// Lines of one pixel side by side are one line of the width that was asked for.

import { describe, expect, test } from 'vitest';
import { offsetsOf } from '../../../src/tsdb/ui/graph/chart/hairlines.ts';

const DIRECTIONS = Array.from({ length: 36 }, (_, i) => (i * Math.PI) / 36);

/** Where they lie across a line that goes in a direction, in their order. */
function across(width: number, direction: number): number[] {
  return offsetsOf(width)
    .map(([x, y]) => x * Math.sin(direction) + y * Math.cos(direction))
    .sort((a, b) => a - b);
}

test.each([0.5, 1])('a line of %d pixels is one', (width) => {
  expect(offsetsOf(width)).toEqual([[0, 0]]);
});

describe.each([1.5, 2, 2.25, 3, 4.5, 6])('a line of %d pixels', (width) => {
  test('is so wide in every direction, within a third of what it is wider than one', () => {
    for (const direction of DIRECTIONS) {
      const places = across(width, direction);
      const span = (places.at(-1) ?? 0) - (places[0] ?? 0) + 1;
      expect(span).toBeLessThanOrEqual(width + 1e-9);
      expect(span).toBeGreaterThanOrEqual(width - (width - 1) / 3);
    }
  });

  test('has no gap', () => {
    for (const direction of DIRECTIONS) {
      const places = across(width, direction);
      const gaps = places.slice(1).map((place, i) => place - (places[i] ?? 0));
      expect(Math.max(...gaps)).toBeLessThan(1);
    }
  });
});

test('a line of 1.5 pixels, as all are on most screens, is made of three', () => {
  expect(offsetsOf(1.5)).toHaveLength(3);
});
