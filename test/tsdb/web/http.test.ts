// How the server answers what is not a plain good request: failures, methods, sizes, and clients that leave or dawdle.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import type { Engine } from '../../../src/tsdb/promql/engine.ts';
import type { Budget, Slice, Store } from '../../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import type { Sources } from '../../../src/tsdb/web/all-routes.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { methodsOf } from '../storage/store-methods.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

const open: TestWeb[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((web) => web.stop()));
});

async function start(changed: Partial<Sources> = {}): Promise<TestWeb> {
  const web = await startTestWeb(await openMemoryStore(), changed);
  open.push(web);
  return web;
}

function engineThat(evaluate: Engine['instant']): Engine {
  const read = async () => {
    throw new Error('not asked for');
  };
  return { instant: evaluate, range: async () => [], read };
}

async function ask(url: string, init?: RequestInit) {
  const answer = await fetch(url, init);
  const text = await answer.text();
  const { headers, status } = answer;
  return { status, type: headers.get('content-type'), headers, text };
}

// A list of a million is a second of work, which pieces let others into.
test.each([
  '/api/v1/series?match[]={__name__!=""}',
  '/api/v1/labels',
  '/api/v1/label/__name__/values',
  '/api/v1/query?query=up',
])('%s is answered in pieces, however long it is', async (path) => {
  const { status, headers } = await ask((await start()).url + path);
  expect([status, headers.get('transfer-encoding')]).toEqual([200, 'chunked']);
});

describe('a failure', () => {
  test.each([
    ['bad_data', 400],
    ['not_found', 404],
    ['execution', 422],
    ['canceled', 499],
    ['internal', 500],
    ['timeout', 503],
    ['unavailable', 503],
  ])('of the kind %s has the status %i and says why', async (kind, status) => {
    const web = await start({
      engine: engineThat(async () => {
        throw new AppError(kind, 'a "reason"');
      }),
    });
    const answer = await ask(`${web.url}/api/v1/query?query=1`);
    const error = kind === 'bad_data' ? 'invalid parameter "query": a "reason"' : 'a "reason"';
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      status,
      { status: 'error', errorType: kind, error },
    ]);
    expect(answer.type).toContain('application/json');
    expect(web.failures).toEqual([]);
  });

  test('of ours is told to the log and not to the caller', async () => {
    const fault = new TypeError('secret /path/of/ours');
    const web = await start({
      engine: engineThat(async () => {
        throw fault;
      }),
    });
    const answer = await ask(`${web.url}/api/v1/query?query=1`);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'error', errorType: 'internal' });
    expect(web.failures).toEqual([fault]);
  });

  test('of ours in the middle of an answer cuts it, and is told to the log', async () => {
    const fault = new TypeError('the store is broken');
    const store = await openMemoryStore();
    const web = await start({ store: { ...methodsOf(store), select: () => endless(fault) } });
    await expect(ask(`${web.url}/v1/export?format=jsonl`)).rejects.toThrow();
    expect(web.failures).toEqual([fault]);
  });
});

/** As many slices as fill some pieces of an answer, then a fault. */
async function* endless(fault: Error): AsyncGenerator<readonly Slice[]> {
  for (let i = 0; i < 100; i++) yield [sliceOf(i)];
  throw fault;
}

function sliceOf(i: number): Slice {
  const times = Float64Array.from({ length: 1000 }, (_, at) => i * 1000 + at);
  return { ref: 1, labels: { __name__: 'm' }, times, values: times, stale: new Uint8Array(1000) };
}

describe('what is asked for wrongly:', () => {
  test.each([
    ['GET', '/nope', 404],
    ['GET', '/api/v1/nope?query=1', 404],
    ['GET', '/api/v1/label/a/b/values', 404],
    ['GET', '/api/v1/query/', 404],
    ['GET', '/api/v1/label/%zz/values', 400],
    ['GET', '/%', 400],
    ['DELETE', '/api/v1/query', 405],
    ['PUT', '/api/v1/query_range', 405],
    ['PATCH', '/v1/metrics/up', 405],
    ['OPTIONS', '/api/v1/labels', 405],
    ['POST', '/federate', 405],
    ['PUT', '/metrics', 405],
    ['GET', '/-/reload', 405],
    ['HEAD', '/-/reload', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const web = await start();
    const answer = await ask(web.url + path, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    if (method !== 'HEAD') expect(JSON.parse(answer.text)).toMatchObject({ status: 'error' });
    expect(web.failures).toEqual([]);
  });

  test.each([
    ['POST', '/v1/metrics/', 404],
    ['POST', '/nope', 404],
    ['POST', '/federate', 405],
    ['PUT', '/v1/metrics', 405],
    ['PUT', '/metrics', 405],
    ['DELETE', '/api/v1/query', 405],
  ])('%s %s is %i whatever the body, and the connection goes on', async (method, path, status) => {
    const { url } = await start();
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const body = '{"name":"a","value":1}'.padEnd(100_000);
      const { headers, ...answer } = await ask(url + path, {
        method,
        body,
        headers: { 'content-type': type },
      });
      expect([type, answer.status, headers.has('allow')]).toEqual([type, status, status === 405]);
      expect(JSON.parse(answer.text)).toMatchObject({ status: 'error' });
    }
    const twice = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;
    const last = 'GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect(await raw(url, twice + last)).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*HTTP/1.1 200 `));
  });

  test('a form that is too large is told so, not that there is no such path', async () => {
    const { url } = await start();
    const body = new URLSearchParams({ query: 'x'.repeat(2 ** 21) });
    expect((await ask(`${url}/api/v1/query`, { method: 'POST', body })).status).toBe(413);
    expect((await ask(`${url}/api/v1/nope`, { method: 'POST', body })).status).toBe(404);
  });

  test('405 says what is allowed', async () => {
    const { url } = await start();
    const allowed = async (path: string) =>
      (await ask(url + path, { method: 'DELETE' })).headers.get('allow');
    expect(await allowed('/api/v1/query')).toBe('GET, HEAD, POST');
    expect(await allowed('/federate')).toBe('GET, HEAD');
    expect(await allowed('/-/reload')).toBe('POST, PUT');
  });

  test('a method that there is not', async () => {
    const { url } = await start();
    expect(await raw(url, 'BREW /api/v1/query HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(url, 'PROPFIND /api/v1/query HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 40[45] /,
    );
  });

  test('HEAD has the head of GET and no body', async () => {
    const { url } = await start();
    for (const path of ['/-/healthy', '/api/v1/query?query=up', '/v1/export', '/api/docs', '/federate']) {
      const [head, whole] = [await ask(url + path, { method: 'HEAD' }), await ask(url + path)];
      expect([path, head.status, head.type, head.text]).toEqual([path, 200, whole.type, '']);
    }
  });
});

async function raw(url: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end(request);
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  await once(socket, 'close');
  return answer;
}

describe('what is large:', () => {
  const form = (body: string) => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });

  test('a query of 64 Ki characters is read, a longer one is refused', async () => {
    const { url } = await start();
    const query = (length: number) => `query=1${'%20'.repeat(length - 1)}`;
    expect((await ask(`${url}/api/v1/query`, form(query(65_536)))).status).toBe(200);
    const { status, text } = await ask(`${url}/api/v1/query`, form(query(65_537)));
    expect([status, JSON.parse(text).error]).toEqual([400, expect.stringContaining('longer than 65536')]);
  });

  test('a body above 1 MiB is refused', async () => {
    const { url } = await start();
    const { status, text } = await ask(`${url}/api/v1/query`, form(`query=1&x=${'a'.repeat(1_048_576)}`));
    expect([status, JSON.parse(text).status]).toEqual([413, 'error']);
  });

  test('an address above 16 KiB is refused', async () => {
    const { url } = await start();
    expect((await ask(`${url}/api/v1/query?query=1&x=${'a'.repeat(10_000)}`)).status).toBe(200);
    expect((await ask(`${url}/api/v1/query?query=1&x=${'a'.repeat(17_000)}`)).status).toBe(431);
    expect((await ask(`${url}/api/v1/label/${'a'.repeat(2_000)}/values`)).status).toBe(414);
  });

  test('many match[] are read', async () => {
    const { url } = await start();
    const body = Array.from({ length: 10_000 }, (_, i) => `match[]=a${i}`).join('&');
    const { text } = await ask(`${url}/api/v1/series`, form(`${body}&match[]=once`));
    expect(JSON.parse(text)).toEqual({ status: 'success', data: [{ __name__: 'once' }] });
  });
});

describe('parameters', () => {
  const scalar = async (path: string, init?: RequestInit) => {
    const { url } = await start();
    const { text } = await ask(`${url}/api/v1/${path}`, init);
    return JSON.parse(text).data?.result?.[1] as unknown;
  };
  const series = async (path: string, body: [string, string][]) => {
    const { url } = await start();
    const answer = await ask(url + path, { method: 'POST', body: new URLSearchParams(body) });
    return (JSON.parse(answer.text) as { data: { __name__: string }[] }).data.map((set) => set.__name__);
  };

  test('given several times count once, the first of them', async () => {
    expect(await scalar('query?query=1&query=2')).toBe('1');
    const body = new URLSearchParams([
      ['query', '3'],
      ['query', '4'],
    ]);
    expect(await scalar('query?query=1&query=2', { method: 'POST', body })).toBe('3');
  });

  test('that are lists add up, from the form and from the address', async () => {
    const once: [string, string] = ['match[]', 'once'];
    expect(await series('/api/v1/series?match[]=Upper&match[]=sparse', [once])).toEqual([
      'Upper',
      'once',
      'sparse',
    ]);
    expect(await series('/api/v1/series?match[]=Upper', [])).toEqual(['Upper']);
  });

  test('stand in the address of a POST without a body', async () => {
    expect(await scalar('query?query=7', { method: 'POST' })).toBe('7');
  });

  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'are not read from %s',
    async (type) => {
      const { url } = await start();
      const init = { method: 'POST', headers: { 'content-type': type }, body: '{"query":"1"}' };
      const { status, text } = await ask(`${url}/api/v1/query?query=2`, init);
      expect([status, JSON.parse(text).status]).toEqual([415, 'error']);
    },
  );

  test('with odd names harm nothing', async () => {
    expect(await scalar('query?query=1&__proto__=2&constructor=3&__proto__[query]=4')).toBe('1');
    const body = '__proto__=5&query=6&hasOwnProperty=7';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await scalar('query', { method: 'POST', headers, body })).toBe('6');
  });
});

describe('a client', () => {
  /** A store whose reads go on until somebody has gone. @returns what became of each read. */
  async function bottomless() {
    const ends: string[] = [];
    let began = 0;
    const store = await openMemoryStore();
    const select = async function* (_: unknown, budget: Budget): AsyncGenerator<readonly Slice[]> {
      began += 1;
      try {
        for (let i = 0; ; i++) {
          await new Promise(setImmediate);
          await budget.breathe();
          yield [sliceOf(i)];
        }
      } catch (error) {
        ends.push((error as AppError).reason);
        throw error;
      } finally {
        ends.push('ended');
      }
    };
    return { store: { ...methodsOf(store), select }, ends, began: () => began };
  }

  test('that leaves while its query runs ends the query', async () => {
    const web = await startOver(await openMemoryStore());
    const gone = new AbortController();
    const asked = fetch(`${web.url}/api/v1/query?query=up`, { signal: gone.signal });
    asked.catch(() => {});
    const signal = await waitFor('the query', () => web.seen[0]);
    expect(signal.aborted).toBe(false);
    gone.abort();
    await waitFor('its end', () => signal.aborted);
    await expect(asked).rejects.toThrow();
    expect(web.failures).toEqual([]);
  });

  async function startOver(store: Store) {
    const seen: AbortSignal[] = [];
    const engine = engineThat(async (_query, _time, { signal }) => {
      seen.push(signal);
      await once(signal, 'abort');
      throw new AppError('canceled', 'gone');
    });
    const web = await startTestWeb(store, { engine });
    open.push(web);
    return { ...web, seen };
  }

  test('that leaves in the middle of a large answer ends its reading', async () => {
    const { store, ends } = await bottomless();
    const web = await start({ store });
    const gone = new AbortController();
    const answer = await fetch(`${web.url}/v1/export?format=jsonl`, { signal: gone.signal });
    const reader = answer.body?.getReader();
    await reader?.read();
    expect(ends).toEqual([]);
    gone.abort();
    await waitFor('the end of its reading', () => ends.includes('ended'));
    expect(web.failures).toEqual([]);
  });

  test('that does not read holds no more than a few pieces, and keeps nobody waiting', async () => {
    const { store } = await bottomless();
    let slices = 0;
    const counting: Store = {
      ...store,
      async *select(selection, budget) {
        for await (const list of store.select(selection, budget)) {
          slices += list.length;
          yield list;
        }
      },
    };
    const web = await start({ store: counting });
    const socket = connect(Number(new URL(web.url).port), '127.0.0.1').pause();
    socket.write('GET /v1/export?format=jsonl HTTP/1.1\r\nHost: x\r\n\r\n');
    let before = -1;
    await waitFor('the standstill', async () => {
      const isStill = slices > 0 && slices === before;
      before = slices;
      return isStill;
    });
    expect((await ask(`${web.url}/api/v1/query?query=1`)).status).toBe(200);
    expect(slices).toBe(before);
    socket.destroy();
  });

  test('is one of many, each with its own answer', async () => {
    const web = await start();
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, i) =>
        JSON.parse((await ask(`${web.url}/api/v1/query?query=${i}`)).text),
      ),
    );
    expect(answers.map(({ data }) => data.result[1])).toEqual(answers.map((_, i) => String(i)));
  });
});
