// Series of the Graph page in words, as selectors, as CSV, and as a way of the pen.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { step } from '../../../src/tsdb/ui/graph/chart/keys.ts';
import { tracePaths } from '../../../src/tsdb/ui/graph/chart/line-path.ts';
import { nearest } from '../../../src/tsdb/ui/graph/chart/nearest.ts';
import { readChart } from '../../../src/tsdb/ui/graph/chart-data.ts';
import { csvLines, csvName } from '../../../src/tsdb/ui/graph/csv.ts';
import { matching } from '../../../src/tsdb/ui/graph/explorer.ts';
import { csvFile } from '../../../src/tsdb/ui/graph/export.ts';
import { extremesOf, type Line } from '../../../src/tsdb/ui/graph/lines.ts';
import { hintsOf } from '../../../src/tsdb/ui/graph/query-note.ts';
import { parseSelector, withValue, writeSelector } from '../../../src/tsdb/ui/graph/selector.ts';
import { seriesId, seriesName, tellApart } from '../../../src/tsdb/ui/graph/series-name.ts';
import { formatMarks, formatShort, formatValue } from '../../../src/tsdb/ui/graph/value-format.ts';

describe('names', () => {
  test('are selectors that find the series, whatever its labels hold', () => {
    expect(seriesName({ __name__: 'up', job: 'a', instance: 'b' })).toBe('up{instance="b", job="a"}');
    expect(seriesName({ __name__: 'http.requests', 'a b': '"\\\n' })).toBe(
      '{"http.requests", "a b"="\\"\\\\\\n"}',
    );
    expect(seriesName({})).toBe('{}');
  });

  test('tell apart by what is not common', () => {
    const all = [
      { __name__: 'up', job: 'a', x: '1' },
      { __name__: 'up', job: 'a', y: '2' },
    ];
    expect(tellApart(all)).toEqual({ common: { __name__: 'up', job: 'a' }, own: [{ x: '1' }, { y: '2' }] });
    expect(tellApart([{ a: '1' }])).toEqual({ common: {}, own: [{ a: '1' }] });
    expect(tellApart([])).toEqual({ common: {}, own: [] });
  });

  test('ids do not depend on the order of labels, and do on everything else', () => {
    expect(seriesId('q', { a: '1', b: '2' })).toBe(seriesId('q', { b: '2', a: '1' }));
    const ids = [
      seriesId('q', { a: '1' }),
      seriesId('p', { a: '1' }),
      seriesId('q', { a: '2' }),
      seriesId('q', { 'a"': '1' }),
    ];
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{1,14}$/);
  });
});

describe('selectors', () => {
  const f = (text: string, again: string | undefined) =>
    test(text, () => {
      const selector = parseSelector(text);
      expect(selector && writeSelector(selector)).toBe(again);
    });
  f('', '');
  f(' up ', 'up');
  f('up{}', 'up');
  f('up { job = "a" , instance!~`b.*`, }', 'up{job="a", instance!~"b.*"}');
  f("up{job='it\\'s'}", 'up{job="it\'s"}');
  f('{"http.requests", "a b"=~"x"}', '{"http.requests", "a b"=~"x"}');
  f('{job="}{"}', '{job="}{"}');
  f('up[5m]', undefined);
  f('up offset 5m', undefined);
  f('rate(up[5m])', undefined);
  f('up{job="a"} + up', undefined);
  f('up{job=a}', undefined);
  f('up{job="a" instance="b"}', undefined);

  test('any value comes back', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii' }),
        fc.string({ unit: 'binary-ascii', minLength: 1 }),
        (value, name) => {
          const selector = { metric: 'up', matchers: [{ name, operator: '=' as const, value }] };
          expect(parseSelector(writeSelector(selector))).toEqual(selector);
        },
      ),
    );
  });

  test('a value is added, takes the place of another, and goes again', () => {
    expect(withValue('up', 'job', 'a')).toBe('up{job="a"}');
    expect(withValue('up{job="a", x!="y"}', 'job', 'b')).toBe('up{x!="y", job="b"}');
    expect(withValue('up{job="a"}', 'job', 'a')).toBe('up');
    expect(withValue('rate(up[5m])', 'job', 'a')).toBeUndefined();
  });
});

describe('numbers', () => {
  test('are exact where they are read', () => {
    expect(
      [0.1 + 0.2, -0, 1e21, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(formatValue),
    ).toEqual(['0.30000000000000004', '-0', '1e+21', 'NaN', '+Inf', '-Inf']);
  });

  test('have six digits where somebody points, and never less than their whole part', () => {
    const f = (value: number, wanted: string) => expect(formatShort(value)).toBe(wanted);
    f(1 / 3, '0.333333');
    f(0.1 + 0.2, '0.3');
    f(-2000 / 3, '-666.667');
    f(1.23456789e-9, '1.23457e-9');
    f(1_763_780_000.123, '1763780000');
    f(123_456_789, '123456789');
    f(2 ** 53, '9007199254740992');
    f(-0, '-0');
    f(Number.NaN, 'NaN');
    f(Number.NEGATIVE_INFINITY, '-Inf');
  });

  test('are short and alike on the axis', () => {
    const f = (marks: number[], wanted: string) => expect(formatMarks(marks).join(' ')).toBe(wanted);
    f([0, 0.25, 0.5], '0 0.25 0.50');
    f([0, 2500, 5000], '0 2500 5000');
    f([0, 25_000, 50_000], '0 25k 50k');
    f([50_000_000, 52_500_000], '50.0M 52.5M');
    f([1e9, 1.0005e9], '1.0000G 1.0005G');
    f([-20, -10, 0], '-20 -10 0');
    f([0, 2e-9], '0 2e-9');
    f([0, 5e20], '0 5e+20');
    f([7], '7');
    f([], '');
  });
});

const raw = (times: number[], values: (number | 'NaN' | null)[], labels = {}) =>
  readChart({ granularity: 'raw', total: 1, series: [{ metric: labels, times, values }] }, () => 0).next()
    .value as Line['data'];

const lineOf = (id: string, data: Line['data']): Line => ({ id, place: 0, data, own: {}, colour: 0 });

describe('the way of the pen', () => {
  const wayOf = (data: Line['data']) => {
    const pen = () => {
      const way: string[] = [];
      const to = (letter: string) => (x: number, y: number) => void way.push(`${letter}${x},${y}`);
      const rect = (x: number, y: number, w: number, h: number) => void way.push(`R${x},${y},${w},${h}`);
      return { way, moveTo: to('M'), lineTo: to('L'), rect };
    };
    const paths = tracePaths(data, { x: (time) => time, y: (value) => value, dot: 2 }, pen);
    return Object.fromEntries(Object.entries(paths).map(([name, { way }]) => [name, way.join(' ')]));
  };

  test('is lifted at a gap, at NaN, and marks a sample that stands alone', () => {
    expect(wayOf(raw([1, 2, 3, 4, 5, 6, 7], [10, 11, null, 12, 'NaN', 13, 14]))).toEqual({
      line: 'M1,10 L2,11 M4,12 M6,13 L7,14',
      dots: 'R3,11,2,2',
      partial: '',
      band: '',
    });
  });

  test('goes in steps from bucket to bucket, not over empty ones, dashed where a bucket is not whole', () => {
    const data = readChart(
      {
        granularity: 'hour',
        total: 1,
        times: [0, 10, 20, 30],
        partial: [false, false, false, true],
        series: [
          {
            metric: {},
            avg: [1, 2, null, 3],
            min: [0, 1, null, 3],
            max: [2, 4, null, 3],
            count: [1, 1, 0, 1],
          },
        ],
      },
      () => 40,
    ).next().value;
    expect(wayOf(data as Line['data'])).toEqual({
      line: 'M0,1 L10,1 M10,1 L10,2 L20,2',
      partial: 'M30,3 L40,3',
      band: 'R0,2,10,1 R10,4,10,1 R30,3,10,1',
      dots: '',
    });
  });
});

test('the extremes are those of the span that is shown, and of finite values', () => {
  const lines = [lineOf('a', raw([1, 2, 3, 4], [100, 5, 'NaN', 7])), lineOf('b', raw([2, 9], [6, -50]))];
  expect(extremesOf(lines, 2, 4)).toEqual({ min: 5, max: 7 });
  expect(extremesOf(lines, 5, 6)).toBeUndefined();
  expect(extremesOf([], 0, 1)).toBeUndefined();
});

test('the nearest sample is that of the line under the pointer', () => {
  const lines = [lineOf('a', raw([0, 100], [10, 10])), lineOf('b', raw([0, 49, 100], [50, 50, 50]))];
  const at = (left: number, top: number) =>
    nearest(lines, { left, top, time: left, scale: 1, x: (time) => time, y: (value) => value });
  expect(at(40, 45)).toMatchObject({ line: { id: 'b' }, at: 1 });
  expect(at(90, 12)).toMatchObject({ line: { id: 'a' }, at: 1 });
  expect(nearest([], { left: 0, top: 0, time: 0, scale: 1, x: Number, y: Number })).toBeUndefined();
});

test('by keyboard one goes from sample to sample and from series to series', () => {
  const lines = [
    lineOf('a', raw([0, 10, 20], [1, 2, 3])),
    lineOf('none', raw([], [])),
    lineOf('b', raw([0, 20], [4, 5])),
  ];
  const keys = (...pressed: string[]) => {
    let current: Parameters<typeof step>[1];
    for (const key of pressed) current = step(lines, current, key);
    return current && `${current.line.id}${current.at}`;
  };
  expect(keys('ArrowRight')).toBe('a2');
  expect(keys('ArrowRight', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft')).toBe('a0');
  expect(keys('ArrowRight', 'Home', 'ArrowRight', 'ArrowDown')).toBe('b1');
  expect(keys('ArrowRight', 'ArrowUp')).toBe('b1');
  expect(keys('x')).toBeUndefined();
  expect(step([], undefined, 'ArrowLeft')).toBeUndefined();
});

describe('CSV', () => {
  const results = {
    span: { from: 0, to: 9000 },
    tab: 'chart',
    granularity: 'raw',
    zone: 'UTC',
    queries: [{ place: 0, text: 'up', series: [], latest: [], total: 2 }],
  } as const;

  test('of very many rows has the first, and says so', async () => {
    const lines = [lineOf('a', raw([1000, 2000], [1, 1])), lineOf('b', raw([3000, 4000], [1, 1]))];
    const whole = await csvFile(results, lines, 4);
    expect([(await textOf(whole.parts)).split('\r\n').length, whole.words]).toEqual([4 + 2, '']);
    const first = await csvFile(results, lines, 3);
    expect((await textOf(first.parts)).split('\r\n').slice(1, -1)).toEqual([
      'up,1970-01-01T00:00:01.000Z,1',
      'up,1970-01-01T00:00:02.000Z,1',
      'up,1970-01-01T00:00:03.000Z,1',
    ]);
    expect(first.words).toBe('The file has the first 3 of 4 rows.');
  });

  const textOf = (parts: Blob[]) => new Blob(parts).text();
  const row = (labels: Record<string, string>, ...cells: (string | number | boolean)[]) => ({
    query: 'up',
    labels,
    cells,
  });
  const f = (...rows: ReturnType<typeof row>[]) =>
    [
      ...csvLines(
        ['time', 'value'],
        rows.map(({ labels }) => labels),
        rows,
      ),
    ].join('');

  test('has a column for each label, and quotes what RFC 4180 asks to be quoted', () => {
    expect(f(row({ a: 'x,y', b: 'say "hi"' }, 't', 1.5), row({ c: 'two\nlines' }, 't', -2))).toBe(
      'query,time,value,a,b,c\r\nup,t,1.5,"x,y","say ""hi""",\r\nup,t,-2,,,"two\nlines"\r\n',
    );
  });

  test('never gives a spreadsheet a formula, and leaves numbers numbers', () => {
    const text = f(
      row({ a: '=1+1', '@b': '+x', c: '-x', d: '\t=x', e: '@x' }, 't', -1e-7),
      row({}, 't', Number.NEGATIVE_INFINITY),
    );
    expect(text).toBe(
      "query,time,value,'@b,a,c,d,e\r\nup,t,-1e-7,'+x,'=1+1,'-x,'\t=x,'@x\r\nup,t,'-Inf,,,,,\r\n",
    );
  });

  test('a label that is called as another column keeps a name of its own', () => {
    expect(f(row({ value: 'x', query: 'y' }, 't', 1))).toBe(
      'query,time,value,label_query,label_value\r\nup,t,1,y,x\r\n',
    );
  });

  test('nor one in full width, which some take as well', () => {
    expect(f(row({ a: '＝1', b: '＋1', c: '－1', d: '＠x' }, 't', 1))).toContain("'＝1,'＋1,'－1,'＠x");
  });

  test('a label that is called as what every object has is empty where there is none', () => {
    expect(f(row({ constructor: 'x' }, 't', 1), row({}, 't', 2))).toBe(
      'query,time,value,constructor\r\nup,t,1,x\r\nup,t,2,\r\n',
    );
  });

  test('any cell comes back to a reader', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (value) => {
        const text = f(row({ a: value }, 't', 1));
        const cell = text.slice('query,time,value,a\r\nup,t,1,'.length, -2);
        const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(read === value || read === `'${value}`).toBe(true);
      }),
    );
  });

  test('its file has a plain name', () => {
    const from = Date.UTC(2026, 0, 1);
    expect(csvName({ __name__: 'up' }, from, from + 1000)).toBe('up_2026-01-01T000000_2026-01-01T000001.csv');
    expect(csvName({ __name__: '../../x"' }, from, from)).toBe('x_2026-01-01T000000_2026-01-01T000000.csv');
    expect(csvName(undefined, from, from)).toMatch(/^mini-tsdb_/);
  });
});

test('hints to narrow a query name the label with the fewest values', () => {
  const all = Array.from({ length: 100 }, (_, i) => ({
    __name__: 'up',
    job: i < 50 ? 'a' : 'b',
    instance: `${i}`,
  }));
  expect(hintsOf(all)).toEqual([
    ['job', 'a'],
    ['job', 'b'],
  ]);
  expect(hintsOf([])).toEqual([]);
});

test('the search of the explorer takes every word, in names and in help, also of a part of a histogram', () => {
  const known = { latency_seconds: [{ type: 'histogram', help: 'How long it takes.' }] };
  const names = ['latency_seconds_bucket', 'latency_seconds_sum', 'up'];
  expect(matching(names, known, 'LONG bucket')).toEqual(['latency_seconds_bucket']);
  expect(matching(names, known, ' ')).toEqual(names);
  expect(matching(names, known, 'constructor')).toEqual([]);
});
