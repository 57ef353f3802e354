import { describe, expect, test, vi } from 'vitest';
import { getFollowing } from '../../../src/sidecar/inventory/redirects.ts';

/** Answers from a map of redirects; anything else is 200. */
function follow(
  redirects: Record<string, [status: number, location?: string | undefined]>,
  from = 'http://a.test/1?key=secret',
) {
  const get = vi.fn(async (url: string) => {
    const [status, location] = redirects[url] ?? [200];
    return { status, headers: location === undefined ? {} : { location }, body: Buffer.alloc(0) };
  });
  return { get, followed: getFollowing(get, from) };
}

const START = 'http://a.test/1?key=secret';

describe('is followed:', () => {
  const f = (status: number, location: string, url: string) =>
    test(`${status} to ${location}`, async () => {
      expect(await follow({ [START]: [status, location] }).followed).toMatchObject({
        url,
        answer: { status: 200 },
      });
    });
  f(301, 'http://b.test/2', 'http://b.test/2');
  f(302, '/2', 'http://a.test/2');
  f(303, '2?x=y#z', 'http://a.test/2?x=y');
  f(307, '//b.test/', 'http://b.test/');
  f(308, 'https://b.test/', 'https://b.test/');
  f(302, 'http://user:password@b.test/', 'http://b.test/');
});

test.each([300, 304, 305, 306, 200, 404])('%d is an answer like any other', async (status) => {
  expect(await follow({ [START]: [status, '/2'] }).followed).toMatchObject({
    url: START,
    answer: { status },
  });
});

describe('is not followed:', () => {
  const f = (name: string, from: string, location: string | undefined, message: string) =>
    test(name, async () => {
      await expect(follow({ [from]: [302, location] }, from).followed).rejects.toMatchObject({
        reason: 'redirect',
        message,
      });
    });
  f(
    'https to http',
    'https://a.test/1?k=s',
    'http://a.test/2?k=s',
    'https://a.test/1?… answers 302 and leads to http://a.test/2?…, which is not followed from there',
  );
  f(
    'another scheme',
    START,
    'ftp://a.test/2',
    'http://a.test/1?… answers 302 and leads to ftp://a.test/2, which is not followed from there',
  );
  f(
    'no address at all',
    START,
    'mailto:me@a.test',
    'http://a.test/1?… answers 302 and leads to mailto:, which is not followed from there',
  );
  f('no Location', START, undefined, 'http://a.test/1?… answers 302 and does not say where to');
  f('a broken one', START, 'http://[', 'http://a.test/1?… answers 302 and does not say where to');
});

test('a loop ends after five', async () => {
  const { followed, get } = follow({
    [START]: [302, '/2?key=secret'],
    'http://a.test/2?key=secret': [302, START],
  });
  await expect(followed).rejects.toMatchObject({
    reason: 'redirect',
    message: 'http://a.test/1?… redirects more than 5 times, at last to http://a.test/1?…',
  });
  expect(get).toHaveBeenCalledTimes(6);
});
