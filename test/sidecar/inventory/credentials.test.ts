// What each server is shown, over real sockets: the inventory everything, any other server nothing.

import { rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import { createHttpClient, type HttpClient } from '../../../src/lib/http-client.ts';
import { readConfig } from '../../../src/sidecar/config.ts';
import { createCredentials } from '../../../src/sidecar/inventory/credentials.ts';
import type { FetchError } from '../../../src/sidecar/inventory/fetch-error.ts';
import type { ReadPage } from '../../../src/sidecar/inventory/pages.ts';
import { fetchInventory } from '../../../src/sidecar/inventory/request.ts';
import { startTestServer, startTlsServer, type TestServer, tlsFixture } from '../../helpers/http-server.ts';
import { readList } from '../../helpers/inventory.ts';
import { startProxy } from '../../helpers/proxy.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

let dir: TempDir;
let client: HttpClient;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  dir = await tempDir('credentials');
  client = createHttpClient();
});
afterEach(async () => {
  await client.close();
  for (const stop of stops.splice(0).reverse()) await stop();
  await dir.remove();
});

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(dir.path, name), text);
  return join(dir.path, name);
}

/** A server and what it was shown: one line of its own making for each request. */
async function server(start: (listener: RequestListener) => Promise<TestServer>, answer: RequestListener) {
  const seen: string[] = [];
  const running = await start((request, response) => {
    const { headers, socket } = request;
    const certificate = (socket as TLSSocket).getPeerCertificate?.().subject?.CN ?? 'none';
    seen.push(`${headers.authorization ?? 'none'} ${headers['x-api-key'] ?? 'none'} ${certificate}`);
    answer(request, response);
  });
  stops.push(running.stop);
  return { url: running.url, seen };
}

const list = (_: IncomingMessage, response: ServerResponse) => void response.end('["a"]');
const secure = (name: string) => (listener: RequestListener) =>
  startTlsServer(name, listener, { requestCert: true, rejectUnauthorized: false });

/** Polls with the credentials of these settings; each poll reads their files anew. */
function poller(
  url: string,
  environment: Record<string, string>,
  by = client,
  readPage: ReadPage = readList,
) {
  const { credentialFiles } = readConfig(environment);
  const request = {
    client: by,
    credentials: createCredentials(credentialFiles, url, by),
    url,
    userAgent: 'test',
    timeoutMs: 30_000,
    retries: 2,
    maxBytes: 10_000,
    backoffMs: 1,
    observer: { requested() {}, retried() {} },
    readPage,
  };
  return () => fetchInventory(request, undefined, new AbortController().signal);
}

const failure = (poll: Promise<unknown>) =>
  poll.then(
    () => undefined,
    (error: FetchError) => error,
  );

test('a bearer token goes with every request, and a new one from the next poll on', async () => {
  const token = await file('token', 'planted-1\n');
  const { url, seen } = await server(startTestServer, list);
  const poll = poller(url, { INVENTORY_BEARER_TOKEN_FILE: token });
  await poll();
  await file('token', 'planted-2\n');
  await poll();
  expect(seen).toEqual(['Bearer planted-1 none none', 'Bearer planted-2 none none']);
});

test('user and password, extra headers and a client certificate go together', async () => {
  const { url, seen } = await server(secure('server'), list);
  const user = await file('user', 'me:planted');
  const headers = await file('headers', 'X-Api-Key: planted\nAccept: text/json\n');
  const tls = {
    INVENTORY_CA_FILE: await file('ca', tlsFixture('ca.crt')),
    INVENTORY_CERT_FILE: await file('cert', tlsFixture('client.crt') + tlsFixture('client.key')),
  };
  await poller(url, { INVENTORY_BASIC_AUTH_FILE: user, INVENTORY_HEADERS_FILE: headers, ...tls })();
  expect(seen).toEqual([`Basic ${btoa('me:planted')} planted client`]);
});

test('another certificate is shown from the next poll on, and another authority trusted', async () => {
  const { url, seen } = await server(secure('server'), list);
  const ca = await file('ca', tlsFixture('ca.crt'));
  const cert = await file('cert', tlsFixture('client.crt') + tlsFixture('client.key'));
  const poll = poller(url, { INVENTORY_CA_FILE: ca, INVENTORY_CERT_FILE: cert });
  await poll();
  await file('cert', tlsFixture('other-client.crt') + tlsFixture('other-client.key'));
  await poll();
  expect(seen.map((line) => line.split(' ')[2])).toEqual(['client', 'other-client']);
  await file('ca', tlsFixture('other-ca.crt'));
  expect(await failure(poll())).toMatchObject({
    reason: 'tls',
    message: expect.stringMatching(/from no authority that is trusted; see INVENTORY_CA_FILE$/),
  });
});

test('a redirect to another server brings it nothing, one on the same server everything', async () => {
  const elsewhere = await server(secure('server'), list);
  const home = await server(secure('server'), (request, response) => {
    const to = request.url === '/list' ? '/here' : `${elsewhere.url}/there`;
    response.writeHead(302, { location: to }).end();
  });
  const environment = {
    INVENTORY_BEARER_TOKEN_FILE: await file('token', 'planted-token'),
    INVENTORY_HEADERS_FILE: await file('headers', 'X-Api-Key: planted-key'),
    INVENTORY_CA_FILE: await file('ca', tlsFixture('ca.crt')),
    INVENTORY_CERT_FILE: await file('cert', tlsFixture('client.crt') + tlsFixture('client.key')),
  };
  const { validators } = await poller(`${home.url}/list`, environment)();
  expect(validators.url).toBe(`${elsewhere.url}/there`);
  expect(home.seen).toEqual(Array(2).fill('Bearer planted-token planted-key client'));
  expect(elsewhere.seen).toEqual(['none none none']);
});

test('pages behind a redirect to another server bring it nothing either', async () => {
  const elsewhere = await server(startTestServer, (request, response) => {
    if (request.url === '/1') response.setHeader('link', '</2>; rel="next"');
    response.end('["a"]');
  });
  const home = await server(
    startTestServer,
    (_, response) => void response.writeHead(307, { location: `${elsewhere.url}/1` }).end(),
  );
  const token = await file('token', 'planted-token');
  const { entries } = await poller(home.url, { INVENTORY_BEARER_TOKEN_FILE: token })();
  expect(entries).toEqual(['a', 'a']);
  expect(elsewhere.seen).toEqual(['none none none', 'none none none']);
});

describe('a file that cannot be used fails the poll, before anything is asked:', () => {
  const f = (
    name: string,
    setting: string,
    text: string | undefined,
    why: string,
    more: Record<string, string> = {},
  ) =>
    test(name, async () => {
      const { url, seen } = await server(startTestServer, list);
      const path = await file('secret', text ?? '');
      if (text === undefined) await rm(path);
      const others = await Promise.all(
        Object.entries(more).map(async ([key, content]) => [key, await file(key, content)]),
      );
      const poll = poller(url, { ...Object.fromEntries(others), [setting]: path });
      const message = `cannot fetch inventory: ${setting}: ${why.replace(/\bFILE\b/, path)}`;
      expect(await failure(poll())).toMatchObject({ reason: 'credentials', message });
      expect(seen).toEqual([]);
    });
  f('none', 'INVENTORY_BEARER_TOKEN_FILE', undefined, 'cannot read FILE: there is no such file');
  f('empty', 'INVENTORY_BASIC_AUTH_FILE', '\n', 'cannot read FILE: it is empty');
  f(
    'two tokens',
    'INVENTORY_BEARER_TOKEN_FILE',
    'a\nb',
    'cannot use FILE: it holds a space, or what no header may hold',
  );
  f('no header', 'INVENTORY_HEADERS_FILE', 'planted', 'cannot use FILE: line 1 is not Name: value');
  f('no YAML', 'INVENTORY_OAUTH2_FILE', '"planted', 'cannot use FILE: line 1 is no YAML (MISSING_CHAR)');
  f(
    'Authorization twice',
    'INVENTORY_HEADERS_FILE',
    'authorization: x',
    'it sets Authorization, and so does INVENTORY_BASIC_AUTH_FILE',
    {
      INVENTORY_BASIC_AUTH_FILE: 'a:b',
    },
  );
});

test('and the next poll with a good one succeeds', async () => {
  const { url } = await server(startTestServer, list);
  const poll = poller(url, { INVENTORY_BEARER_TOKEN_FILE: join(dir.path, 'token') });
  expect(await failure(poll())).toMatchObject({ reason: 'credentials' });
  await file('token', 'planted');
  expect((await poll()).entries).toEqual(['a']);
});

test('a 401 says what was sent', async () => {
  const { url } = await server(startTestServer, (_, response) => void response.writeHead(401).end());
  const token = await file('token', 'planted');
  const headers = await file('headers', 'X-Api-Key: planted');
  const error = await failure(
    poller(url, { INVENTORY_BEARER_TOKEN_FILE: token, INVENTORY_HEADERS_FILE: headers })(),
  );
  const sent = 'sent: INVENTORY_BEARER_TOKEN_FILE, INVENTORY_HEADERS_FILE';
  expect(error?.message).toBe(`cannot fetch inventory: 401 (${sent}) from ${url}/`);
});

test('an answer that repeats a secret is not quoted', async () => {
  const echo: RequestListener = ({ headers, url }, response) =>
    void response.end(url === '/echo' ? `<html>${headers.authorization}` : '<html>');
  const { url } = await server(startTestServer, echo);
  const quoting = (body: Buffer): never => {
    throw new AppError('not_json', `it begins ${body.subarray(0, 17)}`);
  };
  const environment = { INVENTORY_BEARER_TOKEN_FILE: await file('token', 'planted-secret') };
  expect(await failure(poller(`${url}/echo`, environment, client, quoting)())).toMatchObject({
    reason: 'not_json',
    message: `cannot use the answer of ${url}/echo: it repeats a credential, so nothing of it is shown`,
  });
  const error = await failure(poller(`${url}/plain`, environment, client, quoting)());
  expect(error?.message).toBe('it begins <html>');
});

describe('OAuth2', () => {
  /** Gives token-1, token-2, …; the inventory takes those that `good` names. */
  async function both(
    answer: (response: ServerResponse, count: number) => void,
    good: (token: string) => boolean,
  ) {
    let count = 0;
    const login = await server(startTestServer, (_, response) => {
      count += 1;
      answer(response, count);
    });
    const inventory = await server(startTestServer, ({ headers }, response) => {
      response.writeHead(good(headers.authorization ?? '') ? 200 : 401).end('["a"]');
    });
    const text = `client_id: me\nclient_secret: planted-secret\ntoken_url: ${login.url}/token?key=planted`;
    const oauth2 = await file('oauth2', text);
    return { login, inventory, poll: poller(inventory.url, { INVENTORY_OAUTH2_FILE: oauth2 }) };
  }
  const give = (response: ServerResponse, count: number) =>
    void response.end(JSON.stringify({ access_token: `token-${count}`, expires_in: 3600 }));

  test('asks for a token once for many polls', async () => {
    const { login, inventory, poll } = await both(give, () => true);
    for (let i = 0; i < 3; i += 1) await poll();
    expect(inventory.seen).toEqual(Array(3).fill('Bearer token-1 none none'));
    expect(login.seen).toEqual([`Basic ${btoa('me:planted-secret')} none none`]);
  });

  test('renews a kept token once after a 401', async () => {
    let good = 'Bearer token-1';
    const { inventory, poll } = await both(give, (token) => token === good);
    await poll();
    good = 'Bearer token-2';
    expect((await poll()).entries).toEqual(['a']);
    good = 'none';
    expect(await failure(poll())).toMatchObject({
      reason: 'status',
      message: `cannot fetch inventory: 401 (sent: INVENTORY_OAUTH2_FILE) from ${inventory.url}/`,
    });
    const tokens = inventory.seen.map((line) => line.split(' ')[1]);
    expect(tokens).toEqual(['token-1', 'token-1', 'token-2', 'token-2', 'token-3']);
  });

  test('a token that is new and not taken is not renewed', async () => {
    const { login, poll } = await both(give, () => false);
    expect(await failure(poll())).toMatchObject({ reason: 'status' });
    expect(login.seen).toHaveLength(1);
  });

  test('a login server in trouble is asked again', async () => {
    const { login, poll } = await both(
      (response, count) => {
        if (count < 3) response.writeHead(503).end();
        else give(response, count);
      },
      () => true,
    );
    expect((await poll()).entries).toEqual(['a']);
    expect(login.seen).toHaveLength(3);
  });

  test('one that refuses is not', async () => {
    const { login, inventory, poll } = await both(
      (response) => {
        response.writeHead(401).end('{"error":"invalid_client"}');
      },
      () => true,
    );
    expect(await failure(poll())).toMatchObject({
      reason: 'token',
      message: `cannot fetch inventory from ${inventory.url}/: no token from ${login.url}/token?…: 401 invalid_client`,
    });
    expect(login.seen).toHaveLength(2); // in the header, then in the form
    expect(inventory.seen).toEqual([]);
  });

  test('one that is not there is named', async () => {
    const { login, poll } = await both(give, () => true);
    await stops.shift()?.();
    expect(await failure(poll())).toMatchObject({
      reason: 'token',
      message: expect.stringMatching(`: no token from ${login.url}: .*ECONNREFUSED.* after 3 tries$`),
    });
  });
});

test('a proxy is named in what a server behind it answers', async () => {
  const { url } = await server(startTestServer, (_, response) => void response.writeHead(403).end());
  const proxy = await startProxy();
  stops.push(proxy.stop);
  const by = createHttpClient({ proxies: { http: proxy.url, https: undefined, none: '' } });
  stops.push(() => by.close());
  const there = url.replace('127.0.0.1', 'inventory.example.com');
  expect(await failure(poller(there, {}, by)())).toMatchObject({
    message: `cannot fetch inventory: 403 (through the proxy ${proxy.url}; no credential was sent) from ${there}/`,
  });
});
