// What Redis' settings promise of accepted samples.

import { describe, expect, test } from 'vitest';
import { isKept, KEEPS, promiseOf, readPromise } from '../../../../src/tsdb/queue/redis/promise.ts';
import { startRedis } from '../../../helpers/redis.ts';

const NO_LIMIT = { maxmemory: '0', 'maxmemory-policy': 'noeviction' };

function promise(append: Record<string, string>, memory: Record<string, string> = NO_LIMIT) {
  return promiseOf(new Map(Object.entries(append)), new Map(Object.entries(memory)));
}

describe('what is kept, and what is lost:', () => {
  const f = (append: Record<string, string>, keeps: string, lost: RegExp | undefined) =>
    test(JSON.stringify(append), () => {
      const found = promise(append);
      expect(found.keeps).toBe(keeps);
      if (lost === undefined) expect(found.lost).toBeUndefined();
      else expect(found.lost).toMatch(lost);
    });
  f({ appendonly: 'yes', appendfsync: 'always', 'no-appendfsync-on-rewrite': 'no' }, 'always', undefined);
  f(
    { appendonly: 'yes', appendfsync: 'everysec' },
    'everysec',
    /last second or two .*; set appendonly yes and/,
  );
  f({ appendonly: 'yes', appendfsync: 'no' }, 'any', /some ten seconds .*appendfsync no/);
  f({ appendonly: 'no', appendfsync: 'always' }, 'any', /when Redis restarts \(appendonly no\)/);
  f(
    { appendonly: 'yes', appendfsync: 'always', 'no-appendfsync-on-rewrite': 'yes' },
    'any',
    /while it rewrites/,
  );
  f({}, 'any', /appendonly no/);
});

test('a memory that is bounded and thrown away when full is told of', () => {
  const evicts = (maxmemory: string, policy: string) =>
    promise({}, { maxmemory, 'maxmemory-policy': policy }).evicts;
  expect(evicts('1000', 'allkeys-lru')).toContain('maxmemory-policy allkeys-lru');
  expect(evicts('0', 'allkeys-lru')).toBeUndefined();
  // The stream never expires, so what is only volatile is not it.
  expect(evicts('1000', 'volatile-lru')).toBeUndefined();
});

test('a stronger promise keeps a weaker one, and an unknown one only the weakest', () => {
  const kept = (keeps: (typeof KEEPS)[number] | undefined) =>
    KEEPS.map((asked) => isKept(keeps && { keeps, lost: undefined, evicts: undefined }, asked));
  expect(kept('always')).toEqual([true, true, true]);
  expect(kept('everysec')).toEqual([true, true, false]);
  expect(kept(undefined)).toEqual([true, false, false]);
});

test('a Redis that hides its settings promises nothing', async () => {
  const redis = await startRedis();
  try {
    await redis.ask('ACL', 'SETUSER', 'default', '-config');
    const send = async (args: readonly (string | Buffer)[]) => (await redis.ask(...args)) as string;
    const { keeps, lost } = await readPromise(send);
    expect([keeps, lost]).toEqual(['any', expect.stringContaining('CONFIG GET')]);
  } finally {
    await redis.stop();
  }
});
