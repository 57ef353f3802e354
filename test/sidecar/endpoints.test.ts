import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { HttpRequest, Reply } from '../../src/lib/routes.ts';
import { AcceptError } from '../../src/sidecar/accept.ts';
import { endpoints } from '../../src/sidecar/endpoints.ts';
import type { Facts } from '../../src/sidecar/health.ts';
import { initialStatus, type PassResult } from '../../src/sidecar/status.ts';
import { type Described, reportStatus } from '../../src/sidecar/status-report.ts';
import type { Outcome } from '../../src/sidecar/sync.ts';
import { WriteError } from '../../src/sidecar/targets/write-error.ts';
import { heldAnswerOf } from '../helpers/held-answer.ts';

const at = (seconds: number) => ({
  wall: Date.parse('2026-01-02T12:00:00Z') + seconds * 1000,
  mono: seconds * 1000,
});
const LIST = {
  groups: [{ targets: ['a:1', 'b:1'], labels: {} }],
  text: '[{"targets":["a:1","b:1"],"labels":{}}]\n',
  bytes: 42,
  changedAt: at(1).wall,
  mark: '',
  mode: 0o444,
};
const FRESH: Facts = {
  status: {
    ...initialStatus(at(0)),
    lastAttempt: at(9),
    lastSuccess: at(10),
    lastResult: { kind: 'unchanged', added: 0, removed: 0, changed: 0 },
  },
  published: LIST,
  hold: undefined,
  waiting: 0,
  contestedUntil: undefined,
  staleAfterMs: 120_000,
  now: at(20),
};
const STALE: Facts = { ...FRESH, now: at(400) };
const NONE: Facts = { ...FRESH, published: undefined, status: initialStatus(at(0)) };
const FAILED: PassResult = {
  kind: 'failed',
  reason: 'status',
  message: 'cannot fetch <b>inventory</b>',
  retryAfterMs: undefined,
  cause: undefined,
};

interface Given {
  readonly facts?: Facts;
  readonly alive?: boolean;
  readonly result?: PassResult;
  readonly postponed?: boolean;
  readonly decide?: (what: string) => Promise<Outcome>;
}

function routes({
  facts = FRESH,
  alive = true,
  result = { kind: 'unchanged', added: 0, removed: 0, changed: 0 },
  postponed = false,
  decide = async () => ({ kind: 'changed', added: 0, removed: 0, changed: 0 }),
}: Given) {
  const next = { at: at(30), postponed };
  const poller = {
    status: facts.status,
    next,
    isAlive: () => alive,
    between: <T>(task: () => Promise<T>) => task(),
    pollNow: async () => result,
    run: async () => {},
  };
  const described: Described = {
    ...facts,
    version: '1.2.3',
    inventoryUrl: 'http://i/list?token=secret',
    targetFile: '/shared/targets.json',
    next,
  };
  const registry = new Registry();
  return endpoints({
    registry,
    poller,
    facts: () => facts,
    report: () => reportStatus(described),
    accept: (digest) => decide(`accept ${digest}`),
    undo: () => decide('undo'),
  });
}

async function ask(path: string, given: Given = {}, request: Partial<HttpRequest> = {}): Promise<Reply> {
  const url = new URL(path, 'http://localhost');
  const method = request.method ?? 'GET';
  const handler = routes(given)[url.pathname]?.[method as 'GET'];
  if (handler === undefined) throw new Error(`no ${method} ${path}`);
  return handler({
    method,
    url,
    headers: {},
    remoteAddress: '127.0.0.1',
    user: undefined,
    localAddress: '127.0.0.1',
    body: async () => '',
    ...request,
  });
}

describe('liveness never asks for the inventory', () => {
  for (const path of ['/livez', '/-/healthy', '/healthz']) {
    test(path, async () => {
      expect(await ask(path, { facts: NONE })).toMatchObject({ status: 200, body: 'alive\n' });
      expect(await ask(path, { alive: false })).toMatchObject({
        status: 503,
        body: 'the polling loop hangs\n',
      });
    });
  }
});

describe('readiness', () => {
  for (const path of ['/readyz', '/-/ready']) {
    test(`${path} is 503 until a list stands, then 200 for as long as it does`, async () => {
      expect(await ask(path, { facts: NONE })).toMatchObject({ status: 503 });
      expect(await ask(path)).toMatchObject({ status: 200, body: 'ready: 2 targets\n' });
      expect(await ask(path, { facts: STALE })).toMatchObject({
        status: 200,
        body: 'degraded: stale 6m30s; keeping 2 targets\n',
      });
    });

    test(`${path}?fresh=1 is 503 also when the list is stale`, async () => {
      expect(await ask(`${path}?fresh=1`)).toMatchObject({ status: 200 });
      expect(await ask(`${path}?fresh=1`, { facts: STALE })).toMatchObject({ status: 503 });
      expect(await ask(`${path}?fresh=0`, { facts: STALE })).toMatchObject({ status: 200 });
    });
  }
});

test('metrics have the content type that Prometheus 3 asks for', async () => {
  const { headers } = await ask('/metrics');
  expect(headers?.['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
});

const status = async (given: Given) => JSON.parse(String((await ask('/status', given)).body));

describe('/status', () => {
  test('tells everything, and no secret', async () => {
    expect(await status({})).toEqual({
      version: '1.2.3',
      state: 'ready: 2 targets',
      ready: true,
      fresh: true,
      stale: false,
      startedAt: '2026-01-02T12:00:00.000Z',
      inventory: {
        url: 'http://i/list?…',
        lastAttempt: '2026-01-02T12:00:09.000Z',
        lastSuccess: '2026-01-02T12:00:10.000Z',
        secondsSinceSuccess: 10,
        consecutiveFailures: 0,
        lastOutcome: 'unchanged',
        lastFailure: null,
        nextPoll: '2026-01-02T12:00:30.000Z',
        postponed: false,
      },
      held: null,
      waiting: 0,
      entries: null,
      file: {
        path: '/shared/targets.json',
        targets: 2,
        groups: 1,
        bytes: 42,
        lastChange: '2026-01-02T12:00:01.000Z',
        putBackAt: null,
      },
    });
  });

  test('has null for what is not known yet', async () => {
    expect(await status({ facts: NONE })).toMatchObject({
      ready: false,
      inventory: { lastAttempt: null, lastSuccess: null, lastOutcome: null },
      file: { targets: null, groups: null, bytes: null, lastChange: null },
    });
  });

  test('names what is held, what failed and what is postponed', async () => {
    const facts: Facts = {
      ...FRESH,
      hold: heldAnswerOf({ since: at(5).wall }),
      status: { ...FRESH.status, lastResult: FAILED, consecutiveFailures: 1 },
    };
    expect(await status({ facts, postponed: true })).toMatchObject({
      fresh: false,
      held: { reason: 'empty', since: '2026-01-02T12:00:05.000Z', targets: 2 },
      inventory: { lastFailure: { reason: 'status', message: FAILED.message }, postponed: true },
    });
  });

  test('says when the list is put back that another program replaced', async () => {
    const facts: Facts = { ...FRESH, contestedUntil: at(80).mono };
    expect(await status({ facts })).toMatchObject({
      fresh: false,
      file: { targets: 2, putBackAt: '2026-01-02T12:01:20.000Z' },
    });
    const { body } = await ask('/', { facts });
    expect(body).toContain(
      '/shared/targets.json (another program writes it; put back at 2026-01-02T12:01:20.000Z)',
    );
  });
});

describe('the page at /', () => {
  test('shows state, list and links, loads nothing, and takes nothing for HTML', async () => {
    const facts: Facts = {
      ...STALE,
      hold: heldAnswerOf({ since: at(5).wall }),
      status: { ...FRESH.status, lastResult: FAILED },
    };
    const { headers, body } = await ask('/', { facts, postponed: true });
    expect(headers?.['content-security-policy']).toContain("default-src 'none'");
    for (const shown of [
      '<p class="state degraded">degraded: stale 6m30s; held since 12:00:05 (empty); keeping 2 targets</p>',
      'cannot fetch &#60;b&#62;inventory',
      '<dd>2 in 1 group</dd>',
      'the inventory lists no target',
      'Retry-After',
      'href="/metrics"',
    ]) {
      expect(body).toContain(shown);
    }
    expect(body).not.toContain('<b>');
  });

  test('is red until a list stands, and green when it is fresh', async () => {
    expect((await ask('/', { facts: NONE })).body).toContain('class="state down"');
    expect((await ask('/', { facts: NONE })).body).toContain('no list stands yet');
    expect((await ask('/')).body).toContain('class="state"');
  });
});

describe('POST /-/reload', () => {
  const post = (request: Partial<HttpRequest> = {}, given: Given = {}) =>
    ask('/-/reload', given, { method: 'POST', ...request });

  test('polls and tells how it ended', async () => {
    expect(await post()).toMatchObject({ status: 200, body: 'unchanged: ready: 2 targets\n' });
    expect(await post({}, { result: FAILED })).toMatchObject({
      status: 500,
      body: `failed: ${FAILED.message}\n`,
    });
  });

  const f = (name: string, status: number, request: Partial<HttpRequest>) =>
    test(`${name}: ${status}`, async () => expect(await post(request)).toMatchObject({ status }));
  f('from 127.1.2.3', 200, { remoteAddress: '127.1.2.3' });
  f('from ::1', 200, { remoteAddress: '::1' });
  f('from a mapped loopback address', 200, { remoteAddress: '::ffff:127.0.0.1' });
  f('from another machine', 403, { remoteAddress: '10.0.0.5', localAddress: '10.0.0.1' });
  f('from this machine, to the one address that is served', 200, {
    remoteAddress: '10.0.0.1',
    user: undefined,
    localAddress: '10.0.0.1',
  });
  f('from elsewhere, by a proxy on this machine', 403, { headers: { 'x-forwarded-for': '192.0.2.9' } });
  f('from elsewhere, by a proxy that follows the standard', 403, { headers: { forwarded: 'for=192.0.2.9' } });
  f('from a user, by a proxy', 200, { user: 'alice', headers: { 'x-forwarded-for': '192.0.2.9' } });
  f('from an unknown address', 403, { remoteAddress: '', localAddress: '' });
  f('from a name that only begins like loopback', 403, { remoteAddress: '127.0.0.1.example.com' });
  f('from our own page', 200, { headers: { host: 'localhost:9098', origin: 'http://localhost:9098' } });
  f('from a foreign page', 403, { headers: { host: 'localhost:9098', origin: 'http://evil.example' } });
  f('from a page whose name points here', 403, {
    headers: { host: 'evil.example', origin: 'http://evil.example' },
  });
  f('from a user elsewhere', 200, { remoteAddress: '192.0.2.9', user: 'alice' });
  f('from our own page, of a user', 200, {
    user: 'alice',
    headers: { host: 'sd.example:9098', origin: 'https://sd.example:9098' },
  });
  f('from a foreign page, of a user', 403, {
    user: 'alice',
    headers: { host: 'sd.example:9098', origin: 'https://evil.example' },
  });
  f('from a page without an origin of its own', 403, { headers: { host: 'localhost', origin: 'null' } });
});

test('the page tells what a held answer would remove, and how it ends', async () => {
  const hold = heldAnswerOf({ reason: 'shrink', isWhole: false, targets: 50, confirmsInMs: 90_000 });
  const page = await ask('/', { facts: { ...FRESH, hold } });
  expect(page.body).toContain('50 targets since');
  expect(page.body).toContain('it is believed if it stays so for 1m30s');
  const status = await ask('/status', { facts: { ...FRESH, hold } });
  expect(JSON.parse(String(status.body)).held).toMatchObject({ whole: false, believedInSeconds: 90 });
});

describe('/targets', () => {
  test('is the list in http_sd form, with a validator', async () => {
    const reply = await ask('/targets');
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(reply.body).toBe(LIST.text);
    const { etag = '' } = reply.headers ?? {};
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await ask('/targets', {}, { headers: { 'if-none-match': tag } });
      expect(again).toEqual({ status: 304, headers: { etag }, body: '' });
    }
    expect(await ask('/targets', {}, { headers: { 'if-none-match': '"x"' } })).toMatchObject({ status: 200 });
  });

  test('is 503 until a list stands: an empty answer would drop every target', async () => {
    expect(await ask('/targets', { facts: NONE })).toMatchObject({ status: 503 });
  });
});

describe('POST /-/accept', () => {
  const post = (query: string, decide: NonNullable<Given['decide']>, request: Partial<HttpRequest> = {}) =>
    ask(`/-/accept${query}`, { decide }, { method: 'POST', ...request });
  const done: Outcome = { kind: 'changed', added: 1, removed: 2, changed: 0, isAccepted: true };

  test('publishes what is held, by its digest or whatever it is', async () => {
    const asked: string[] = [];
    const decide = async (what: string) => {
      asked.push(what);
      return done;
    };
    expect(await post('?digest=abc', decide)).toMatchObject({
      status: 200,
      body: 'accepted: 1 added, 2 removed; undo with inventory-sd accept --undo\n',
    });
    await post('', decide);
    expect(await post('?undo', decide)).toMatchObject({ body: 'undone: 1 added, 2 removed\n' });
    expect(asked).toEqual(['accept abc', 'accept undefined', 'undo']);
  });

  test.each([
    '?digset=abc',
    '?undo=0',
    '?undo=false',
    '?undo&digest=abc',
    '?digest=',
    '?digest=a&digest=b',
    '?x',
  ])('is 400 for %s, and nothing is decided', async (query) => {
    const decide = async () => expect.unreachable();
    expect(await post(query, decide)).toMatchObject({
      status: 400,
      body: 'cannot accept: write ?digest=DIGEST, ?undo, or nothing; nothing was changed\n',
    });
  });

  test('is 409 when there is nothing to decide, 500 when the file cannot be written', async () => {
    const refuse = (error: Error) => post('', () => Promise.reject(error));
    expect(await refuse(new AcceptError('nothing_held', 'cannot accept: nothing is held'))).toMatchObject({
      status: 409,
      body: 'cannot accept: nothing is held; nothing was changed\n',
    });
    expect(await refuse(new WriteError('no_space', 'cannot write'))).toMatchObject({
      status: 500,
      body: 'cannot write; nothing was changed\n',
    });
    await expect(refuse(new Error('a bug'))).rejects.toThrow('a bug');
  });

  test('is not for other machines', async () => {
    expect(await post('', async () => done, { remoteAddress: '10.0.0.1' })).toMatchObject({
      status: 403,
      body: 'only from this machine: run inventory-sd accept beside the sidecar, in its container if it has one\n',
    });
  });
});
