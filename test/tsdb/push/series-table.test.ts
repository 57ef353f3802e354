// The series that are pushed now: whose they are, how many there may be, when they are forgotten.

import { expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import { type ClientState, createClientTable } from '../../../src/tsdb/push/client-table.ts';
import { DEFAULT_LIMITS } from '../../../src/tsdb/push/limits.ts';
import { createSeriesTable, type SeriesTable } from '../../../src/tsdb/push/series-table.ts';

const clientOf = (name: string) => createClientTable(1).get(name, DEFAULT_LIMITS.client, 0) as ClientState;
const set = (name: string): Labels => ({ __name__: name });

function push(table: SeriesTable, client: ClientState, labels: readonly Labels[], now: number) {
  const found = table.find(labels, now);
  table.add(found.fresh, client, now);
  return found;
}

test('a series is one, whatever object it comes as, and the first that brought it has it', () => {
  const table = createSeriesTable({ most: 10, idleMs: 100 });
  const [a, b] = [clientOf('a'), clientOf('b')];
  const { rows, fresh } = push(table, a, [set('x'), set('x'), set('y')], 0);
  expect([rows[0] === rows[1], fresh.size, a.series]).toEqual([true, 2, 2]);
  const again = push(table, b, [set('y'), set('x'), set('z')], 1);
  expect(again.rows[1]).toBe(rows[0]);
  expect([a.series, b.series, table.size]).toEqual([2, 1, 3]);
});

test('finding what is new counts nothing', () => {
  const table = createSeriesTable({ most: 10, idleMs: 100 });
  expect(table.find([set('x')], 0).fresh.size).toBe(1);
  expect(table.find([set('x')], 0).fresh.size).toBe(1);
  expect(table.size).toBe(0);
});

test('what is not pushed is forgotten, and its client has room again', () => {
  const table = createSeriesTable({ most: 1000, idleMs: 1000 });
  const [a, b] = [clientOf('a'), clientOf('b')];
  const kept = set('kept');
  push(table, a, [kept, ...Array.from({ length: 100 }, (_, i) => set(`old-${i}`))], 0);
  expect(a.series).toBe(101);
  push(table, a, [kept], 900);
  // Some are looked at with every batch, without being asked.
  for (let i = 0; i < 10; i += 1) push(table, b, [set('other')], 1500);
  expect(a.series).toBeLessThan(101);
  table.sweep(1500);
  expect([a.series, b.series, table.size]).toEqual([1, 1, 2]);
  // A set that comes as the very object of before is new all the same.
  push(table, b, [kept], 20_000);
  table.sweep(20_000);
  expect(push(table, b, [kept], 20_000).fresh.size).toBe(0);
  expect(a.series).toBe(0);
});

test('it is bounded, and those that it drops are nobody’s', () => {
  const table = createSeriesTable({ most: 50, idleMs: 1e9 });
  const [a, b] = [clientOf('a'), clientOf('b')];
  push(
    table,
    a,
    Array.from({ length: 40 }, (_, i) => set(`a-${i}`)),
    0,
  );
  for (let i = 0; i < 10_000; i += 1) push(table, b, [set(`b-${i}`)], 0);
  expect(table.size).toBe(50);
  expect(a.series + b.series).toBe(50);
  expect(a.series).toBe(0);
});

test('a series with long labels takes several places', () => {
  const table = createSeriesTable({ most: 10, idleMs: 100 });
  const [a, b] = [clientOf('a'), clientOf('b')];
  const long: Labels = { __name__: 'x', text: 'y'.repeat(4096) };
  expect(table.find([long, set('x'), long], 0).places).toBe(6);
  push(table, a, [long, set('x')], 0);
  expect(a.series).toBe(6);
  for (let i = 0; i < 100; i += 1) {
    push(table, b, [set(`b-${i}`)], 0);
    expect(a.series + b.series).toBeLessThanOrEqual(10);
  }
  push(table, a, [{ ...long, other: 'z' }], 0);
  expect([a.series, table.size]).toEqual([5, b.series + 1]);
  expect(b.series).toBeLessThanOrEqual(5);
});

test('a series that the queue refused is forgotten, unless another batch has brought it too', () => {
  const table = createSeriesTable({ most: 10, idleMs: 100 });
  const a = clientOf('a');
  const go = (...names: string[]) => {
    const { rows } = push(table, a, names.map(set), 0);
    table.hold(rows);
    return (isTaken: boolean) => table.settle(rows, isTaken);
  };
  go('old')(true);
  go('old', 'x', 'x')(false);
  expect([a.series, table.size]).toEqual([1, 1]);
  const [first, second] = [go('x', 'y'), go('y', 'z')];
  first(false);
  expect(a.series).toBe(3);
  second(true);
  expect(a.series).toBe(3);
  const [third, fourth] = [go('v'), go('v')];
  third(false);
  fourth(false);
  expect([a.series, table.size]).toEqual([3, 3]);
});

test('what went out of the table while it was under way is not taken from its client twice', () => {
  const table = createSeriesTable({ most: 1, idleMs: 100 });
  const a = clientOf('a');
  const { rows } = push(table, a, [set('x')], 0);
  table.hold(rows);
  push(table, a, [set('y')], 0);
  table.settle(rows, false);
  expect([a.series, table.size]).toEqual([1, 1]);
});
