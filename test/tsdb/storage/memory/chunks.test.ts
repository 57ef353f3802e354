import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Chunks } from '../../../../src/tsdb/storage/memory/chunks.ts';
import { Columns } from '../../../../src/tsdb/storage/memory/columns.ts';

const SCRAPED_AT = Date.UTC(2026, 0, 15, 12, 0, 0, 123);

function columnsOf(times: readonly number[], values: readonly number[]): Columns {
  const columns = new Columns(128);
  const bits = new Columns(1);
  for (const [i, value] of values.entries()) {
    bits.values[0] = value;
    columns.push(times[i] as number, bits.words[0] as number, bits.words[1] as number);
  }
  return columns;
}

function scraped(values: readonly number[], everyMs = 5000): Columns {
  return columnsOf(
    values.map((_, i) => SCRAPED_AT + i * everyMs),
    values,
  );
}

function copyOf(columns: Columns): Columns {
  const copy = new Columns(columns.length);
  copy.pushAll(columns, 0, columns.length);
  return copy;
}

function roundTrip(chunks: Chunks, samples: Columns) {
  const address = chunks.seal(7, copyOf(samples));
  const read = new Columns(200);
  read.push(1, 2, 3);
  chunks.decode(address, read);
  expect([chunks.oldest(address), chunks.newest(address), chunks.samples(address)]).toEqual([
    samples.times[0],
    samples.times[samples.length - 1],
    samples.length,
  ]);
  return {
    times: [...read.times.subarray(1, read.length)],
    words: [...read.words.subarray(2, 2 * read.length)],
  };
}

function rowsOf({ times, words, length }: Columns) {
  return { times: [...times.subarray(0, length)], words: [...words.subarray(0, 2 * length)] };
}

describe('a sealed chunk gives back what went in, to the bit:', () => {
  const time = fc.integer({ min: 1, max: 100_000 });
  const word = fc.oneof(
    fc.integer({ min: 0, max: 0xffffffff }),
    fc.constantFrom(0, 1, 2, 0x7ff00000, 0x7ff80000, 0x80000000, 0xffffffff),
  );
  const stale = fc.constant([2, 0x7ff00000] as const);
  const anyBits = fc.tuple(word, word);
  const lists = (row: fc.Arbitrary<readonly [number, number]>) =>
    fc.array(fc.tuple(time, row), { minLength: 1, maxLength: 128 });

  const rows: [string, fc.Arbitrary<readonly [number, number]>][] = [
    ['any bits', anyBits],
    [
      'a few bits that change',
      fc.tuple(fc.constantFrom(0, 1, 0x80000000), fc.constantFrom(0x3ff00000, 0x40000000)),
    ],
    ['any bits and stale markers', fc.oneof(anyBits, stale)],
    ['doubles', fc.double().map(wordsOf)],
    ['decimals', fc.integer().map((n) => wordsOf(n / 1000))],
    ['small integers and stale markers', fc.oneof(fc.nat(9).map(wordsOf), stale)],
    [
      'integers around the largest',
      fc.integer({ min: -9, max: 9 }).map((n) => wordsOf(2 ** 50 * Math.sign(n) + n)),
    ],
    ['integers of every size', fc.tuple(fc.nat(53), fc.nat(99)).map(([e, n]) => wordsOf(2 ** e * n))],
  ];

  test.each(rows)('%s', (_, row) => {
    const chunks = new Chunks();
    fc.assert(
      fc.property(lists(row), (list) => {
        const samples = new Columns(128);
        let at = SCRAPED_AT;
        for (const [gap, [low, high]] of list) {
          at += gap;
          samples.push(at, low, high);
        }
        expect(roundTrip(chunks, samples)).toEqual(rowsOf(samples));
      }),
      { numRuns: 300 },
    );
  });

  test.each([0, -1, 1, 2 ** 32, -(2 ** 32), -(2 ** 41), 2 ** 52])('at the time %i', (first) => {
    const chunks = new Chunks();
    for (const times of [
      [first],
      [first, first + 0xffffffff],
      [first, first + 1, first + 3, first + 0xfffffff0],
    ]) {
      const samples = columnsOf(
        times,
        times.map(() => 1),
      );
      expect(roundTrip(chunks, samples)).toEqual(rowsOf(samples));
    }
  });
});

function wordsOf(value: number): readonly [number, number] {
  const words = new Uint32Array(Float64Array.of(value).buffer);
  return [words[0] as number, words[1] as number];
}

describe('bytes of a chunk of 128 samples, times not counted:', () => {
  // Fixed, so that the bytes are.
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const walk = (step: () => number, from = 1000) => {
    let value = from;
    return Array.from({ length: 128 }, () => (value += step()));
  };
  test.each([
    ['one value', walk(() => 0), 24],
    ['a counter by one', walk(() => 1), 40],
    ['a counter by up to 100', walk(() => Math.floor(100 * random())), 160],
    ['bytes in pages', walk(() => 4096 * Math.floor(20 * random()), 2 ** 32), 130],
    ['degrees to a tenth', walk(() => Math.round(10 * random() - 5), 215).map((n) => n / 10), 110],
    ['any fraction', Array.from({ length: 128 }, random), 1100],
    ['up, and then gone', [...Array(127).fill(1), 0], 40],
  ])('%s', (_, values, most) => {
    const chunks = new Chunks();
    chunks.seal(1, scraped(values));
    const before = chunks.slabs.open?.used ?? 0;
    chunks.seal(2, scraped(values));
    expect(4 * ((chunks.slabs.open?.used ?? 0) - before)).toBeLessThanOrEqual(most);
  });
});
