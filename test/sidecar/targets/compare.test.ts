import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import { compareTargets, type LabelledTarget } from '../../../src/sidecar/targets/compare.ts';

/** `a{x=1,y=2}`: address and labels. */
function target(text: string): LabelledTarget {
  const [address = '', labels = ''] = text.replace('}', '').split('{');
  const pairs = labels.split(',').filter(Boolean);
  return { address, labels: Object.fromEntries(pairs.map((pair) => pair.split('='))) };
}

const show = ({ address, labels }: LabelledTarget) => {
  const pairs = Object.entries(labels).map((pair) => pair.join('='));
  return pairs.length === 0 ? address : `${address}{${pairs.join(',')}}`;
};

function compare(expected: string, found: string, isDefault?: (name: string) => boolean) {
  const list = (text: string) => text.split(' ').filter(Boolean).map(target);
  const { equal, changed, missing, stale } = compareTargets(list(expected), list(found), isDefault);
  return [
    ...equal.map((pair) => `=${show(pair.expected)}`),
    ...missing.map((one) => `-${show(one)}`),
    ...stale.map((one) => `+${show(one)}`),
    ...changed.map((pair) => `~${show(pair.found)}:${pair.names.join('|')}`),
  ].join(' ');
}

describe('two lists', () => {
  const f = (expected: string, found: string, result: string) =>
    test(`${expected} ↔ ${found}`, () => expect(compare(expected, found)).toBe(result));
  f('', '', '');
  f('a b', 'b a', '=a =b');
  f('a b', 'b c', '=b -a +c');
  f('a{x=1}', 'a{x=2}', '~a{x=2}:x');
  f('a{x=1,y=1}', 'a{y=1,z=1}', '~a{y=1,z=1}:x|z');
  f('a{x=}', 'a', '=a{x=}'); // an empty label is none
  f('a{x=1} a{x=2}', 'a{x=2} a{x=1}', '=a{x=1} =a{x=2}'); // one address, two targets
  f('a{x=1} a{x=2}', 'a{x=2}', '=a{x=2} -a{x=1}');
  f('a{x=1} a{x=2}', 'a{x=3} a{x=2}', '=a{x=2} ~a{x=3}:x');
  f('a{x=1}', 'a{x=2} a{x=1} a{x=3}', '=a{x=1} +a{x=2} +a{x=3}');
  f('a a', 'a', '=a -a');
  f('a{constructor=}', 'a', '=a{constructor=}'); // no property of Object's own is a label
});

describe('labels that a job adds by itself', () => {
  const f = (expected: string, found: string, result: string) =>
    test(`${expected} ↔ ${found}`, () =>
      expect(compare(expected, found, (name) => name.startsWith('__'))).toBe(result));
  f('a', 'a{__scheme__=http}', '=a');
  f('a{__scheme__=https}', 'a{__scheme__=http}', '~a{__scheme__=http}:__scheme__');
  f('a', 'a{__scheme__=http,site=x}', '~a{__scheme__=http,site=x}:site');
  f('a{__p=1} a', 'a{__p=1,__q=2} a{__p=0,__q=2}', '=a{__p=1} =a');
  f('a a{__p=1}', 'a{__p=1} a{__p=0}', '=a{__p=1} =a'); // any fits the first, so the second chooses first
  f('a{__p=} a{__p=1}', 'a{__p=1} a{__p=0}', '=a{__p=1} =a{__p=}');
});

test('many targets at one address are compared in no time', () => {
  const count = 20_000;
  const labelled = (value: number): Labels => ({ __param_target: `device-${value}` });
  const at = (value: number) => ({ address: 'exporter:9116', labels: labelled(value) });
  const expected = Array.from({ length: count }, (_, i) => at(i));
  const found = Array.from({ length: count }, (_, i) => at(count - i));
  const { equal, changed, missing, stale } = compareTargets(expected, found, (name) => name.startsWith('__'));
  expect([equal.length, changed.length, missing.length, stale.length]).toEqual([count - 1, 1, 0, 0]);
});

test('every target is told once, whatever the lists', () => {
  const labels = fc.dictionary(fc.constantFrom('x', '__y'), fc.constantFrom('', '1', '2'));
  const list = fc.array(fc.record({ address: fc.constantFrom('a', 'b', 'c'), labels }), { maxLength: 12 });
  const isDefault = (name: string) => name === '__y';
  fc.assert(
    fc.property(list, list, (expected, found) => {
      const { equal, changed, missing, stale } = compareTargets(expected, found, isDefault);
      const pairs = [...equal, ...changed];
      expect(new Set([...pairs.map((pair) => pair.expected), ...missing])).toEqual(new Set(expected));
      expect(new Set([...pairs.map((pair) => pair.found), ...stale])).toEqual(new Set(found));
      expect(pairs.length + missing.length).toBe(expected.length);
      expect(pairs.length + stale.length).toBe(found.length);
      for (const { names } of changed) expect(names).not.toEqual([]);
      // Only one of the two lists has more targets at an address.
      expect(missing.filter(({ address }) => stale.some((other) => other.address === address))).toEqual([]);
    }),
  );
});

test('a list in another order is the same list', () => {
  const labels = fc.dictionary(fc.constantFrom('x', '__y'), fc.constantFrom('', '1', '2'));
  const list = fc.array(fc.record({ address: fc.constantFrom('a', 'b'), labels }), { maxLength: 12 });
  fc.assert(
    fc.property(list, (targets) => {
      const { equal } = compareTargets(targets, targets.toReversed());
      expect(equal).toHaveLength(targets.length);
    }),
  );
});
