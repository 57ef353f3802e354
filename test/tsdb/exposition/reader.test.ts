import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createExpositionReader } from '../../../src/tsdb/exposition/reader.ts';
import { seriesOf } from './reading.ts';

const TEXT = 'text/plain; version=0.0.4';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

function textReader() {
  const reader = createExpositionReader();
  return { reader, read: (text: string) => reader.read(Buffer.from(text), TEXT) };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in and outside the heap, after a collection; what lies outside is given back by the one after it. */
function used(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('what a reader remembers from scrape to scrape', () => {
  test('a series keeps its number while it is seen, wherever it stands', () => {
    const { read } = textReader();
    const [a, b] = read('a 1\nb{x="y"} 2\n').series;
    const second = read('c 0\nb{x="y"} 2\na 1\n');
    expect([...second.series].slice(1)).toEqual([b, a]);
    expect(new Set(second.series).size).toBe(3);
  });

  test('says which series are fresh and which are gone', () => {
    const { read } = textReader();
    const first = read('a 1\nb 1\nb 2\n');
    const [a = -1, b = -1] = first.series;
    expect([first.fresh, first.gone]).toEqual([[a, b], []]);
    const same = read('a 5\nb 1\nb 2\n');
    expect([same.fresh, same.gone]).toEqual([[], []]);
    const other = read('b 1\nc 1\n');
    expect([other.fresh, other.gone]).toEqual([[other.series[1]], [a]]);
    expect(other.series[1]).not.toBe(a);
    const empty = read('');
    expect([empty.count, empty.fresh, [...empty.gone].sort()]).toEqual([0, [], [...other.series].sort()]);
  });

  test('numbers stay small however many series come and go', () => {
    const { reader, read } = textReader();
    let highest = 0;
    for (let i = 0; i < 500; i++) {
      const { series } = read(`steady 1\nid{i="${i}"} 1\nid{i="${i + 1}"} 1\n`);
      highest = Math.max(highest, ...series);
      expect(reader.labelsOf(series[1] ?? -1)).toEqual({ __name__: 'id', i: String(i) });
    }
    expect(highest).toBeLessThan(6);
  });

  test('the same order gives the same array of numbers', () => {
    const { read } = textReader();
    const { series } = read('a 1\nb 1\n');
    expect(read('a 2\n# comment\nb NaN\n').series).toBe(series);
    expect(read('b 1\na 2\n').series).not.toBe(series);
    expect(read('b 1\n').series).not.toBe(series);
  });

  test('a text that cannot be read changes nothing', () => {
    const { reader, read } = textReader();
    const [a = -1] = read('a 1\n').series;
    expect(() => read('b 1\nc 1\na one\n')).toThrow('line 3: the value is not a number');
    expect(() => read('b{x="1",x="2"} 1\n')).toThrow('line 1: the label x stands twice: "b{x=');
    expect(reader.labelsOf(a)).toEqual({ __name__: 'a' });
    const next = read('b 1\na 2\n');
    expect([next.fresh, next.gone, next.series[1]]).toEqual([[next.series[0]], [], a]);
  });

  test('the body may be used again: neither labels nor numbers hang on it', () => {
    const { reader, read: _ } = textReader();
    const body = Buffer.from('first_metric_of_many{label="a long value"} 1\n');
    const { series } = reader.read(body, TEXT);
    body.fill(0);
    expect(reader.labelsOf(series[0] ?? -1)).toEqual({
      __name__: 'first_metric_of_many',
      label: 'a long value',
    });
    const again = reader.read(Buffer.from('first_metric_of_many{label="a long value"} 2\n'), TEXT);
    expect([again.fresh, again.gone]).toEqual([[], []]);
  });

  test('of a large body only what is remembered stays in memory', () => {
    const before = used();
    const readers = Array.from({ length: 30 }, (_, i) => {
      const reader = createExpositionReader();
      const body = `# ${'x'.repeat(2_000_000)}\nname_of_a_series{of="target ${i}"} 1\n`;
      reader.read(Buffer.from(body), TEXT);
      return reader;
    });
    expect(used() - before).toBeLessThan(10_000_000);
    expect(readers.map((reader) => reader.labelsOf(0)).length).toBe(30);
  });

  test('the two formats share their series', () => {
    const reader = createExpositionReader();
    const { series } = reader.read(Buffer.from('a{b="c"} 1\n'), TEXT);
    expect(reader.read(Buffer.from('a{b="c"} 1\n# EOF\n'), OPENMETRICS).series).toBe(series);
  });

  test('labels are made anew each time, and may have the names of every object', () => {
    const { reader, read } = textReader();
    const [number = -1] = read('a{__proto__="x",constructor="y",b=""} 1\n').series;
    const labels = reader.labelsOf(number);
    expect(Object.entries(labels)).toEqual([
      ['__name__', 'a'],
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(reader.labelsOf(number)).not.toBe(labels);
    expect(() => reader.labelsOf(7)).toThrow('BUG');
  });

  test('a bound keeps what it was when its series was first seen', () => {
    const { reader, read } = textReader();
    const text = 'a_bucket{le="1"} 1\n';
    expect(seriesOf(reader, read(`# TYPE a histogram\n${text}`))).toEqual({
      '{"__name__":"a_bucket","le":"1.0"}': '1',
    });
    expect(read(text).fresh).toEqual([]);
    read('');
    expect(seriesOf(reader, read(text))).toEqual({ '{"__name__":"a_bucket","le":"1"}': '1' });
  });
});

describe('the columns', () => {
  test('times are milliseconds, and NaN where there is none', () => {
    const { reader, read } = textReader();
    const { times, timed } = read('a 1 1395066363000\nb 2\n');
    expect([...times, timed]).toEqual([1395066363000, Number.NaN, true]);
    expect(read('a 1\n').timed).toBe(false);
    const seconds = reader.read(
      Buffer.from('a 1 1520879607.789\nb 2 -1.0009\nc 3 9e99\n# EOF\n'),
      OPENMETRICS,
    );
    expect([...seconds.times]).toEqual([1520879607789, -1000, 2 ** 63]);
  });

  test('every NaN is the normal one', () => {
    const { read } = textReader();
    const { values } = read('a NaN\nb nan\n');
    expect(Number.isNaN(values[0]) && Number.isNaN(values[1])).toBe(true);
  });

  test('thousands of rows are no trouble, more than allowed are', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `a{i="${i}"} ${i}\n`).join('');
    const { values } = textReader().read(text);
    expect([...values]).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    const few = createExpositionReader({ maxSamples: 4999 });
    expect(() => few.read(Buffer.from(text), TEXT)).toThrow('the target has more than 4999 samples');
    expect(() => few.read(Buffer.from(`${text}# EOF\n`), OPENMETRICS)).toThrow('more than 4999');
  });
});

describe('metadata', () => {
  test('is what the target says of its families', () => {
    const { read } = textReader();
    const text =
      '# TYPE a counter\n# HELP a It \\\\ counts\\nlines \\" \\x\na 1\n# TYPE b untyped\n# HELP "c.d" é\n';
    expect([...read(text).metadata]).toEqual([
      ['a', { type: 'counter', help: 'It \\ counts\nlines \\" \\x', unit: '' }],
      ['b', { type: 'unknown', help: '', unit: '' }],
      ['c.d', { type: 'unknown', help: 'é', unit: '' }],
    ]);
  });

  test('of OpenMetrics has units', () => {
    const text = '# TYPE a_volts info\n# HELP a_volts x\\"\\n\n# TYPE "b.c" gauge\n# UNIT "b.c" \n# EOF\n';
    const { metadata } = createExpositionReader().read(Buffer.from(text), OPENMETRICS);
    expect([...metadata]).toEqual([
      ['a_volts', { type: 'info', help: 'x"\n', unit: '' }],
      ['b.c', { type: 'gauge', help: '', unit: '' }],
    ]);
    const unit = createExpositionReader().read(Buffer.from('# UNIT a_volts volts\n# EOF\n'), OPENMETRICS);
    expect(unit.metadata.get('a_volts')).toEqual({ type: 'unknown', help: '', unit: 'volts' });
  });

  test('is the same map while nothing changes, and forgets what is no longer said', () => {
    const { read } = textReader();
    const { metadata } = read('# TYPE a gauge\n# HELP b x\na 1\n');
    expect(read('# HELP b x\n# TYPE a gauge\n').metadata).toBe(metadata);
    expect([...read('# HELP b y\n').metadata.keys()]).toEqual(['b']);
  });
});

describe('an error', () => {
  test.each([
    ['a 1\nb 2\nc x\n', 'line 3: the value is not a number that fits a double: "c x"'],
    ['a 1\n\n# TYPE a rate\n', 'line 3: there is no metric type "rate": "# TYPE a rate"'],
    ['a{b="c} 1\nd 2\n', 'line 1: the quotes do not end: "a{b=\\"c} 1"'],
    [`a{b="${'x'.repeat(200)}"} y\n`, /^line 1: the value .{0,60}: "a\{b=\\"x{75}…"$/],
    ['a 1', undefined],
  ])('of %j names line and fault', (text, message) => {
    const { read } = textReader();
    if (message === undefined) expect(read(text).count).toBe(1);
    else expect(() => read(text)).toThrow(message);
  });

  test('of OpenMetrics too', () => {
    const read = (text: string) => createExpositionReader().read(Buffer.from(text), OPENMETRICS);
    expect(() => read('a 1\n')).toThrow('line 1: the text does not end with "# EOF": "a 1"');
    expect(() => read('# TYPE c counter\nc_total 1\n# TYPE d counter\nd_total -1\n# EOF\n')).toThrow(
      'line 4: a total or sum is NaN or negative: "d_total -1"',
    );
  });
});
