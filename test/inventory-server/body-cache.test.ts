import { expect, test } from 'vitest';
import { type BodyCache, createBodyCache } from '../../inventory-server/body-cache.ts';

/** Asks for a body of `length` bytes and says whether it had to be made. */
async function made(cache: BodyCache, revision: number, key: string, length = 1): Promise<boolean> {
  let calls = 0;
  const body = await cache.get(revision, key, async () => {
    calls += 1;
    return { bytes: Buffer.alloc(length), etag: '""' };
  });
  expect(body.bytes).toBeInstanceOf(Buffer);
  return calls === 1;
}

const LIMITS = { bodies: 2, bytes: 10 };

test('makes a body once, also for requests that come together', async () => {
  const cache = createBodyCache(LIMITS);
  expect(await Promise.all([made(cache, 1, 'a'), made(cache, 1, 'a')])).toEqual([true, false]);
  expect(await made(cache, 1, 'a')).toBe(false);
});

test('forgets everything at a new revision', async () => {
  const cache = createBodyCache(LIMITS);
  await made(cache, 1, 'a');
  expect(await made(cache, 2, 'a')).toBe(true);
});

test('keeps so many bodies, and drops the one not asked for the longest', async () => {
  const cache = createBodyCache(LIMITS);
  for (const key of ['a', 'b', 'a', 'c']) await made(cache, 1, key);
  expect([await made(cache, 1, 'a'), await made(cache, 1, 'b')]).toEqual([false, true]);
});

test('keeps so many bytes, and never a body above them', async () => {
  const cache = createBodyCache(LIMITS);
  await made(cache, 1, 'a', 6);
  await made(cache, 1, 'b', 6);
  expect([await made(cache, 1, 'b', 6), await made(cache, 1, 'a', 6)]).toEqual([false, true]);
  await made(cache, 1, 'big', 11);
  expect(await made(cache, 1, 'big', 11)).toBe(true);
});

test('a body that cannot be made is tried again', async () => {
  const cache = createBodyCache(LIMITS);
  await expect(cache.get(1, 'a', () => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
  expect(await made(cache, 1, 'a')).toBe(true);
});
