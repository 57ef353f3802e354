// How the pages are delivered: under which policy, once, compressed, and what is said where there is nothing.

import { mkdir, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { readPageFiles } from '../../../src/tsdb/web/page-files.ts';
import { builtPages } from '../../helpers/built-pages.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { type WebRequest, webRequest } from '../../helpers/web-request.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
  'trusted-types thread-address';
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

let dir: TempDir;
let web: TestWeb;
let files: Awaited<ReturnType<typeof readPageFiles>>;
beforeAll(async () => {
  dir = await tempDir('page-routes');
  files = await builtPages();
  web = await startTestWeb(await openMemoryStore(), { pages: files });
});
afterAll(async () => {
  await web?.stop();
  await dir?.remove();
});

const ask = (path: string, request: WebRequest = {}) => webRequest(web.url + path, request);

/** What each file is asked for by. */
const paths = () => [...files.keys()].map((path) => `/${path.replace(/\.html$/, '')}`);

test('there is a page, its script and a style for each', () => {
  expect(paths()).toEqual(
    expect.arrayContaining([
      ...['targets', 'graph', 'status'].flatMap((name) => [`/${name}`, `/assets/${name}.js`]),
      '/assets/style.css',
      '/assets/icon.svg',
    ]),
  );
});

test('every page and every file of them has the policy, a type, and no other', async () => {
  for (const path of paths()) {
    const { status, headers } = await ask(path);
    expect([path, status, headers['content-security-policy']]).toEqual([path, 200, POLICY]);
    expect(headers).toMatchObject({
      'content-type': TYPES[path.split('.')[1] ?? ''] ?? 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
      vary: 'Accept-Encoding',
    });
  }
});

test('every page has its own title and script, and nothing of its template is left', () => {
  const heads = ['targets', 'graph', 'status'].map((name) => {
    const html = files.get(`${name}.html`)?.bytes.toString() ?? '';
    return [html.match(/<title>(.*)<\/title>/)?.[1], html.match(/ src="(.*?)"/)?.[1], html.includes('{{')];
  });
  expect(heads).toEqual([
    ['Targets · mini-tsdb', 'assets/targets.js', false],
    ['Graph · mini-tsdb', 'assets/graph.js', false],
    ['Status · mini-tsdb', 'assets/status.js', false],
  ]);
});

test('no page has an inline script, an inline style or an address that is not relative', () => {
  for (const name of ['targets', 'graph', 'status']) {
    const html = files.get(`${name}.html`)?.bytes.toString() ?? '';
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
    const addresses = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.filter((address) => /^\/|^\w+:/.test(address ?? ''))).toEqual([]);
  }
});

test('/ leads to the first page by a relative address, so that a path before it stays', async () => {
  const { status, headers } = await ask('/');
  expect([status, headers.location]).toEqual([302, 'targets']);
});

describe('what the browser has already', () => {
  test.each([
    ['the same', (etag: string) => etag, 304],
    ['one of several', (etag: string) => `"other", ${etag}`, 304],
    ['anything', () => '*', 304],
    ['another', () => 'W/"other"', 200],
  ])('is not sent again: %s', async (_, known, expected) => {
    const { headers: first } = await ask('/targets');
    const answer = await ask('/targets', { headers: { 'if-none-match': known(String(first.etag)) } });
    expect(answer.status).toBe(expected);
    expect(answer.body.length > 0).toBe(expected === 200);
    expect(answer.headers).toMatchObject({ etag: first.etag, 'content-security-policy': POLICY });
  });

  test('has another name when it is another file', async () => {
    const etags = await Promise.all(paths().map(async (path) => (await ask(path)).headers.etag));
    expect(new Set(etags).size).toBe(etags.length);
  });
});

describe('compressed', () => {
  test.each([
    ['gzip', 'gzip'],
    ['br;q=1.0, GZIP;q=0.8, *;q=0.1', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip; q=0.0', undefined],
    ['identity', undefined],
    ['x-gzip-like', undefined],
    ['', undefined],
  ])('for who takes %j: %s', async (accepted, encoding) => {
    const { headers } = await ask('/assets/style.css', { headers: { 'accept-encoding': accepted } });
    expect(headers['content-encoding']).toBe(encoding);
  });

  test('it is the same', () => {
    for (const { bytes, gzipped } of files.values()) expect(gunzipSync(gzipped)).toEqual(bytes);
  });
});

test.each(['/', '/targets', '/assets/style.css'])('HEAD %s has the head of GET', async (path) => {
  const [get, head] = await Promise.all([ask(path), ask(path, { method: 'HEAD' })]);
  const { date: _, ...headers } = get.headers;
  expect([head.status, head.body]).toEqual([get.status, '']);
  expect(head.headers).toMatchObject(headers);
});

describe('where there is nothing', () => {
  test.each([
    ['/assets/none.js', 'the pages have no file assets/none.js'],
    ['/assets/..%2Ftargets.html', 'the pages have no file assets/../targets.html'],
    ['/assets/__proto__', 'the pages have no file assets/__proto__'],
    ['/classic', 'nothing is at GET /classic'],
    ['/classic/graph', 'nothing is at GET /classic/graph'],
    ['/graph.html', 'nothing is at GET /graph.html'],
    ['/assets/', 'the pages have no file assets/'],
    ['/favicon.ico', 'nothing is at GET /favicon.ico'],
  ])('%s is 404 and says so', async (path, error) => {
    const { status, body } = await ask('/', { path });
    expect([status, JSON.parse(body).error]).toEqual([404, error]);
  });

  test('a server without pages says how to get them', async () => {
    const bare = await startTestWeb(await openMemoryStore(), {
      pages: await readPageFiles(`${dir.path}/absent`),
    });
    for (const path of ['/targets', '/assets/style.css']) {
      const { status, body } = await webRequest(bare.url + path);
      expect([status, JSON.parse(body).error]).toEqual([
        404,
        'the pages are not built: `npm run build` builds them, and `npm run tsdb` where they are absent',
      ]);
    }
    await bare.stop();
  });

  test('files of other kinds are not delivered', async () => {
    await mkdir(`${dir.path}/other/assets`, { recursive: true });
    for (const name of ['targets.html', '.secret', 'assets/key.pem', 'assets/a.js'])
      await writeFile(`${dir.path}/other/${name}`, 'x');
    expect([...(await readPageFiles(`${dir.path}/other`)).keys()].sort()).toEqual([
      'assets/a.js',
      'targets.html',
    ]);
  });
});
