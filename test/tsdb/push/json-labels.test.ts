// Names and tags → labels: what is remembered changes nothing.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJsonLabels } from '../../../src/tsdb/push/json-labels.ts';

const text = fc.string({ unit: fc.constantFrom('\0', '0', '1', 'a', 'b', '_'), maxLength: 5 });
const named = fc.tuple(
  text,
  fc.option(fc.dictionary(text, fc.oneof(text, fc.nat(2), fc.boolean()), { maxKeys: 3 })),
);

test('a set is the same, whatever was asked for before', () => {
  fc.assert(
    fc.property(fc.array(named, { minLength: 2, maxLength: 20 }), (all) => {
      const remembering = createJsonLabels(1500);
      for (const [name, tags] of all) {
        const outcome = (read: ReturnType<typeof createJsonLabels>) => {
          try {
            return read(name, tags ?? undefined);
          } catch (error) {
            return (error as Error).message;
          }
        };
        expect(outcome(remembering)).toEqual(outcome(createJsonLabels()));
      }
    }),
    { numRuns: 2000 },
  );
});

test('the same set is the same object, until too many others were asked for', () => {
  const read = createJsonLabels(3100);
  const labels = read('a', { b: 'c' });
  expect(read('a', { b: 'c' })).toBe(labels);
  for (let i = 0; i < 9; i += 1) read(`n${i}`, undefined);
  expect(read('a', { b: 'c' })).toBe(labels);
  for (let i = 0; i < 30; i += 1) read(`m${i}`, undefined);
  expect(read('a', { b: 'c' })).not.toBe(labels);
});

test('what is remembered is bounded by its characters', () => {
  const read = createJsonLabels(3100);
  const labels = read('a', { b: 'c' });
  for (let i = 0; i < 3; i += 1) read('a', { b: `${i}${'x'.repeat(3000)}` });
  expect(read('a', { b: 'c' })).not.toBe(labels);
});
