// What a stranger can cause: each comparison with a hash is counted, and ends when the test says so.

import { describe, expect, test } from 'vitest';
import { createPasswordMemory } from '../../src/lib/password-memory.ts';

/** A checker whose comparisons wait for `settle`; the right password is `right`. */
function counted({ waits = false } = {}) {
  const open: (() => void)[] = [];
  let count = 0;
  const check = async (password: string) => {
    count += 1;
    if (waits) await new Promise<void>((resolve) => open.push(resolve));
    return password === 'right';
  };
  return { check, count: () => count, settle: () => open.splice(0).map((resolve) => resolve()) };
}

const ask = (
  memory: ReturnType<typeof createPasswordMemory>,
  password: string,
  user = 'a',
  address = '192.0.2.1',
) => memory.matches(user, password, 'hash', address);

describe('a password is compared once', () => {
  test('right or wrong', async () => {
    const { check, count } = counted();
    const memory = createPasswordMemory(check);
    for (const _ of [1, 2, 3]) {
      expect(await ask(memory, 'right')).toBe(true);
      expect(await ask(memory, 'wrong')).toBe(false);
    }
    expect(count()).toBe(2);
  });

  test('also when it is asked a hundred times at once', async () => {
    const { check, count, settle } = counted({ waits: true });
    const memory = createPasswordMemory(check);
    const answers = Promise.all(Array.from({ length: 100 }, () => ask(memory, 'right')));
    settle();
    expect(new Set(await answers)).toEqual(new Set([true]));
    expect(count()).toBe(1);
  });

  test('for each user and each hash', async () => {
    const { check, count } = counted();
    const memory = createPasswordMemory(check);
    await memory.matches('a', 'right', 'h1', '');
    await memory.matches('b', 'right', 'h1', '');
    await memory.matches('a', 'right', 'h2', '');
    await memory.matches('ah', 'right', '1', '');
    expect(count()).toBe(4);
  });

  test('however many wrong ones came since', async () => {
    const { check, count } = counted();
    const memory = createPasswordMemory(check);
    await ask(memory, 'right');
    for (let i = 0; i < 5_000; i += 1) await ask(memory, `wrong ${i}`);
    const before = count();
    expect(await ask(memory, 'right')).toBe(true);
    expect(count()).toBe(before);
  });

  test('and again when the comparison failed', async () => {
    let fails = true;
    const memory = createPasswordMemory(async () => {
      if (fails) throw new Error('the thread ended');
      return true;
    });
    await expect(ask(memory, 'right')).rejects.toThrow('the thread ended');
    fails = false;
    expect(await ask(memory, 'right')).toBe(true);
  });
});

describe('what waits is bounded', () => {
  const flood = (memory: ReturnType<typeof createPasswordMemory>, addresses: number, each: number) =>
    Array.from({ length: addresses * each }, (_, i) => ask(memory, `p${i}`, 'a', `192.0.2.${i % addresses}`));
  const counts = (answers: unknown[]) =>
    Object.fromEntries(
      ['too_many', 'overloaded', false].map((kind) => [kind, answers.filter((a) => a === kind).length]),
    );

  test('for one address', async () => {
    const { check, count, settle } = counted({ waits: true });
    const memory = createPasswordMemory(check);
    const answers = flood(memory, 1, 100);
    const neighbour = ask(memory, 'right', 'a', '192.0.2.9');
    settle();
    expect(counts(await Promise.all(answers))).toEqual({ too_many: 96, overloaded: 0, false: 4 });
    expect(await neighbour).toBe(true);
    expect(count()).toBe(5);
  });

  test('for all', async () => {
    const { check, count, settle } = counted({ waits: true });
    const answers = flood(createPasswordMemory(check), 50, 4);
    settle();
    expect(counts(await Promise.all(answers))).toEqual({ too_many: 0, overloaded: 168, false: 32 });
    expect(count()).toBe(32);
  });

  test('and the places come free again', async () => {
    const { check, settle } = counted({ waits: true });
    const memory = createPasswordMemory(check);
    for (const _ of [1, 2, 3]) {
      const answers = flood(memory, 1, 4);
      settle();
      expect(counts(await Promise.all(answers))).toMatchObject({ false: 4 });
    }
  });
});
