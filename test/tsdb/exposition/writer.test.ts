import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import { createExpositionReader } from '../../../src/tsdb/exposition/reader.ts';
import { type WrittenSample, writeSamples } from '../../../src/tsdb/exposition/writer.ts';
import { writtenFormatOf } from '../../../src/tsdb/exposition/written-format.ts';

const TEXT = writtenFormatOf('text/plain;version=1.0.0;escaping=allow-utf-8');
const OLD = writtenFormatOf(undefined);
const OPENMETRICS = writtenFormatOf('application/openmetrics-text;version=1.0.0;escaping=allow-utf-8');

const sample = (labels: Labels, value = 1, time = 5): WrittenSample => ({ labels, value, time });
const write = (samples: readonly WrittenSample[], format = TEXT) =>
  [...writeSamples(samples, format)].join('');

describe('samples are written', () => {
  test('by metric, sorted, with their times', () => {
    const samples = [
      sample({ __name__: 'b', z: '1', a: 'x' }, 1.5, 1700000000123),
      sample({ __name__: 'a' }, -0, 2),
      sample({ __name__: 'b', a: 'x' }, Number.NaN, 1001),
      sample({ __name__: 'a' }, Number.POSITIVE_INFINITY, 1),
    ];
    expect(write(samples)).toBe(
      '# TYPE a untyped\na +Inf 1\na -0 2\n# TYPE b untyped\nb{a="x",z="1"} 1.5 1700000000123\nb{a="x"} NaN 1001\n',
    );
    expect(write(samples, OPENMETRICS)).toBe(
      '# TYPE a unknown\na +Inf 0.001\na -0 0.002\n# TYPE b unknown\nb{a="x",z="1"} 1.5 1700000000.123\nb{a="x"} NaN 1.0010005\n# EOF\n',
    );
  });

  test('with every sign of their labels', () => {
    const text = write([sample({ __name__: 'a', b: 'c\\"\n,}', d: '' })]);
    expect(text).toBe('# TYPE a untyped\na{b="c\\\\\\"\\n,}",d=""} 1 5\n');
  });

  test('with names of any sign, quoted or escaped', () => {
    const samples = [sample({ __name__: 'a.b', 'c.d': 'e', f_g: 'h' })];
    expect(write(samples)).toBe('# TYPE "a.b" untyped\n{"a.b","c.d"="e",f_g="h"} 1 5\n');
    const escaped = (escaping: string) =>
      write(
        [sample({ __name__: '1a.b_é', 'c:d': 'x' })],
        writtenFormatOf(`text/plain;escaping=${escaping}`),
      ).split('\n')[1];
    expect(escaped('underscores')).toBe('_a_b__{c_d="x"} 1 5');
    expect(escaped('dots')).toBe('__a_dot_b____{c__d="x"} 1 5');
    expect(escaped('values')).toBe('U___31_a_2e_b___e9_{U__c_3a_d="x"} 1 5');
  });

  test('without those that have no name', () => {
    expect(write([sample({ a: 'b' }), sample({ __name__: '' })])).toBe('');
    expect(write([], OPENMETRICS)).toBe('# EOF\n');
  });

  test('in pieces, none of them large', () => {
    const samples = Array.from({ length: 5000 }, (_, i) =>
      sample({ __name__: `m${i % 7}`, label: 'x'.repeat(20), i: String(i) }),
    );
    const pieces = [...writeSamples(samples, TEXT)];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(40_000);
    expect(pieces.join('').match(/^# TYPE/gm)).toHaveLength(7);
  });
});

describe('what is written is read back', () => {
  const names = fc.oneof(
    fc.constantFrom('a', 'b:c', 'd_total', 'e_bucket', '__x'),
    fc.string({ minLength: 1, unit: 'binary' }),
  );
  const labels = fc.dictionary(
    fc.oneof(fc.constantFrom('l', 'le', 'quantile'), fc.string({ minLength: 1, unit: 'grapheme' })),
    fc.string({ minLength: 1, unit: 'grapheme' }),
    { maxKeys: 3, noNullPrototype: true },
  );
  const series = fc.tuple(names, labels).map(([name, others]): Labels => ({ ...others, __name__: name }));
  const samples = fc.uniqueArray(
    fc.record({ labels: series, value: fc.double(), time: fc.integer({ min: -1e12, max: 4e12 }) }),
    { maxLength: 6, selector: (each) => JSON.stringify(Object.entries(each.labels).sort()) },
  );

  test.each([TEXT, OPENMETRICS])('exactly, as $contentType', (format) => {
    fc.assert(
      fc.property(samples, (all) => {
        // Text 0.0.4 knows no time before 1970, and no quoted name has byte 0.
        const written = all
          .filter(
            ({ labels }) =>
              !JSON.stringify(Object.keys(labels).concat(labels.__name__ ?? '')).includes('\\u0000'),
          )
          .map((each) => (format === TEXT ? { ...each, time: Math.abs(each.time) } : each));
        const reader = createExpositionReader();
        const scrape = reader.read(Buffer.from(write(written, format)), format.contentType);
        const read = [...scrape.series].map((number, row) => ({
          labels: reader.labelsOf(number),
          value: scrape.values[row] ?? 0,
          time: scrape.times[row] ?? 0,
        }));
        const sorted = (each: readonly WrittenSample[]) =>
          each
            .map(
              ({ labels, value, time }) =>
                [JSON.stringify(Object.entries(labels).sort()), value, time] as const,
            )
            .sort(([a], [b]) => (a < b ? -1 : 1));
        expect(sorted(read)).toEqual(sorted(written));
      }),
      { numRuns: 1_500 },
    );
  });

  test('with the millisecond it had, also where a reader cuts', () => {
    fc.assert(
      fc.property(fc.integer({ min: -4e12, max: 4e12 }), (time) => {
        const text = write([sample({ __name__: 'a' }, 1, time)], OPENMETRICS);
        expect(Math.trunc(Number(/ (\S+)\n# EOF/.exec(text)?.[1]) * 1000)).toBe(time);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('the format of an answer', () => {
  const f = (accept: string | undefined) => writtenFormatOf(accept).contentType;

  test('is text 0.0.4 when nothing else is asked for', () => {
    const plain = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
    for (const accept of [
      undefined,
      '',
      '*/*',
      'text/html',
      'application/json;q=1',
      'text/plain;q=x',
      'text/plain;version=9',
    ])
      expect([accept, f(accept)]).toEqual([accept, plain]);
    expect(OLD.name).toBe('text');
  });

  test('is the one with the highest q, the first of equals', () => {
    expect(f('text/plain;version=0.0.4;q=0.3,application/openmetrics-text;version=1.0.0;q=0.6')).toMatch(
      /^application/,
    );
    expect(f('text/plain;version=0.0.4;q=0.7, application/openmetrics-text; q=0.6')).toMatch(/^text/);
    expect(f('application/openmetrics-text;version=0.0.1,text/plain')).toBe(
      'application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=underscores',
    );
    expect(f('application/openmetrics-text;q=0,text/plain;version=1.0.0;escaping="values"')).toBe(
      'text/plain; version=1.0.0; charset=utf-8; escaping=values',
    );
  });

  test('may be text only, as Prometheus federates', () => {
    const accept = 'application/openmetrics-text;q=1,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5';
    expect(writtenFormatOf(accept, ['text'])).toEqual(TEXT);
  });
});
