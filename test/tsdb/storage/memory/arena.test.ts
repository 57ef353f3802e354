import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arena, capacityOf } from '../../../../src/tsdb/storage/memory/arena.ts';

test('a list may grow by a quarter where it stands, and never shrinks below its length', () => {
  for (let length = 1; length < 100_000; length = Math.ceil(length * 1.07)) {
    expect(capacityOf(length)).toBeGreaterThanOrEqual(length);
    expect(capacityOf(length)).toBeLessThanOrEqual(Math.max(8, 1.25 * length));
    expect(capacityOf(capacityOf(length))).toBe(capacityOf(length));
  }
});

class MarkedLists {
  readonly arena = new Arena();
  readonly #lists: { readonly ref: number; readonly length: number; readonly mark: number }[] = [];

  add(length: number, mark: number): void {
    const ref = this.arena.allocate(length);
    expect(ref).toBeGreaterThan(0);
    this.#words(ref, length).fill(mark);
    this.#lists.push({ ref, length, mark });
  }

  remove(at: number): void {
    for (const { ref, length, mark } of this.#lists.splice(at % Math.max(1, this.#lists.length), 1)) {
      const words = this.#words(ref, length);
      expect(words.length === capacityOf(length) && words.every((word) => word === mark)).toBe(true);
      this.arena.free(ref, length);
    }
  }

  removeAll(): void {
    while (this.#lists.length > 0) this.remove(0);
  }

  #words(ref: number, length: number): Uint32Array {
    return this.arena.wordsAt(ref).subarray(ref & 0xffff, (ref & 0xffff) + capacityOf(length));
  }
}

test('lists keep what is written in them, whatever is allocated, freed and trimmed beside them', () => {
  const length = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.constantFrom(384, 5000, 16_384, 16_385, 65_536, 70_000),
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('add' as const), length) },
    { weight: 5, arbitrary: fc.tuple(fc.constant('remove' as const), fc.nat()) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('trim' as const), fc.constant(0)) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const lists = new MarkedLists();
      for (const [mark, [what, how]] of steps.entries()) {
        if (what === 'add') lists.add(how, mark);
        else if (what === 'remove') lists.remove(how);
        else lists.arena.trim();
      }
      lists.removeAll();
      lists.arena.trim();
      expect(lists.arena.bytes).toBe(4 * 65_536);
    }),
    { numRuns: 200 },
  );
});
