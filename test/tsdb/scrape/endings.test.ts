import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAlarms } from '../../../src/lib/alarms.ts';
import { createEndings, type Endings } from '../../../src/tsdb/scrape/endings.ts';

let written: [refs: number[], time: number][];
let endings: Endings;
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  endings = createEndings(createAlarms(), (refs, time) => written.push([[...refs], time]), 10);
});
afterEach(() => {
  vi.useRealTimers();
});

const refs = (...list: number[]) => Uint32Array.from(list);

test('series of a target that stays away end at the time of its next turn, and that is written later', () => {
  endings.end(refs(1, 2), 5000, 11_000);
  vi.advanceTimersByTime(10_999);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(written).toEqual([[[1, 2], 5000]]);
});

test('a series that another target has taken over meanwhile does not end', () => {
  endings.end(refs(1, 2, 3), 5000, 11_000);
  endings.claim(refs(2, 9));
  vi.advanceTimersByTime(20_000);
  expect(written).toEqual([[[1, 3], 5000]]);
});

test('a series that came back and went again ends once, at the later time', () => {
  endings.end(refs(1), 5000, 11_000);
  endings.claim(refs(1));
  endings.end(refs(1), 9000, 15_000);
  vi.advanceTimersByTime(20_000);
  expect(written).toEqual([[[1], 9000]]);
});

test('when too many wait, the oldest end at once', () => {
  endings.end(refs(1, 2, 3, 4, 5, 6), 5000, 11_000);
  endings.end(refs(7, 8, 9, 10, 11), 6000, 12_000);
  expect(written).toEqual([[[1, 2, 3, 4, 5, 6], 5000]]);
  vi.advanceTimersByTime(20_000);
  expect(written).toHaveLength(2);
});

test('after the stop nothing is written', () => {
  endings.end(refs(1), 5000, 11_000);
  endings.stop();
  vi.advanceTimersByTime(20_000);
  expect(written).toEqual([]);
});
