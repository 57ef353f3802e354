// Any batch is read back exactly, and nothing else is taken for one.

import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import type { PushedBatch } from '../../../src/tsdb/queue/contract.ts';
import { decodeBatch } from '../../../src/tsdb/queue/decode-batch.ts';
import { encodeBatch } from '../../../src/tsdb/queue/encode-batch.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', '', '\ud800', 'é'),
);
const anyLabels: fc.Arbitrary<Labels> = fc
  .array(fc.tuple(anyText, anyText), { maxLength: 6 })
  .map((pairs) => Object.fromEntries(pairs));
const anyTime = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(-0, 2 ** 50, -(2 ** 50), 2 ** 50 + 1),
);
const anyFamily = fc.record({ type: anyText, help: anyText, unit: anyText });

const anyBatch: fc.Arbitrary<PushedBatch> = fc
  .tuple(
    anyText,
    fc.array(anyLabels, { minLength: 1, maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(), anyTime, fc.double(), fc.boolean()), { maxLength: 40 }),
    fc.array(fc.tuple(anyText, anyFamily), { maxLength: 4 }),
  )
  .map(([client, sets, rows, families]) => ({
    client,
    labels: rows.map(([set]) => sets[set % sets.length] as Labels),
    times: Float64Array.from(rows, ([, time]) => time),
    values: Float64Array.from(rows, ([, , value]) => value),
    stale: Uint8Array.from(rows, ([, , , stale]) => Number(stale)),
    families: new Map(families),
  }));

function bitsOf(batch: PushedBatch) {
  const bits = (column: Float64Array) => Buffer.from(column.slice().buffer).toString('hex');
  return {
    client: batch.client,
    labels: batch.labels.map((set) => Object.entries(set)),
    times: bits(batch.times),
    values: bits(batch.values),
    stale: [...batch.stale],
    families: [...batch.families],
  };
}

function small(values: readonly number[]): PushedBatch {
  const labels = { __name__: 'up', job: 'a' };
  return {
    client: 'c',
    labels: values.map(() => labels),
    times: Float64Array.from(values, () => 1_700_000_000_000),
    values: Float64Array.from(values),
    stale: new Uint8Array(values.length),
    families: new Map(),
  };
}

test('any batch is read back exactly', () => {
  fc.assert(
    fc.property(anyBatch, (batch) => {
      expect(bitsOf(decodeBatch(encodeBatch(batch)))).toEqual(bitsOf(batch));
    }),
    { numRuns: 500 },
  );
});

test('minus zero, infinities and every NaN keep their bits', () => {
  const batch = small([-0, Infinity, -Infinity, Number.NaN, 5e-324]);
  const bits = new DataView(batch.values.buffer);
  bits.setBigUint64(3 * 8, 0x7ff0000000000002n, true);
  const read = decodeBatch(encodeBatch(batch));
  expect(Buffer.from(read.values.buffer)).toEqual(Buffer.from(batch.values.buffer));
});

test('rows with one label set share one object, and cost two bytes and their value', () => {
  const read = decodeBatch(encodeBatch(small([1, 2, 3])));
  expect(new Set(read.labels).size).toBe(1);
  const more = encodeBatch(small(Array.from({ length: 100 }, () => 1))).length;
  expect(encodeBatch(small(Array.from({ length: 101 }, () => 1))).length - more).toBe(10);
});

test('a changed byte anywhere is found', () => {
  const bytes = encodeBatch(small([1, 2]));
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ 0x40;
    expect(() => decodeBatch(changed)).toThrow(/cannot read the batch: (its checksum|it has version)/);
  }
});

test('bytes that are cut, or are anything else, are refused', () => {
  const bytes = encodeBatch(small([1, 2]));
  for (let length = 0; length < bytes.length; length += 1)
    expect(() => decodeBatch(bytes.subarray(0, length))).toThrow(/cannot read the batch/);
  expect(() => decodeBatch(Buffer.from([2, 0, 0, 0, 0]))).toThrow(
    'it has version 2; this program reads version 1',
  );
});

test('bytes with a good checksum that mean nothing are refused, and reserve no memory', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
      try {
        decodeBatch(sealed(Buffer.from(body)));
      } catch (error) {
        expect(error).toMatchObject({ reason: 'undecodable' });
      }
      expect(body.length).toBeLessThanOrEqual(200);
    }),
    { numRuns: 2000 },
  );
});

function sealed(body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = 1;
  head.writeUInt32LE(crc32(body), 1);
  return Buffer.concat([head, body]);
}
