// Each action by itself. test/model/relabel-prometheus.test.ts holds them against real servers.

import { describe, expect, test } from 'vitest';
import type { Labels } from '../../src/model/labels.ts';
import { compileRegexp } from '../../src/model/regexp.ts';
import { type RelabelConfig, relabel } from '../../src/model/relabel.ts';

const DEFAULTS = {
  action: 'replace',
  sourceLabels: [],
  separator: ';',
  modulus: 0,
  targetLabel: '',
  replacement: '$1',
} as const;

type Rule = Partial<Omit<RelabelConfig, 'regex'>> & { regex?: string };

const rule = ({ regex = '(.*)', ...rest }: Rule): RelabelConfig => ({
  ...DEFAULTS,
  ...rest,
  regex: compileRegexp(regex),
});

const f = (name: string, labels: Labels, rules: readonly Rule[], expected: Labels | undefined) =>
  test(name, () => expect(relabel(labels, rules.map(rule))).toEqual(expected));

const AB = { a: 'foo', b: 'bar' };
const from = (...sourceLabels: string[]) => ({ sourceLabels });

describe('replace', () => {
  f('sets', AB, [{ ...from('a'), targetLabel: 'c' }], { ...AB, c: 'foo' });
  f('joins', AB, [{ ...from('a', 'none', 'b'), targetLabel: 'c' }], { ...AB, c: 'foo;;bar' });
  f('separator', AB, [{ ...from('a', 'b'), separator: '', targetLabel: 'c' }], { ...AB, c: 'foobar' });
  f('without sources', AB, [{ targetLabel: 'c', replacement: 'x' }], { ...AB, c: 'x' });
  f('no match', AB, [{ ...from('a'), regex: 'x', targetLabel: 'c', replacement: 'y' }], AB);
  f('an empty value deletes', AB, [{ ...from('none'), targetLabel: 'a' }], { b: 'bar' });
  f(
    'a name from the value',
    AB,
    [{ ...from('a', 'b'), regex: '(.*);(.*)', targetLabel: '$1', replacement: '$2' }],
    {
      ...AB,
      foo: 'bar',
    },
  );
  f('an empty name is ignored', AB, [{ ...from('none'), targetLabel: '$1', replacement: 'x' }], AB);
  f('any other name is taken', AB, [{ ...from('a'), targetLabel: 'x.$1', replacement: 'y' }], {
    ...AB,
    'x.foo': 'y',
  });
  f(
    'over and over',
    AB,
    [
      { ...from('a'), targetLabel: 'b' },
      { ...from('b'), targetLabel: 'c' },
    ],
    {
      a: 'foo',
      b: 'foo',
      c: 'foo',
    },
  );
});

describe('keep and drop', () => {
  f('keep', AB, [{ action: 'keep', ...from('a'), regex: 'fo+' }], AB);
  f('keep not', AB, [{ action: 'keep', ...from('a'), regex: 'fo' }], undefined);
  f('drop', AB, [{ action: 'drop', ...from('a'), regex: 'f.*' }], undefined);
  f('drop not', AB, [{ action: 'drop', ...from('a'), regex: 'x' }], AB);
  f(
    'nothing after a drop',
    AB,
    [
      { action: 'drop', ...from('a'), regex: 'foo' },
      { targetLabel: 'a', replacement: 'x' },
    ],
    undefined,
  );
  f('keepequal', { a: 'x', b: 'x' }, [{ action: 'keepequal', ...from('a'), targetLabel: 'b' }], {
    a: 'x',
    b: 'x',
  });
  f('keepequal not', AB, [{ action: 'keepequal', ...from('a'), targetLabel: 'b' }], undefined);
  f('dropequal', { a: 'x', b: 'x' }, [{ action: 'dropequal', ...from('a'), targetLabel: 'b' }], undefined);
  f('dropequal of absent labels', AB, [{ action: 'dropequal', ...from('c'), targetLabel: 'd' }], undefined);
});

describe('hashmod', () => {
  const hash = (modulus: number): Rule => ({
    action: 'hashmod',
    ...from('a', 'b'),
    targetLabel: 'c',
    modulus,
  });
  // md5sum of `foo;bar` ends in ddadc4ed9df31f3e.
  f('of the joined values', AB, [hash(1000)], { ...AB, c: '750' });
  f('of a large modulus', AB, [hash(Number.MAX_SAFE_INTEGER)], { ...AB, c: '3875699533489707' });
  f('of one', AB, [hash(1)], { ...AB, c: '0' });
  f('of UTF-8', { a: 'é' }, [{ ...hash(7), ...from('a') }], { a: 'é', c: '3' });
});

describe('names', () => {
  const META = { __meta_x_os: 'linux', __meta_x_: 'e', up: '1' };
  f('labelmap', META, [{ action: 'labelmap', regex: '__meta_x_(.+)' }], { ...META, os: 'linux' });
  f('labelmap over one that is there', { a_x: '1', x: '2' }, [{ action: 'labelmap', regex: 'a_(.+)' }], {
    a_x: '1',
    x: '1',
  });
  f('labelmap: the last name counts', { b_x: '2', a_x: '1' }, [{ action: 'labelmap', regex: '._(.+)' }], {
    a_x: '1',
    b_x: '2',
    x: '2',
  });
  f('labelmap does not look at what it made', { aax: '1' }, [{ action: 'labelmap', regex: 'a(.+)' }], {
    aax: '1',
    ax: '1',
  });
  f('labelmap without a reference', AB, [{ action: 'labelmap', regex: 'a', replacement: 'c' }], {
    ...AB,
    c: 'foo',
  });
  f('labeldrop', AB, [{ action: 'labeldrop', regex: 'a|c' }], { b: 'bar' });
  f('labelkeep', AB, [{ action: 'labelkeep', regex: 'a|c' }], { a: 'foo' });
});

describe('letters', () => {
  const as = (action: 'lowercase' | 'uppercase'): Rule => ({ action, ...from('a'), targetLabel: 'b' });
  f('lowercase', { a: 'ÄbC' }, [as('lowercase')], { a: 'ÄbC', b: 'äbc' });
  f('uppercase', { a: 'äbC' }, [as('uppercase')], { a: 'äbC', b: 'ÄBC' });
  f('one letter stays one', { a: 'ßŉﬁ' }, [as('uppercase')], { a: 'ßŉﬁ', b: 'ßŉﬁ' });
  f('wherever it stands', { a: 'ΑΣİ' }, [as('lowercase')], { a: 'ΑΣİ', b: 'ασi' });
  f('of nothing', AB, [{ ...as('lowercase'), ...from('none') }], { a: 'foo' });
});

describe('labels', () => {
  f('without a value are none', { a: '', b: 'x' }, [], { b: 'x' });
  test('the given ones stay as they are', () => {
    const given = Object.freeze({ ...AB });
    relabel(given, [rule({ targetLabel: 'a', replacement: 'x' })]);
    expect(given).toEqual(AB);
  });

  test('with names that every object has', () => {
    const labels = JSON.parse('{"__proto__":"x"}');
    const copied = relabel(labels, [rule({ ...from('constructor', '__proto__'), targetLabel: 'c' })]);
    expect(JSON.stringify(copied)).toBe('{"__proto__":"x","c":";x"}');
    expect(relabel({}, [rule({ targetLabel: '__proto__', replacement: 'y' })])).toEqual(
      JSON.parse('{"__proto__":"y"}'),
    );
  });
});
