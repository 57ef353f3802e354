import { afterAll, describe, expect, test, vi } from 'vitest';
import { createHttpClient } from '../../../src/lib/http-client.ts';
import type { FetchError } from '../../../src/sidecar/inventory/fetch-error.ts';
import { fetchInventory, type InventoryRequest } from '../../../src/sidecar/inventory/request.ts';
import type { Validators } from '../../../src/sidecar/inventory/validators.ts';
import { noCredentials, readList } from '../../helpers/inventory.ts';
import { HttpResponse, http, mockInventory } from '../../helpers/inventory-mock.ts';

const mock = mockInventory();
const client = createHttpClient();
afterAll(() => client.close());

const URL_ = 'http://inventory.test/list?token=secret';

function request(options: Partial<InventoryRequest> = {}): InventoryRequest {
  return {
    client,
    url: URL_,
    userAgent: 'inventory-sd/test',
    timeoutMs: 30_000,
    retries: 3,
    maxBytes: 10_000,
    backoffMs: 1,
    observer: { requested: vi.fn(), retried: vi.fn() },
    readPage: readList,
    credentials: noCredentials(client),
    ...options,
  };
}

const idle = new AbortController().signal;
const answers = (...list: (() => Response | Promise<Response>)[]) => {
  let i = 0;
  mock.use(
    http.get('http://inventory.test/list', () => (list[Math.min(i++, list.length - 1)] as () => Response)()),
  );
};
const ok = () =>
  HttpResponse.text('["a"]', { headers: { etag: '"1"', 'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT' } });
const status =
  (code: number, headers = {}) =>
  () =>
    new HttpResponse(null, { status: code, headers });
const failure = (from: Promise<unknown>) =>
  from.then(
    () => undefined,
    (error: FetchError) => error,
  );

test('the answer comes with its validators, and the request says who asks', async () => {
  answers(ok);
  const answer = await fetchInventory(request(), undefined, idle);
  expect(answer).toMatchObject({
    entries: ['a'],
    validators: { etag: '"1"', lastModified: 'Fri, 02 Jan 2026 03:04:05 GMT', digest: expect.any(String) },
  });
  const { headers } = mock.requests[0] as Request;
  expect([headers.get('user-agent'), headers.get('accept'), headers.get('if-none-match')]).toEqual([
    'inventory-sd/test',
    'application/json',
    null,
  ]);
});

describe('an answer that is known', () => {
  const known: Validators = {
    url: URL_,
    etag: '"1"',
    lastModified: 'Fri, 02 Jan 2026 03:04:05 GMT',
    digest: 'none',
  };

  test('is asked for with both validators, and a 304 says it is the same', async () => {
    answers(status(304));
    expect(await fetchInventory(request(), known, idle)).toEqual({ entries: undefined, validators: known });
    const { headers } = mock.requests[0] as Request;
    expect([headers.get('if-none-match'), headers.get('if-modified-since')]).toEqual([
      known.etag,
      known.lastModified,
    ]);
  });

  test('is the same by equal bytes too; its new validators are those to send from then on', async () => {
    answers(ok);
    const { validators } = await fetchInventory(request(), undefined, idle);
    const old = { ...validators, etag: '"0"' };
    expect(await fetchInventory(request(), old, idle)).toEqual({ entries: undefined, validators });
  });

  test('is asked for without validators when it had none', async () => {
    answers(ok);
    await fetchInventory(request(), { ...known, etag: undefined, lastModified: undefined }, idle);
    const { headers } = mock.requests[0] as Request;
    expect([headers.get('if-none-match'), headers.get('if-modified-since')]).toEqual([null, null]);
  });
});

test('validators are not sent to another address than the one they came from', async () => {
  answers(ok);
  const known = { url: 'http://inventory.test/other', etag: '"1"', lastModified: undefined, digest: 'none' };
  await fetchInventory(request(), known, idle);
  expect(mock.requests[0]?.headers.get('if-none-match')).toBeNull();
});

describe('pages', () => {
  const page =
    (body: unknown, headers = {}) =>
    () =>
      HttpResponse.json(body as never, { headers });
  const next = { link: '</list?page=2>; rel="next"', etag: '"1"' };

  test('are one answer, which is known again by its bytes and never asked for with validators', async () => {
    const pages = [page(['a'], next), page(['b'], { etag: '"2"' })];
    answers(...pages, ...pages);
    const first = await fetchInventory(request(), undefined, idle);
    expect(first).toMatchObject({
      entries: ['a', 'b'],
      validators: { etag: undefined, lastModified: undefined },
    });
    const { validators } = first;
    expect(await fetchInventory(request(), validators, idle)).toEqual({ entries: undefined, validators });
    expect(mock.requests.map(({ headers }) => headers.get('if-none-match'))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test('that come to an answer of one page are seen, though its bytes and ETag stay', async () => {
    answers(page(['a'], { etag: '"1"' }), page(['a'], next), page(['b']));
    const { validators } = await fetchInventory(request(), undefined, idle);
    expect(await fetchInventory(request(), validators, idle)).toMatchObject({ entries: ['a', 'b'] });
  });

  test('that come to an answer of one page are seen, though it answers 304', async () => {
    const grown = () => new HttpResponse(null, { status: 304, headers: next });
    answers(page(['a'], { etag: '"1"' }), grown, page(['a'], next), page(['b']));
    const { validators } = await fetchInventory(request(), undefined, idle);
    expect(await fetchInventory(request(), validators, idle)).toMatchObject({ entries: ['a', 'b'] });
  });

  test('an only page that says it is one of several is never asked for with validators', async () => {
    answers(page(['a'], { etag: '"1"', link: '</list?page=1>; rel="last"' }));
    const { validators } = await fetchInventory(request(), undefined, idle);
    expect(validators.etag).toBeUndefined();
  });

  test('are tried again one by one, and a failing one fails the poll', async () => {
    answers(page(['a'], next), status(503), page(['b'], { link: '</list?page=3>; rel="next"' }), status(500));
    const observed = request({ retries: 1 });
    expect(await failure(fetchInventory(observed, undefined, idle))).toMatchObject({
      reason: 'status',
      message: 'cannot fetch inventory: 500 from http://inventory.test/list?… (page 3) after 2 tries',
    });
    expect(mock.requests).toHaveLength(5);
    expect(observed.observer.retried).toHaveBeenCalledTimes(2);
  });

  test('are bounded in all their bytes', async () => {
    answers(page(['a'.repeat(40)], next), page(['b'.repeat(40)]));
    const small = request({ maxBytes: 100 });
    expect(await failure(fetchInventory(small, undefined, idle))).toMatchObject({
      reason: 'too_large',
      message: expect.stringContaining('the pages are together larger than INVENTORY_MAX_BYTES (100B)'),
    });
  });
});

test('a redirect is followed, with the validators of where the answer came from', async () => {
  mock.use(
    http.get('http://inventory.test/list', () => HttpResponse.redirect('http://inventory.test/new')),
    http.get('http://inventory.test/new', ok),
  );
  const { validators } = await fetchInventory(request(), undefined, idle);
  expect(validators.url).toBe('http://inventory.test/new');
  await fetchInventory(request(), validators, idle);
  expect(
    mock.requests.map(({ url, headers }) => [new URL(url).pathname, headers.get('if-none-match')]),
  ).toEqual([
    ['/list', null],
    ['/new', null],
    ['/list', null],
    ['/new', '"1"'],
  ]);
});

test('a failure says where a redirect led', async () => {
  mock.use(
    http.get('http://inventory.test/list', () =>
      HttpResponse.redirect('http://inventory.test/new?key=secret'),
    ),
    http.get('http://inventory.test/new', status(403)),
  );
  expect(await failure(fetchInventory(request(), undefined, idle))).toMatchObject({
    message:
      'cannot fetch inventory: 403 (redirected to http://inventory.test/new?…; no credential was sent) from http://inventory.test/list?…',
  });
});

test('a redirect that cannot be followed is not tried again', async () => {
  answers(() => new HttpResponse(null, { status: 302 }));
  expect(await failure(fetchInventory(request(), undefined, idle))).toMatchObject({
    reason: 'redirect',
    message: 'cannot fetch inventory: http://inventory.test/list?… answers 302 and does not say where to',
  });
  expect(mock.requests).toHaveLength(1);
});

test('a 304 that nobody asked for is a failure', async () => {
  answers(status(304));
  expect(await failure(fetchInventory(request(), undefined, idle))).toMatchObject({ reason: 'status' });
});

describe('statuses that are tried again', () => {
  const f = (code: number) =>
    test(String(code), async () => {
      answers(status(code), status(code), ok);
      const observed = request();
      expect(await fetchInventory(observed, undefined, idle)).toMatchObject({ entries: ['a'] });
      expect(mock.requests).toHaveLength(3);
      expect(observed.observer.retried).toHaveBeenCalledTimes(2);
      expect(observed.observer.requested).toHaveBeenCalledTimes(3);
    });
  for (const code of [408, 425, 429, 500, 502, 503, 599]) f(code);
});

describe('statuses that are not', () => {
  const f = (code: number, message: string) =>
    test(String(code), async () => {
      answers(status(code), ok);
      expect(await failure(fetchInventory(request(), undefined, idle))).toMatchObject({
        reason: 'status',
        message,
      });
      expect(mock.requests).toHaveLength(1);
    });
  const from = 'from http://inventory.test/list?…';
  f(401, `cannot fetch inventory: 401 (no credential was sent) ${from}`);
  f(404, `cannot fetch inventory: 404 ${from}`);
  f(204, `cannot fetch inventory: 204 ${from}`);
  f(300, `cannot fetch inventory: 300 ${from}`);
});

test('a lost connection is tried again, as often as INVENTORY_RETRIES says, and the message counts the tries', async () => {
  answers(() => HttpResponse.error());
  const error = await failure(fetchInventory(request({ retries: 2 }), undefined, idle));
  expect(error).toMatchObject({
    reason: 'connection',
    message: expect.stringMatching(
      /^cannot fetch inventory from http:\/\/inventory\.test\/list\?…: .* after 3 tries$/,
    ),
  });
  expect(mock.requests).toHaveLength(3);
});

test('an answer that is too large is not tried again', async () => {
  answers(() => HttpResponse.text('x'.repeat(20_000)));
  expect(await failure(fetchInventory(request(), undefined, idle))).toMatchObject({ reason: 'too_large' });
  expect(mock.requests).toHaveLength(1);
});

test('no message holds the query, which may hold a secret', async () => {
  answers(status(404));
  const error = await failure(fetchInventory(request(), undefined, idle));
  expect(error?.message).toContain('http://inventory.test/list?…');
  expect(error?.message).not.toContain('secret');
});

describe('Retry-After', () => {
  test('that fits into the deadline is waited for', async () => {
    const asked: number[] = [];
    answers(
      () => {
        asked.push(performance.now());
        return new HttpResponse(null, { status: 429, headers: { 'retry-after': '1' } });
      },
      () => {
        asked.push(performance.now());
        return ok();
      },
    );
    expect(await fetchInventory(request({ backoffMs: 100 }), undefined, idle)).toMatchObject({
      entries: ['a'],
    });
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(999);
  });

  test('that does not fit ends the poll at once and is handed on', async () => {
    answers(status(503, { 'retry-after': '31' }));
    const error = await failure(fetchInventory(request(), undefined, idle));
    expect(error).toMatchObject({ reason: 'status', retryAfterMs: 31_000 });
    expect(mock.requests).toHaveLength(1);
  });

  test('is waited for in place of the backoff, not before it', async () => {
    answers(status(503, { 'retry-after': '1' }), ok);
    const observed = request({ timeoutMs: 1900, backoffMs: 900 });
    expect(await fetchInventory(observed, undefined, idle)).toMatchObject({ entries: ['a'] });
    expect(observed.observer.retried).toHaveBeenCalledTimes(1);
  });

  test('of the last try is handed on, not waited for', async () => {
    answers(status(503, { 'retry-after': '5' }));
    expect(await failure(fetchInventory(request({ retries: 0 }), undefined, idle))).toMatchObject({
      retryAfterMs: 5000,
    });
    expect(mock.requests).toHaveLength(1);
  });

  test('of an answer that is not tried again is not waited for', async () => {
    answers(status(404, { 'retry-after': '20' }));
    expect(await failure(fetchInventory(request(), undefined, idle))).toMatchObject({ retryAfterMs: 20_000 });
  });
});

test('a stop before the first request makes none', async () => {
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(fetchInventory(request(), undefined, stopped)).rejects.toThrow('stopped');
  expect(mock.requests).toHaveLength(0);
});

test('a defect of ours is not tried again and comes out as it is', async () => {
  const broken = { ...client, get: () => Promise.reject(new RangeError('ours')) };
  await expect(fetchInventory(request({ client: broken }), undefined, idle)).rejects.toThrow(RangeError);
});
