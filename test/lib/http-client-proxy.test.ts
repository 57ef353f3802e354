import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpClient } from '../../src/lib/http-client.ts';
import type { ClientTls } from '../../src/lib/http-client-agents.ts';
import type { Resolve } from '../../src/lib/http-client-lookup.ts';
import type { Proxies } from '../../src/lib/http-proxy.ts';
import { freePort } from '../helpers/free-port.ts';
import { startTestServer, startTlsServer, type TestServer, tlsFixture } from '../helpers/http-server.ts';
import { type ProxyOptions, startProxy, type TestProxy } from '../helpers/proxy.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

// The proxy leads every name to this machine, which by its own names is never asked through one.
const HOST = 'inventory.example.com';
const TLS: ClientTls = {
  ca: [tlsFixture('ca.crt')],
  cert: tlsFixture('client.crt'),
  key: tlsFixture('client.key'),
};

async function serve(start: Promise<TestServer>): Promise<string> {
  const { url, stop } = await start;
  stops.push(stop);
  return `${url.replace('127.0.0.1', HOST)}/list?a=b`;
}

async function proxy(options?: ProxyOptions): Promise<TestProxy> {
  const made = await startProxy(options);
  stops.push(made.stop);
  return made;
}

function client(proxies: Partial<Proxies>, resolve?: Resolve) {
  const made = createHttpClient({
    ...(resolve && { resolve }),
    proxies: { http: undefined, https: undefined, none: '', ...proxies },
  });
  stops.push(() => made.close());
  const signal = new AbortController().signal;
  const headers = { authorization: 'Bearer planted-secret' };
  return (url: string) => made.get(url, { headers, maxBytes: 1000, signal, tls: { name: 'own', tls: TLS } });
}

const whoAsks: RequestListener = (request, response) =>
  void response.end(
    `${request.headers.host} ${(request.socket as TLSSocket).getPeerCertificate?.().subject?.CN} ${request.headers.authorization}`,
  );

test('https goes through a tunnel: the proxy sees no header and no certificate, the server both', async () => {
  const url = await serve(
    startTlsServer('wrong-name', whoAsks, { requestCert: true, ca: tlsFixture('ca.crt') }),
  );
  const between = await proxy();
  const get = client({ https: between.url.replace('//', '//user:p%40ss@') });
  const { host } = new URL(url);
  for (let i = 0; i < 3; i += 1) {
    const { body, proxy: through } = await get(url);
    expect(body.toString()).toBe(`${host} client Bearer planted-secret`);
    expect(through).toBe(between.url);
  }
  expect(between.asked.map(({ line }) => line)).toEqual([`CONNECT ${host}`]);
  expect(between.asked[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa('user:p@ss')}`);
  expect(JSON.stringify(between.asked)).not.toContain('planted-secret');
});

test('http goes by its whole URL', async () => {
  const url = await serve(startTestServer(whoAsks));
  const between = await proxy();
  const { body } = await client({ http: between.url })(url);
  expect(body.toString()).toBe(`${new URL(url).host} undefined Bearer planted-secret`);
  expect(between.asked.map(({ line }) => line)).toEqual([`GET ${url}`]);
});

test('what NO_PROXY exempts is asked directly', async () => {
  const between = await proxy();
  const resolved: string[] = [];
  const get = client({ http: between.url, none: '.example.com' }, (name, done) => {
    resolved.push(name);
    done(null, [{ address: '127.0.0.1', family: 4 }]);
  });
  const url = await serve(startTestServer(whoAsks));
  expect(await get(url)).not.toHaveProperty('proxy');
  expect(resolved).toEqual([HOST]);
  expect(between.asked).toEqual([]);
});

describe('a failure of the proxy is told from one of the inventory:', () => {
  const f = (name: string, start: () => Promise<string>, message: RegExp) =>
    test.each(['http', 'https'] as const)(`${name}, for %s`, async (scheme) => {
      const failure = client({ [scheme]: await start() })(`${scheme}://${HOST}/?key=planted-secret`);
      await expect(failure).rejects.toMatchObject({
        reason: 'proxy',
        message: expect.stringMatching(message),
      });
    });
  const started = (options: ProxyOptions) => async () =>
    (await proxy(options)).url.replace('//', '//user:planted-secret@');
  const via = ' \\(through the proxy https?://\\S+:\\d+\\)$';
  f(
    'nobody listens',
    async () => `http://127.0.0.1:${await freePort()}`,
    new RegExp(`^connect ECONNREFUSED .*${via}`),
  );
  f('no such host', async () => 'http://no-such-proxy.invalid:3128', new RegExp(`^getaddrinfo E.*${via}`));
  f('it wants a password', started({ refuse: 407 }), new RegExp(`407.*${via}`));

  test('its certificate comes from no trusted authority', async () => {
    const { url } = await proxy({ certificate: 'server' });
    const message = `the certificate comes from no authority that is trusted (through the proxy ${url})`;
    await expect(client({ http: url })(`http://${HOST}/`)).rejects.toMatchObject({
      reason: 'proxy',
      message,
    });
    // Which of the two servers it was is not told.
    await expect(client({ https: url })(`https://${HOST}/`)).rejects.toMatchObject({
      reason: 'tls',
      message,
    });
  });
});

test('a tunnel that the proxy refuses is its failure', async () => {
  const { url } = await proxy({ refuse: 403 });
  await expect(client({ https: url })(`https://${HOST}/`)).rejects.toMatchObject({
    reason: 'proxy',
    message: `Proxy response (403) !== 200 when HTTP Tunneling (through the proxy ${url})`,
  });
});

test('a proxy that closes instead of opening a tunnel is its failure', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => server.close());
  const { port } = server.address() as AddressInfo;
  const get = client({ https: `http://127.0.0.1:${port}` });
  await expect(get(`https://${HOST}/`)).rejects.toMatchObject({
    reason: 'proxy',
    message: expect.stringMatching(/^Proxy Connection failed: .* \(through the proxy \S+\)$/),
  });
});

test('a server behind the tunnel that cannot be trusted is a failure of its own, which names the proxy', async () => {
  const url = await serve(startTlsServer('server', whoAsks));
  const { url: between } = await proxy();
  await expect(client({ https: between })(url)).rejects.toMatchObject({
    reason: 'tls',
    message: expect.stringMatching(/^Hostname\/IP does not match .* \(through the proxy http:\S+\)$/),
  });
});

test('a request through a proxy that never answers ends with its signal', async () => {
  const { url, stop } = await startTestServer(() => {});
  stops.push(stop);
  const made = createHttpClient({ proxies: { http: url, https: url, none: '' } });
  stops.push(() => made.close());
  const controller = new AbortController();
  const asked = made.get(`http://${HOST}/`, { headers: {}, maxBytes: 1, signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 50);
  await expect(asked).rejects.toThrow('enough');
});
