// The messages of metrics.proto read by hand, against the general reader of protobufjs.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { createMetricsReader } from '../../../../src/tsdb/push/grpc/read-metrics.ts';
import { Refusal } from '../../../../src/tsdb/push/refusal.ts';

const { root } = protobuf.parse(readFileSync('test/fixtures/push/data-nexus.proto', 'utf8'));
const BatchMetrics = root.lookupType('data_nexus.BatchMetrics');
const reader = createMetricsReader();

const word = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
const metric = fc.record({
  name: word,
  value: fc.double(),
  type: fc.constantFrom('', 'gauge', 'COUNTER', 'other'),
  timestamp: fc.integer({ min: -2e9, max: 2e9 }),
  labels: fc.dictionary(word, fc.string({ unit: 'binary', minLength: 1 }), { maxKeys: 4 }),
});

test('what a client sent is what is read, each time', () => {
  fc.assert(
    fc.property(fc.array(metric, { maxLength: 20 }), (metrics) => {
      const bytes = Buffer.from(BatchMetrics.encode({ metrics } as never).finish());
      for (const batch of [reader.all(bytes, 100), reader.all(bytes, 100)]) {
        expect(batch.labels).toEqual(metrics.map(({ name, labels }) => ({ __name__: name, ...labels })));
        expect([...batch.values]).toEqual(metrics.map(({ value }) => value));
        expect([...batch.times]).toEqual(
          metrics.map(({ timestamp }) => (timestamp === 0 ? Number.NaN : timestamp * 1000)),
        );
      }
    }),
  );
});

describe('a message that no compiler would write', () => {
  const field = (number: number, content: string | Buffer) =>
    Buffer.concat([Buffer.of((number << 3) | 2, content.length), Buffer.from(content)]);
  const tag = (key: string, value: string) => field(5, Buffer.concat([field(1, key), field(2, value)]));
  const f = (...parts: Buffer[]) => reader.one(Buffer.concat(parts)).labels[0];

  test('may have its fields in any order', () => {
    expect(f(tag('a', 'b'), field(3, 'gauge'), tag('c', 'd'), field(1, 'name'))).toEqual({
      __name__: 'name',
      a: 'b',
      c: 'd',
    });
  });

  test('has the last of two names, and of two tags with one key', () => {
    expect(f(field(1, 'one'), tag('a', 'b'), tag('a', 'c'), field(1, 'two'))).toEqual({
      __name__: 'two',
      a: 'c',
    });
  });

  test('may have fields of a later version', () => {
    expect(f(field(1, 'name'), tag('a', 'b'), field(9, 'later'))).toEqual({ __name__: 'name', a: 'b' });
  });

  test('is never taken for another', () => {
    expect(f(field(1, 'a'))).toEqual({ __name__: 'a' });
    expect(f(field(1, 'a*\x06'))).toEqual({ __name__: 'a__' });
    expect(f(field(1, 'a'), tag('b', 'c'))).toEqual({ __name__: 'a', b: 'c' });
    expect(f(field(1, 'a'), tag('b', 'd'))).toEqual({ __name__: 'a', b: 'd' });
  });

  test('is refused when a text is not UTF-8', () => {
    expect(() => f(field(1, Buffer.of(0x61, 0xff)))).toThrow(Refusal);
    expect(() => f(field(1, 'a'), tag('b', 'c'), field(3, Buffer.of(0xff)))).toThrow(/metric 0 .* not UTF-8/);
  });
});
