import { describe, expect, test } from 'vitest';
import type { AppError } from '../../../src/lib/errors.ts';
import { parseQuery } from '../../../src/tsdb/promql/parse.ts';
import { parseMetricSelector } from '../../../src/tsdb/promql/parse-selector.ts';
import { evaluateScalar } from '../../../src/tsdb/promql/scalar.ts';

const shown = (query: string) => JSON.parse(JSON.stringify(parseQuery(query))) as unknown;
const name = (value: string) => ({ name: '__name__', operator: '=', value });
const vector = (matchers: object[], change: object = {}) => ({
  kind: 'vector',
  selector: { matchers, offsetMs: 0, ...change },
});

describe('a selector', () => {
  const f = (query: string, expected: unknown) =>
    test(query, () => {
      expect(shown(query)).toEqual(expected);
    });

  f('up', vector([name('up')]));
  f('job:up:sum', vector([name('job:up:sum')]));
  f('sum', vector([name('sum')]));
  f('up{}', vector([name('up')]));
  f('(up)', vector([name('up')]));
  f('{"a.b", c="d"}', vector([name('a.b'), { name: 'c', operator: '=', value: 'd' }]));
  f('{__name__="a"}', vector([name('a')]));
  f('up{"x y"!="z",}', vector([name('up'), { name: 'x y', operator: '!=', value: 'z' }]));
  f('up{on=~"a|b", by!~`\\d`} # why', {
    kind: 'vector',
    selector: {
      matchers: [
        name('up'),
        { name: 'on', operator: '=~', value: 'a|b' },
        { name: 'by', operator: '!~', value: '\\d' },
      ],
      offsetMs: 0,
    },
  });
  f('up offset 1h30m', vector([name('up')], { offsetMs: 5_400_000 }));
  f('up offset -90', vector([name('up')], { offsetMs: -90_000 }));
  f('up @ 1.5', vector([name('up')], { at: 1500 }));
  f('up @ -1', vector([name('up')], { at: -1000 }));
  f('up @ start()', vector([name('up')], { at: 'start' }));
  f('up @ end() offset 1s', vector([name('up')], { at: 'end', offsetMs: 1000 }));
  f('up offset 1s @ 0', vector([name('up')], { at: 0, offsetMs: 1000 }));
  f('up[5m]', { ...vector([name('up')]), kind: 'matrix', rangeMs: 300_000 });
  f('up[1d1h] @ 3 offset 1m', {
    ...vector([name('up')], { at: 3000, offsetMs: 60_000 }),
    kind: 'matrix',
    rangeMs: 90_000_000,
  });
});

describe('a literal', () => {
  const f = (query: string, value: number) =>
    test(query, () => {
      expect(evaluateScalar(parseQuery(query) as never)).toBe(value);
    });

  f('1', 1);
  f('-1.5e3', -1500);
  f('.5', 0.5);
  f('0x1F', 31);
  f('010', 8); // Go reads octal first
  f('089', 89);
  f('1_000', 1000);
  f('Inf', Number.POSITIVE_INFINITY);
  f('-inf', Number.NEGATIVE_INFINITY);
  f('NaN', Number.NaN);
  f('5m', 300);
  f('1+2*3', 7);
  f('(1+2)*3', 9);
  f('2^3^2', 512);
  f('-1^2', -1);
  f('+2^2', 4);
  f('2-1', 1);
  f('-(3)', -3);
  f('5 % 3', 2);
  f('1 / 0', Number.POSITIVE_INFINITY);
  f('1 ^ NaN', 1);
  f('-(1) ^ Inf', -1);
  f('1 == bool 1', 1);
  f('1 != bool 1', 0);
  f('2 > bool 1', 1);
  f('2 < bool 1', 0);
  f('2 >= bool 2', 1);
  f('3 <= bool 2', 0);
  f('1 atan2 1', Math.PI / 4);

  const g = (query: string, value: string) =>
    test(query, () => {
      expect(parseQuery(query)).toEqual({ kind: 'string', value });
    });

  g('"a"', 'a');
  g("'a\"'", 'a"');
  g('`a\\n`', 'a\\n');
  g('"\\u00e4\\xc3\\xa4\\303\\244\\U0001F600"', 'äää😀');
  g('"\\a\\b\\f\\n\\r\\t\\v\\\\\\""', '\x07\b\f\n\r\t\v\\"');
});

describe('what is wrong is said with its place', () => {
  const f = (query: string, message: string, reason = 'bad_data') =>
    test(query.slice(0, 40), () => {
      expect(() => parseQuery(query)).toThrow(expect.objectContaining({ reason, message }) as AppError);
    });
  const parse = (place: string, message: string) => `${place}: parse error: ${message}`;

  f('', parse('1:1', 'no expression found in input'));
  f('# nothing', parse('1:1', 'no expression found in input'));
  f(`${'# '.repeat(100)}\nup{`, parse('2:4', 'unexpected end of input'));
  f('a b', parse('1:3', 'unexpected "b"'));
  f('a\n  )', parse('2:3', 'unexpected ")"'));
  f('foo[5m', parse('1:7', 'unexpected end of input'));
  f('foo{a="b" c="d"}', parse('1:11', 'unexpected "c"'));
  f('{}', parse('1:1', 'vector selector must contain at least one non-empty matcher'));
  f('{a=~".*",b!="c"}', parse('1:1', 'vector selector must contain at least one non-empty matcher'));
  f('foo{__name__="x"}', parse('1:1', 'metric name must not be set twice: "foo" or "x"'));
  f('{"foo","x"}', parse('1:1', 'metric name must not be set twice: "foo" or "x"'));
  f('foo{a="\\q"}', parse('1:7', '"\\\\q" is no escape'));
  f('foo{a="\\ud800"}', parse('1:7', '"\\\\ud800" is no escape'));
  f('foo{a="\\777"}', parse('1:7', '"\\\\777" is no escape'));
  f('foo[0s]', parse('1:5', 'duration must be greater than 0'));
  f('foo[1m1h]', parse('1:7', 'unexpected "1h"'));
  f('foo[1m+1h]', parse('1:5', 'bad duration "1m+1h"; one is written like 1h30m or 90'));
  f('foo[5m][3m]', parse('1:1', 'ranges only allowed for vector selectors'));
  f('(foo)[5m]', parse('1:1', 'ranges only allowed for vector selectors'));
  f('(foo offset 3m)[5m]', parse('1:1', 'ranges only allowed for vector selectors'));
  f('foo offset 5m offset 3m', parse('1:15', 'offset may not be set multiple times'));
  f('foo offset 5m @ 3 offset 3m', parse('1:19', 'offset may not be set multiple times'));
  f('foo @ 1 @ 2', parse('1:9', '@ <timestamp> may not be set multiple times'));
  f('foo @ 1e99', parse('1:7', 'timestamp out of bounds for @ modifier'));
  f('foo @ NaN', parse('1:7', 'timestamp out of bounds for @ modifier'));
  const before = 'must be preceded by an instant vector selector or range vector selector or a subquery';
  f('(foo) offset 5m', parse('1:7', `offset ${before}`));
  f('1 @ 5', parse('1:3', `@ ${before}`));
  f('1 == 2', parse('1:1', 'comparisons between scalars must use BOOL modifier'));
  f('1 and 2', parse('1:1', 'set operator "and" not allowed in binary scalar expression'));
  f('1 unless 2', parse('1:1', 'set operator "unless" not allowed in binary scalar expression'));
  f('1 + bool 2', parse('1:1', 'bool modifier can only be used on comparison operators'));
  f('1e400', parse('1:1', 'bad number or duration "1e400"'));
  f('x'.repeat(65_537), 'parse error: the query is longer than 65536 characters');
  f(`${'('.repeat(600)}1${')'.repeat(600)}`, parse('1:501', 'the query is nested deeper than 500'));

  const later = (query: string, what: string) => f(query, `not supported yet: ${what}`, 'execution');
  later('rate(x[5m])', 'rate');
  later('sum by (a) (x)', 'sum');
  later('x[5m:1m]', 'a subquery');
  later('up == 1', '== with an instant vector');
  later('1 + "a"', '+ with a string');
  later('-up', '- of an instant vector');
  later('a and b', 'and with an instant vector');

  test.each(['(', '{', 'sum(', '1+', ')'])('%s without end is found out at once', (part) => {
    const begin = process.threadCpuUsage().user;
    expect(() => parseQuery(part.repeat(65_536 / part.length))).toThrow(/parse error/);
    expect(process.threadCpuUsage().user - begin).toBeLessThan(1_000_000);
  });

  test('and a regular expression', () => {
    expect(() => parseQuery('foo{a=~"("}')).toThrow(/^1:8: parse error: .*missing closing \)/);
  });
});

describe('match[]', () => {
  test('takes a selector', () => {
    expect(JSON.parse(JSON.stringify(parseMetricSelector('{__name__=~"a.*"}')))).toEqual([
      { name: '__name__', operator: '=~', value: 'a.*' },
    ]);
  });

  test.each(['a[5m]', 'a offset 5m', 'a @ 3', '1', '"a"', '(a)', 'rate(a)', ''])('takes no %s', (text) => {
    expect(() => parseMetricSelector(text)).toThrow(/parse error/);
  });
});
