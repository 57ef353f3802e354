import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Escaping, escapeName, unescapeName } from '../../../src/tsdb/exposition/escape-name.ts';
import { createExpositionReader } from '../../../src/tsdb/exposition/reader.ts';
import { sampleLine, untypedLine, type WrittenSample } from '../../../src/tsdb/exposition/write-text.ts';

const sample = (labels: Record<string, string>, value = 1, time = 5): WrittenSample => ({
  labels,
  value,
  time,
});

describe('a sample is written', () => {
  test('with every sign of its labels', () => {
    expect(sampleLine(sample({ __name__: 'a', b: 'c\\"\n,}', d: '' }), 'allow-utf-8')).toBe(
      'a{b="c\\\\\\"\\n,}",d=""} 1 5\n',
    );
    expect(
      sampleLine(sample({ __name__: 'a' }, Number.NEGATIVE_INFINITY, 1700000000123), 'underscores'),
    ).toBe('a -Inf 1700000000123\n');
  });

  test('with names of any sign, quoted or escaped', () => {
    const both = (escaping: Escaping) =>
      untypedLine('1a.b_é', escaping) + sampleLine(sample({ __name__: '1a.b_é', 'c.d': 'x' }), escaping);
    expect(sampleLine(sample({ __name__: 'a:b', 'c:d': 'x' }), 'allow-utf-8')).toBe('a:b{"c:d"="x"} 1 5\n');
    expect(sampleLine(sample({ __name__: 'a:b', 'c:d': 'x' }), 'underscores')).toBe('a:b{c_d="x"} 1 5\n');
    expect(both('allow-utf-8')).toBe('# TYPE "1a.b_é" untyped\n{"1a.b_é","c.d"="x"} 1 5\n');
    expect(both('underscores')).toBe('# TYPE _a_b__ untyped\n_a_b__{c_d="x"} 1 5\n');
    expect(both('dots')).toBe('# TYPE __a_dot_b____ untyped\n__a_dot_b____{c_dot_d="x"} 1 5\n');
    expect(both('values')).toBe(
      '# TYPE U___31_a_2e_b___e9_ untyped\nU___31_a_2e_b___e9_{U__c_2e_d="x"} 1 5\n',
    );
  });
});

// No quoted name has byte 0 in the text format.
const names = fc.oneof(
  fc.constantFrom('a', 'b:c', 'd_total', '__x', 'U__y', 'le'),
  fc.string({ minLength: 1, unit: 'binary' }).map((name) => name.replaceAll('\0', '?')),
);

test('what is written is read back', () => {
  const labels = fc.dictionary(names, fc.string({ minLength: 1, unit: 'binary' }), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  const all = fc.record({
    labels: fc.tuple(names, labels).map(([name, others]) => ({ ...others, __name__: name })),
    value: fc.double(),
    time: fc.nat({ max: 4e12 }),
  });
  fc.assert(
    fc.property(all, (written) => {
      const reader = createExpositionReader();
      const text = untypedLine(written.labels.__name__, 'allow-utf-8') + sampleLine(written, 'allow-utf-8');
      const { series, values, times, count } = reader.read(Buffer.from(text), 'text/plain; version=1.0.0');
      expect(count).toBe(1);
      expect(reader.labelsOf(series[0] ?? -1)).toEqual(written.labels);
      // As Prometheus' encoder, ours knows no negative zero.
      expect([values[0], times[0]]).toEqual([written.value === 0 ? 0 : written.value, written.time]);
    }),
    { numRuns: 2_000 },
  );
});

test('a name that was escaped by its values can be told from it', () => {
  fc.assert(
    fc.property(
      names.filter((name) => !name.startsWith('U__')),
      (name) => {
        const escaped = escapeName(name, 'values');
        expect(escaped).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
        expect(unescapeName(escaped)).toBe(name);
      },
    ),
    { numRuns: 2_000 },
  );
});
