// Clients that hold a place without need, by raw sockets; the bounds are short, and nothing is said of how short.

import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../src/lib/http-server.ts';
import { openWebGate, type WebGate } from '../../src/lib/web-gate.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';

const ASK = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const LARGE = Buffer.alloc(64 * 2 ** 20);

let server: HttpServer | undefined;
let gate: WebGate | undefined;
let web: WebFolder | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.stop();
  await gate?.close();
  await web?.remove();
  server = gate = web = undefined;
});

async function start(
  limits: NonNullable<HttpServerOptions['limits']>,
  onRequest: RequestListener,
  secure = false,
) {
  if (secure) {
    web = await webFolder(WEB.tls);
    gate = openWebGate(web.path, [], { reread() {}, faulty() {}, failed() {} });
  }
  server = await startHttpServer({ host: '127.0.0.1', port: 0 }, onRequest, { gate, limits });
  return { host: '127.0.0.1', port: server.address.port };
}

/** Opens a connection. `ended` is what came until the other side closed it. */
function open(where: { host: string; port: number }, secure = false) {
  const socket = secure ? connectSecurely({ ...where, rejectUnauthorized: false }) : connect(where);
  sockets.push(socket);
  let text = '';
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  const listen = () => socket.on('data', (chunk) => (text += chunk.toString('latin1').slice(0, 1000)));
  socket.on('error', () => {});
  return { socket, ended, listen };
}

/** Writes these bytes again and again until the other side closes. */
async function drip(socket: Socket, bytes: string | Buffer) {
  while (!socket.closed && !socket.destroyed) {
    socket.write(bytes);
    await sleep(10);
  }
}

const answer: RequestListener = (_, response) => void response.end('here');

describe('a place is taken from', () => {
  test('one connection too many', async () => {
    const where = await start({ connections: 2 }, answer);
    const first = [open(where), open(where)];
    for (const { socket, listen } of first) {
      listen();
      socket.write(ASK);
      await new Promise((resolve) => socket.once('data', resolve));
    }
    const third = open(where);
    third.listen();
    third.socket.write(ASK);
    expect(await third.ended).toBe('');
    first[0]?.socket.destroy();
    await first[0]?.ended;
    const fourth = open(where);
    fourth.socket.write(ASK);
    expect(String(await new Promise((resolve) => fourth.socket.once('data', resolve)))).toContain('here');
  });

  // Seen from the server: the client learns of it only when it reads on.
  function large() {
    const cut = Promise.withResolvers<boolean>();
    const listener: RequestListener = (_, response) => {
      response.on('close', () => cut.resolve(!response.writableFinished));
      response.end(LARGE);
    };
    return { listener, cut: cut.promise };
  }

  test.each([false, true])('an answer that nobody reads; over TLS: %s', async (secure) => {
    const { listener, cut } = large();
    const { socket } = open(await start({ readTimeoutMs: 200 }, listener, secure), secure);
    socket.pause();
    socket.write(ASK);
    expect(await cut).toBe(true);
  });

  test('an answer that is read too slowly', async () => {
    const { listener, cut } = large();
    const { socket } = open(await start({ readTimeoutMs: 300 }, listener));
    socket.write(ASK);
    socket.on('readable', () => {});
    const reading = setInterval(() => socket.read(1000), 10);
    expect(await cut).toBe(true);
    clearInterval(reading);
  });

  test('a connection on which nothing is sent', async () => {
    const where = await start({ headersTimeoutMs: 200, checkMs: 50 }, answer);
    const { ended, listen } = open(where);
    listen();
    expect(await ended).toMatch(/^(HTTP\/1.1 408 |$)/);
  });

  test('a head that drips', async () => {
    const where = await start({ headersTimeoutMs: 300, checkMs: 50 }, answer);
    const { socket, ended, listen } = open(where);
    listen();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    void drip(socket, 'X: y\r\n');
    expect(await ended).toMatch(/^HTTP\/1.1 408 /);
  });

  test('a body that drips', async () => {
    const ignore: RequestListener = (request) => void request.resume();
    const where = await start({ requestTimeoutMs: 300, headersTimeoutMs: 200, checkMs: 50 }, ignore);
    const { socket, ended, listen } = open(where);
    listen();
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
    void drip(socket, 'x');
    expect(await ended).toMatch(/^HTTP\/1.1 408 /);
  });

  test('a request line that does not end', async () => {
    const where = await start({}, answer);
    const { socket, ended, listen } = open(where);
    listen();
    socket.write('GET /');
    void drip(socket, 'x'.repeat(1000));
    expect(await ended).toMatch(/^HTTP\/1.1 431 /);
  });

  test('requests by the hundred before the first is answered', async () => {
    let asked = 0;
    const where = await start({ requestsAhead: 10 }, () => {
      asked += 1;
    });
    const { socket, ended } = open(where);
    socket.write(ASK.repeat(500));
    await ended;
    expect(asked).toBe(10);
  });

  test.each([
    ['never begins', undefined],
    ['drips', Buffer.from([0])],
  ])('a handshake that %s', async (_, bytes) => {
    const where = await start({ handshakeTimeoutMs: 300 }, answer, true);
    const { socket, ended, listen } = open(where);
    listen();
    // The beginning of a ClientHello of 512 bytes.
    if (bytes !== undefined) socket.write(Buffer.from([22, 3, 1, 2, 0]));
    if (bytes !== undefined) void drip(socket, bytes);
    expect(await ended).toBe('');
  });
});

describe('a place is kept by', () => {
  test.each([false, true])('one who reads, however large the answer; over TLS: %s', async (secure) => {
    const where = await start({ readTimeoutMs: 60_000 }, (_, response) => void response.end(LARGE), secure);
    const { socket } = open(where, secure);
    let read = 0;
    const all = new Promise<void>((resolve) =>
      socket.on('data', (chunk) => {
        read += chunk.length;
        if (read > LARGE.length) resolve();
      }),
    );
    socket.write(ASK);
    await all;
    expect(socket.destroyed).toBe(false);
  });

  test('many requests one after the other', async () => {
    const where = await start({ requestsAhead: 2 }, answer);
    const { socket } = open(where);
    for (let i = 0; i < 50; i += 1) {
      socket.write(ASK);
      expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toContain('here');
    }
  });

  test('a handshake that was in time, for as long as the connection lives', async () => {
    const where = await start({ handshakeTimeoutMs: 2_000 }, answer, true);
    const { socket } = open(where, true);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    await sleep(2_200);
    socket.write(ASK);
    expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toContain('here');
  });
});

describe('by its own bounds', () => {
  test('of a flood of connections 512 are kept, and one that leaves makes room', async () => {
    const where = await start({}, answer);
    const all = Array.from({ length: 700 }, () => open(where));
    let cut = 0;
    for (const { ended, listen } of all) {
      listen();
      void ended.then(() => (cut += 1));
    }
    await waitFor('188 to be cut', () => cut === 188);
    const kept = all.find(({ socket }) => !socket.destroyed);
    kept?.socket.destroy();
    const isServed = await waitFor('an answer', async () => {
      const late = open(where);
      late.listen();
      late.socket.write(ASK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      return (await late.ended).includes('here');
    });
    expect(isServed).toBe(true);
  });

  test.each([false, true])('who only sends a beginning is cut in the end; over TLS: %s', async (secure) => {
    const where = await start({}, answer, secure);
    const cut = ['', 'GET / HTTP/1.1\r\nHost: a\r\n'].map((beginning) => {
      const { socket, ended, listen } = open(where);
      listen();
      socket.write(beginning);
      return ended;
    });
    for (const text of await Promise.all(cut)) expect(text).not.toContain('here');
  });

  test('33 requests sent ahead are one too many', async () => {
    let asked = 0;
    const where = await start({}, () => {
      asked += 1;
    });
    const { socket, ended } = open(where);
    socket.write(ASK.repeat(33));
    await ended;
    expect(asked).toBe(32);
  });
});

test('a stop does not wait for a handshake', async () => {
  const where = await start({ stopTimeoutMs: 100 }, answer, true);
  const { socket, ended } = open(where);
  await new Promise((resolve) => socket.once('connect', resolve));
  await server?.stop();
  expect(await ended).toBe('');
});
