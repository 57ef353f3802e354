import { describe, expect, test, vi } from 'vitest';
import { type FetchedPage, readPages } from '../../../src/sidecar/inventory/pages.ts';
import { digestOf } from '../../../src/sidecar/inventory/validators.ts';
import { readList } from '../../helpers/inventory.ts';

const HOME = 'http://inventory.test/api/list';

/** The pages of a server: by path and query, a body and perhaps a Link header. */
type Site = Readonly<Record<string, readonly [body: unknown, link?: string | undefined]>>;

function pageOf(site: Site, url: string): FetchedPage {
  const { pathname, search } = new URL(url);
  const [answer, link] = site[pathname + search] ?? [];
  if (answer === undefined) throw new Error(`no page ${url}`);
  const body = Buffer.from(JSON.stringify(answer));
  return { url, link, body, digest: digestOf(body) };
}

function read(site: Site, maxBytes = 10_000) {
  const fetch = vi.fn(async (url: string, _number: number, _maxBytes: number) => pageOf(site, url));
  return { fetch, answer: readPages(pageOf(site, HOME), readList, fetch, maxBytes) };
}

const next = (target: string) => `<${target}>; rel="next"`;

describe('pages are followed', () => {
  test('by a Link header, relative or not', async () => {
    const { answer, fetch } = read({
      '/api/list': [['a'], next('?page=2')],
      '/api/list?page=2': [['b'], next('http://inventory.test/api/list?page=3')],
      '/api/list?page=3': [['c']],
    });
    expect(await answer).toEqual({ entries: ['a', 'b', 'c'], pages: 3, digest: expect.any(String) });
    expect(fetch.mock.calls.map(([url, number]) => [url, number])).toEqual([
      [`${HOME}?page=2`, 2],
      [`${HOME}?page=3`, 3],
    ]);
  });

  test.each(['http://inventory.test/more', '/more', '../more', './../more#top', '?more'])(
    'by the next field %s',
    async (target) => {
      const site = {
        '/api/list': [{ entries: ['a'], next: target, total: 2 }] as const,
        '/more': [{ entries: ['b'], total: 2 }] as const,
        '/api/list?more': [{ entries: ['b'] }] as const,
      };
      expect((await read(site).answer).entries).toEqual(['a', 'b']);
    },
  );

  test('by the Link header when both are there', async () => {
    const { answer } = read({
      '/api/list': [{ entries: ['a'], next: 'cursor' }, next('/linked')],
      '/linked': [['b']],
    });
    expect((await answer).entries).toEqual(['a', 'b']);
  });

  test('over an empty one', async () => {
    const { answer } = read({ '/api/list': [[], next('/2')], '/2': [['a']] });
    expect((await answer).entries).toEqual(['a']);
  });

  test('to the same host by https, when a server behind TLS says http', async () => {
    const secure = (url: string) => ({
      ...pageOf({ '/1': [['a'], next('http://h.test/2')], '/2': [['b']] }, url),
      url,
    });
    const answer = await readPages(secure('https://h.test/1'), readList, async (url) => secure(url), 100);
    expect(answer.entries).toEqual(['a', 'b']);
  });
});

describe('the digest', () => {
  const digest = async (site: Site) => (await read(site).answer).digest;

  test('of one page is that of its body', async () => {
    expect(await digest({ '/api/list': [['a']] })).toBe(digestOf(Buffer.from('["a"]')));
  });

  test('differs when any page does', async () => {
    const first = await digest({ '/api/list': [['a'], next('/2')], '/2': [['b']] });
    expect(await digest({ '/api/list': [['a'], next('/2')], '/2': [['b']] })).toBe(first);
    expect(await digest({ '/api/list': [['a'], next('/2')], '/2': [['c']] })).not.toBe(first);
  });
});

describe('no whole answer:', () => {
  const f = (name: string, site: Site, message: string) =>
    test(name, async () => {
      const { answer } = read(site);
      await expect(answer).rejects.toMatchObject({
        reason: 'incomplete',
        message: `cannot read the whole inventory from http://inventory.test/${message}`,
      });
    });
  const second = (body: unknown, link?: string): Site => ({
    '/api/list': [['a'], next('/2?key=secret')],
    '/2?key=secret': [body, link],
  });
  f('a page twice', second([], next('/api/list')), '2?… (page 2): the page after it was already read');
  f(
    'a page that is its own next',
    { '/api/list': [[], next('')] },
    'api/list: the page after it was already read',
  );
  f(
    'another host',
    second([], next('http://other.test/3')),
    '2?… (page 2): its next page is on another server, http://other.test',
  );
  f(
    'another port',
    second([], next('http://inventory.test:81/3')),
    '2?… (page 2): its next page is on another server, http://inventory.test:81',
  );
  f(
    'https after http',
    { '/api/list': [[], next('https://inventory.test/')] },
    'api/list: its next page is on another server, https://inventory.test',
  );
  f('no URL', { '/api/list': [[], next('http://[')] }, 'api/list: its next page has no URL');
  f(
    'a very long URL',
    { '/api/list': [[], next(`/${'x'.repeat(9000)}`)] },
    'api/list: its next page has no URL',
  );
  f(
    'a cursor',
    { '/api/list': [{ entries: [], next: 'eyJpZCI6NTB9' }] },
    'api/list: its next page is named by no URL; INVENTORY_NEXT_JMESPATH can make one',
  );
  f(
    'an empty next',
    { '/api/list': [{ entries: [], next: '' }] },
    'api/list: its next page is named by no URL; INVENTORY_NEXT_JMESPATH can make one',
  );
  f(
    'fewer than it says',
    { '/api/list': [{ entries: ['a'], total: 2 }] },
    'api/list: the inventory says 2, gave 1',
  );
  f(
    'fewer on all pages',
    second({ entries: ['b'], total: 50_000 }),
    'api/list: the inventory says 50000, gave 2',
  );
});

test('a page that redirects to one that was read is no next page', async () => {
  const site: Site = { '/api/list': [['a'], next('/9')] };
  const answer = readPages(pageOf(site, HOME), readList, async () => pageOf(site, HOME), 1000);
  await expect(answer).rejects.toMatchObject({
    reason: 'incomplete',
    message: expect.stringMatching(/list: the page after it was already read$/),
  });
});

test('the newest total counts, and more than it says is whole', async () => {
  const { answer } = read({
    '/api/list': [{ entries: ['a', 'b'], total: 9, next: '/2' }],
    '/2': [{ entries: ['c'], total: 2 }],
  });
  expect((await answer).entries).toHaveLength(3);
});

test('a page may have what the pages before it left of the bound, and the URLs count too', async () => {
  const { answer, fetch } = read({ '/api/list': [['a'], next('/2')], '/2': [['b']] }, 100);
  await answer;
  expect(fetch.mock.calls[0]?.[2]).toBe(100 - '["a"]'.length - 'http://inventory.test/2'.length);
});

test('pages that never end are left after ten thousand', async () => {
  const endless = (n: number): FetchedPage => {
    const body = Buffer.from('[]');
    return { url: `http://h.test/${n}`, link: next(`/${n + 1}`), body, digest: digestOf(body) };
  };
  const fetch = vi.fn(async (_: string, number: number) => endless(number));
  await expect(readPages(endless(1), readList, fetch, 1e9)).rejects.toMatchObject({
    reason: 'incomplete',
    message: expect.stringMatching(/\(page 10000\): there are more than 10000 pages$/),
  });
  expect(fetch).toHaveBeenCalledTimes(9999);
});

describe('a last page that says that it is not', () => {
  const last = (partial: object): Site => ({
    '/api/list': [{ entries: ['a'], partial, next: '/2' }],
    '/2': [{ entries: ['b'], partial }],
  });

  test('fails', async () => {
    await expect(read(last({ says: 'has_more: true' })).answer).rejects.toMatchObject({
      reason: 'incomplete',
      message:
        'cannot read the whole inventory from http://inventory.test/2 (page 2): the inventory says has_more: true, and names no next page',
    });
    const { answer } = read(last({ says: 'number: 1, totalPages: 3', pages: 3 }));
    await expect(answer).rejects.toMatchObject({ reason: 'incomplete' });
  });

  // Whoever counts pages from 0 says on the last of two that it is number 1.
  test('is whole when as many pages were read as there are', async () => {
    const { answer } = read(last({ says: 'number: 1, totalPages: 2', pages: 2 }));
    expect((await answer).entries).toEqual(['a', 'b']);
  });
});
