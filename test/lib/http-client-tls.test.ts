// TLS over real sockets: what is trusted, what is shown, and what a failure says.

import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient } from '../../src/lib/http-client.ts';
import type { ClientTls } from '../../src/lib/http-client-agents.ts';
import { startTestServer, startTlsServer, type TestServer, tlsFixture } from '../helpers/http-server.ts';
import { waitFor } from '../helpers/wait-for.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function running(server: Promise<TestServer>): Promise<string> {
  const { url, stop } = await server;
  stops.push(stop);
  return url;
}

function client(): HttpClient {
  const made = createHttpClient();
  stops.push(() => made.close());
  return made;
}

const CA: ClientTls = { ca: [tlsFixture('ca.crt')], cert: undefined, key: undefined };
const withClient = (name: string): ClientTls => ({
  ...CA,
  cert: tlsFixture(`${name}.crt`),
  key: tlsFixture(`${name}.key`),
});

function get(url: string, tls: ClientTls | undefined, by = client()) {
  const signal = new AbortController().signal;
  return by.get(url, { headers: {}, maxBytes: 1000, signal, tls: { name: 'test', tls } });
}

const whoAsks: RequestListener = ({ socket }, response) =>
  void response.end((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');
const ASKS = { requestCert: true, rejectUnauthorized: false };
const DEMANDS = { requestCert: true, rejectUnauthorized: true, ca: tlsFixture('ca.crt') };

test('a server of the trusted authority is asked, and sees the client certificate', async () => {
  const url = await running(startTlsServer('server', whoAsks, DEMANDS));
  expect((await get(url, withClient('client'))).body.toString()).toBe('client');
  expect((await get(url.replace('127.0.0.1', 'localhost'), withClient('client'))).body.toString()).toBe(
    'client',
  );
});

describe('a server that ends plain HTTP without an answer is perhaps one of https:', () => {
  const raw = (onData: (socket: Socket) => void) =>
    new Promise<string>((resolve) => {
      const server = createServer(
        (socket) => void socket.on('error', () => {}).once('data', () => onData(socket)),
      );
      server.listen(0, '127.0.0.1', () => {
        stops.push(async () => void server.close());
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      });
    });
  const HINT = /; does it speak https there\?$/;
  const failure = async (url: string, by = client()) =>
    get(url, undefined, by).then(
      () => '',
      (error: Error) => error.message,
    );

  test('one of ours', async () => {
    const url = await running(startTlsServer('server', whoAsks));
    expect(await failure(url.replace('https:', 'http:'))).toMatch(HINT);
  });

  test('one that resets, ends, or sends an alert', async () => {
    expect(await failure(await raw((socket) => socket.resetAndDestroy()))).toMatch(HINT);
    expect(await failure(await raw((socket) => socket.end()))).toMatch(HINT);
    const alert = Buffer.from([0x15, 0x03, 0x01, 0, 2, 2, 0x46]);
    expect(await failure(await raw((socket) => socket.end(alert)))).toMatch(HINT);
  });

  test('but not one that is not there, resets in its answer, or has answered before', async () => {
    expect(await failure('http://127.0.0.1:1/')).not.toMatch(HINT);
    const half = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf';
    const url = await raw((socket) =>
      socket.write(half, () => setTimeout(() => socket.resetAndDestroy(), 50)),
    );
    expect(await failure(url)).toMatch(/./);
    expect(await failure(url)).not.toMatch(HINT);
    const answers = ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', ''];
    const once = await raw((socket) => socket.end(answers.shift() ?? ''));
    const by = client();
    expect(await failure(once, by)).toBe('');
    expect(await failure(once, by)).not.toMatch(HINT);
  });
});

describe('a failure says what is wrong:', () => {
  const f = (
    name: string,
    message: RegExp,
    reason: string,
    tls: ClientTls | undefined,
    of: string,
    options = {},
  ) =>
    test(name, async () => {
      const url = await running(startTlsServer(of, whoAsks, options));
      await expect(get(url, tls)).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
    });
  const untrusted = /^the certificate comes from no authority that is trusted$/;
  const silent =
    /^the server ended the connection before any answer; does it ask for a client certificate\?$/;
  f('an authority that is not trusted', untrusted, 'tls', undefined, 'server');
  f('another authority', untrusted, 'tls', CA, 'other-server');
  f('expired', /^certificate has expired$/, 'tls', CA, 'expired');
  f('another name', /^Hostname\/IP does not match certificate's altnames/, 'tls', CA, 'wrong-name');
  f('no client certificate', silent, 'connection', CA, 'server', DEMANDS);
  f('a foreign one', silent, 'connection', withClient('other-client'), 'server', DEMANDS);
  f('no common version', /^the server ends the handshake: no common version/, 'tls', CA, 'server', {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
  });

  test('no TLS', async () => {
    const url = await running(startTestServer(whoAsks));
    await expect(get(url.replace('http:', 'https:'), CA)).rejects.toMatchObject({
      reason: 'tls',
      message: 'the server does not speak TLS there',
    });
  });
});

test('other TLS of the same name is used at once, and the old connection is closed', async () => {
  let closed = 0;
  const listener: RequestListener = (request, response) => {
    request.socket.once('close', () => {
      closed += 1;
    });
    whoAsks(request, response);
  };
  const url = await running(startTlsServer('server', listener, { ...ASKS, ca: tlsFixture('ca.crt') }));
  const by = client();
  const own = withClient('client');
  expect((await get(url, own, by)).body.toString()).toBe('client');
  expect((await get(url, withClient('other-client'), by)).body.toString()).toBe('other-client');
  expect((await get(url, CA, by)).body.toString()).toBe('nobody');
  expect((await get(url, own, by)).body.toString()).toBe('client');
  await waitFor('three closed connections', () => closed === 3);
});

test('two names keep their own connections', async () => {
  const ports = new Set<number | undefined>();
  const listener: RequestListener = (request, response) => {
    ports.add(request.socket.remotePort);
    response.end();
  };
  const url = await running(startTlsServer('server', listener));
  const by = client();
  const signal = new AbortController().signal;
  const options = { headers: {}, maxBytes: 10, signal };
  for (const name of ['a', 'b', 'a', 'b']) await by.get(url, { ...options, tls: { name, tls: CA } });
  expect(ports.size).toBe(2);
});
