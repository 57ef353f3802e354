// The quick way through a body and the strict one: what a reader that remembers says is what a new one says.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageOf } from '../../../src/lib/errors.ts';
import { createExpositionReader } from '../../../src/tsdb/exposition/reader.ts';
import type { ExpositionReader, Scrape } from '../../../src/tsdb/exposition/scrape.ts';
import { BAD, bodyOfText, GOOD } from './openmetrics-table.ts';
import { bodyOf, TEXTS } from './text-table.ts';

const TEXT = 'text/plain; version=0.0.4';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

/** Everything a reading says but the numbers of series, which only mean something to their reader. */
function reading(reader: ExpositionReader, body: Buffer, contentType: string) {
  try {
    const scrape = reader.read(body, contentType);
    const { count, values, times, timed, metadata } = scrape;
    return {
      count,
      timed,
      values: [...values],
      times: [...times],
      metadata: [...metadata].sort(),
      labels: labelsOf(reader, scrape),
    };
  } catch (error) {
    expect(error).toMatchObject({ name: 'AppError', reason: 'exposition' });
    return { error: messageOf(error) };
  }
}

function labelsOf(reader: ExpositionReader, { series }: Scrape) {
  return [...series].map((number) => reader.labelsOf(number));
}

function expectSame(reader: ExpositionReader, body: Buffer, contentType: string) {
  expect(reading(reader, body, contentType)).toEqual(reading(createExpositionReader(), body, contentType));
}

/** A reader that knows the layout of a body. */
function readerOf(body: Buffer, contentType: string): ExpositionReader {
  const reader = createExpositionReader();
  for (let i = 0; i < 3; i++) reading(reader, body, contentType);
  return reader;
}

const numbers = fc.oneof(
  { weight: 6, arbitrary: fc.double().map((value) => String(value).replace('Infinity', 'Inf')) },
  { weight: 4, arbitrary: fc.integer().map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '0',
      '-0',
      '1',
      '00',
      '.5',
      '5.',
      '1e5',
      'nan',
      '+inf',
      '17976931348623157e292',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'x',
      '1e400',
      '1_0',
      '0x1',
      '-',
      '1e',
      '1 2',
      '1 x',
      '1\t',
      '1{',
      '1\0',
      '1 # {} 1',
    ),
  },
);
const times = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('0', '0001', '99999999999999999', '9223372036854775808', '-1', 'x', ''),
);
const names = fc.constantFrom(
  'a',
  'a{b="c"}',
  'a{b="d",}',
  '{"e.f",g="h"}',
  'i {j = "k"}',
  'l{m="n\\"}"}',
  'o+',
  'p{q="r"}1',
  '  s',
);

interface Line {
  readonly name: string;
  readonly blank: string;
  readonly timed: boolean;
}
const layouts = fc.array(
  fc.record<Line>({ name: names, blank: fc.constantFrom(' ', '  ', '\t', ''), timed: fc.boolean() }),
  { maxLength: 5 },
);
const columns = fc.array(fc.tuple(numbers, times), { minLength: 5, maxLength: 5 });

function textOf(layout: readonly Line[], values: readonly (readonly [string, string])[]): string {
  return layout
    .map(({ name, blank, timed }, i) => {
      const [value = '', time = ''] = values[i] ?? [];
      return `# HELP h ${name}\n${name}${blank}${value}${timed ? ` ${time}` : ''}\n`;
    })
    .join('');
}

describe('a text with the layout of the last one', () => {
  test('is read as a new reader reads it, errors too, whatever its numbers', () => {
    fc.assert(
      fc.property(layouts, fc.array(columns, { minLength: 4, maxLength: 6 }), (layout, scrapes) => {
        const reader = createExpositionReader();
        for (const values of scrapes) expectSame(reader, Buffer.from(textOf(layout, values)), TEXT);
      }),
      { numRuns: 1_500 },
    );
  });

  test('is read as a new reader reads it after any change of its bytes', () => {
    const base = '# HELP a x\n# TYPE a gauge\na{b="c"} 1.5 17\na{b="d"} 2\ne NaN\n';
    const known = readerOf(Buffer.from(base), TEXT);
    const edits = fc.array(
      fc.tuple(
        fc.nat(base.length),
        fc.nat(3),
        fc.constantFrom('', '0', '9', '1.5e3', ' ', '\n', '"', '}', 'x', '\0', '\xFF'),
      ),
      { minLength: 1, maxLength: 2 },
    );
    fc.assert(
      fc.property(edits, (each) => {
        let text = base;
        for (const [at, cut, paste] of each) text = text.slice(0, at) + paste + text.slice(at + cut);
        expectSame(known, Buffer.from(text, 'latin1'), TEXT);
        reading(known, Buffer.from(base), TEXT);
        reading(known, Buffer.from(base), TEXT);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['a 1\nb 2\n', 'a 1\nb 2\nc 3\n'],
    ['a 1\nb 2\n', 'a 1\n'],
    ['a 1\nb 2\n', 'a 1\nb 2\n\n'],
    ['a 1\nb 2\n', ''],
    ['a 1\nb 2\n', 'a 1\nb 2'],
    ['a 1\nb 2', 'a 1\nb 2 '],
    ['a+1\n', 'a1\n'],
    ['a{b="c"}1\n', 'a{b="c"}x\n'],
    ['a 1 5\n', 'a 1 \n'],
    ['a 1 5\n', 'a 1 99999999999999999\n'],
    ['a 1\n\0x', 'a 1\n\0y'],
    ['# TYPE a gauge\na 1\n', '# TYPE a counter\na 1\n'],
  ])('%j, and then %j', (text, next) => {
    expectSame(readerOf(Buffer.from(text), TEXT), Buffer.from(next), TEXT);
  });

  test('is read without looking at its series again', () => {
    const reader = createExpositionReader();
    const bodies = [
      'a 1\nb{c="d"} 2 3\n',
      'a 2\nb{c="d"} 3 4\n',
      'a NaN\nb{c="d"} 0.30000000000000004 5\n',
      'a 7\nb{c="d"} 8 9\n',
    ];
    const [, second, third, fourth] = bodies.map((body) => reader.read(Buffer.from(body), TEXT));
    // Only the strict way makes new columns.
    expect([third?.values, fourth?.values]).toEqual([second?.values, second?.values]);
    expect(fourth?.values).toBe(third?.values);
    expect([...(fourth?.values ?? [])]).toEqual([7, 8]);
    expect([...(fourth?.times ?? [])]).toEqual([Number.NaN, 9]);
  });
});

describe('OpenMetrics with the layout of the last text', () => {
  const histogram = (...values: string[]) =>
    `# TYPE h histogram\nh_bucket{le="1"} ${values[0]}\nh_bucket{le="+Inf"} ${values[1]}\nh_count ${values[2]}\nh_sum ${values[3]}\n` +
    `# TYPE c counter\nc_total ${values[4]}\nc_created ${values[5]}\n# TYPE s summary\ns{quantile="0.5"} ${values[6]}\ns_count ${values[7]}\n` +
    `# TYPE g gaugehistogram\ng_bucket{le="+Inf"} ${values[8]}\ng_gcount ${values[9]}\ng_gsum ${values[10]}\n# TYPE i info\ni_info 1\n` +
    `# TYPE t stateset\nt{t="a"} ${values[11]}\n# EOF\n`;
  const good = ['1', '2', '2', '1.5', '7', '9', 'NaN', '3', '4', '4', '5', '0'];

  test('is held to the same rules of values', () => {
    const reader = readerOf(Buffer.from(histogram(...good)), OPENMETRICS);
    const odd = fc.constantFrom('0', '1', '2', '3', '4', '0.5', '-1', '-0', 'NaN', '+Inf', '-Inf', 'x');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(11), odd), { maxLength: 3 }), (changes) => {
        const values = [...good];
        for (const [at, value] of changes) values[at] = value;
        expectSame(reader, Buffer.from(histogram(...values)), OPENMETRICS);
        reading(reader, Buffer.from(histogram(...good)), OPENMETRICS);
      }),
      { numRuns: 1_500 },
    );
  });

  test('with times is judged by them each time', () => {
    const text = (value: string, one: string, two: string) =>
      `# TYPE c counter\nc_total ${value} ${one}\nc_created 1 ${two}\n# EOF\n`;
    const reader = readerOf(Buffer.from(text('1', '5.5', '5.5')), OPENMETRICS);
    for (const one of ['5.5', '6', 'x', '5.50', '-1'])
      for (const two of ['5.5', '6', '7', '1', 'NaN'])
        expectSame(reader, Buffer.from(text('2', one, two)), OPENMETRICS);
    expect([...reader.read(Buffer.from(text('3', '5.5', '5.5')), OPENMETRICS).times]).toEqual([5500, 5500]);
  });

  test('is read the quick way with other exemplars, more of them and fewer', () => {
    const text = (one: string, two: string) =>
      `# TYPE h histogram\nh_bucket{le="1"} 1${one}\nh_bucket{le="+Inf"} 2${two}\n# TYPE c counter\nc_total 1 # {} 1\n# EOF\n`;
    const reader = readerOf(Buffer.from(text(' # {id="a"} 0.5', '')), OPENMETRICS);
    const { values } = reader.read(Buffer.from(text(' # {id="b"} 0.6 123', ' # {x="y"} 7')), OPENMETRICS);
    expect(reader.read(Buffer.from(text('', '')), OPENMETRICS).values).toBe(values);
    const exemplars = [
      '',
      ' # {} 1',
      ' # {} 2',
      ' # {} NaN',
      ' # {a="b"} -1 5',
      ' # {} 1 x',
      ' #',
      ' 5',
      ' # {a="b",a="c"} 1',
      ' # {} 1 # {} 1',
    ];
    for (const one of exemplars)
      for (const two of exemplars) expectSame(reader, Buffer.from(text(one, two)), OPENMETRICS);
  });
});

test('each text of the tables reads the same the first, second, third and fourth time', () => {
  const each = [
    ...TEXTS.map(({ text }) => [bodyOf(text), TEXT] as const),
    ...[...GOOD, ...BAD].map(({ text }) => [bodyOfText(text), OPENMETRICS] as const),
  ];
  for (const [body, contentType] of each) expectSame(readerOf(body, contentType), body, contentType);
  expect(each.length).toBeGreaterThan(400);
});

test('a text whose comment changes each time is read the strict way, with less and less learning', () => {
  const reader = createExpositionReader();
  for (let i = 0; i < 300; i++) expectSame(reader, Buffer.from(`# ${i}\na ${i}\n`), TEXT);
  for (let i = 0; i < 70; i++) reader.read(Buffer.from(`a ${i}\n`), TEXT);
  const { values } = reader.read(Buffer.from('a 1\n'), TEXT);
  expect(reader.read(Buffer.from('a 2\n'), TEXT).values).toBe(values);
});
