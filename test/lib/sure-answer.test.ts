// Which ends of an answer count as read, with real clients over plain connections and TLS.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import { promisify } from 'node:util';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../src/lib/http-server.ts';
import { answerSurely } from '../../src/lib/sure-answer.ts';
import { deliveryOf, judgeTable } from '../../src/lib/tcp-table.ts';
import { openWebGate, type WebGate } from '../../src/lib/web-gate.ts';
import { startNode } from '../helpers/process.ts';
import { WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';

const PIECE = Buffer.alloc(65_536, 'x');
const SMALL = [Buffer.from('a 1\n')];
/** More than the buffers of both kernels take. */
const LARGE = Array.from({ length: 400 }, () => PIECE);

describe.each(['http', 'https'] as const)('%s', (scheme) => {
  let folder: WebFolder;
  let gate: WebGate | undefined;
  let server: HttpServer;
  let url: string;
  let pieces: readonly Buffer[];
  let verdict: PromiseWithResolvers<boolean>;
  let begun: PromiseWithResolvers<void>;

  beforeEach(async () => {
    folder = await webFolder(WEB.tls);
    gate =
      scheme === 'https'
        ? openWebGate(folder.path, [], { reread() {}, faulty() {}, failed() {} })
        : undefined;
    verdict = Promise.withResolvers();
    begun = Promise.withResolvers();
    pieces = SMALL;
    server = await startHttpServer(
      { host: '127.0.0.1', port: 0 },
      (_, response) => {
        begun.resolve();
        void answerSurely(response, { 'content-type': 'text/plain' }, pieces, { endMs: 3000 }).then(
          verdict.resolve,
        );
      },
      { gate },
    );
    url = `${scheme}://127.0.0.1:${server.address.port}/`;
  });
  afterEach(async () => {
    await server.stop();
    await gate?.close();
    await folder.remove();
  });

  const tls = { connect: { rejectUnauthorized: false } };
  const bytes = () => pieces.reduce((sum, { length }) => sum + length, 0);
  const open = (): Socket => {
    const { port } = server.address;
    const socket =
      scheme === 'https'
        ? connectSecurely({
            host: '127.0.0.1',
            port,
            rejectUnauthorized: false,
            allowHalfOpen: true,
          } as object)
        : connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    return socket;
  };

  test.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('an agent that keeps connections has read all of a %s answer', async (_, some) => {
    pieces = some;
    const agent = new Agent({ keepAliveTimeout: 60_000, ...tls });
    const { statusCode, headers, body } = await request(url, { dispatcher: agent });
    expect([statusCode, headers.connection]).toEqual([200, 'close']);
    expect((await body.arrayBuffer()).byteLength).toBe(bytes());
    expect(await verdict.promise).toBe(true);
    await agent.close();
  });

  test.each([
    ['HTTP/1.1', '--http1.1', SMALL],
    ['HTTP/1.1', '--http1.1', LARGE],
    ['HTTP/1.0', '--http1.0', SMALL],
  ])('curl by %s %s', async (_, version, some) => {
    pieces = some;
    const { stdout } = await promisify(execFile)('curl', ['-sSk', '--no-alpn', version, url], {
      maxBuffer: 2 ** 26,
    });
    expect(stdout).toHaveLength(bytes());
    expect(await verdict.promise).toBe(true);
  });

  test('a client that waits for our end before it makes its own', async () => {
    const socket = open();
    socket.resume();
    await once(socket, 'end');
    socket.end();
    expect(await verdict.promise).toBe(true);
  });

  test.each([
    // A TLS client in Node takes so little from its kernel although nobody reads it; nothing tells that from a reader.
    ...(scheme === 'http' ? [['before it reads', SMALL, 0] as const] : []),
    ['before it reads, of much', LARGE, 0] as const,
    ['in the middle', LARGE, 1_000_000] as const,
  ])('kill -9 %s is a doubt', async (_, some, read) => {
    pieces = some;
    const client = startNode('test/programs/stuck-reader.ts', [url, String(read)]);
    await client.line(read > 0 ? /^read$/ : /^asked$/);
    await begun.promise;
    await sleep(200);
    client.kill('SIGKILL');
    expect(await verdict.promise).toBe(false);
  });

  test('one that never reads, and one that reads and never ends, are doubts', async () => {
    const socket = open();
    socket.resume();
    expect(await verdict.promise).toBe(false);
    socket.destroy();
    verdict = Promise.withResolvers();
    const stuck = open();
    stuck.pause();
    expect(await verdict.promise).toBe(false);
    stuck.destroy();
  });

  test('one that has made its end before it read all is a doubt, though it lives', async () => {
    // Fits into the kernel of this side, and not into that of the other one.
    pieces = Array.from({ length: 24 }, () => PIECE);
    const socket = open();
    socket.pause();
    await begun.promise;
    await sleep(300);
    socket.end();
    expect(await verdict.promise).toBe(false);
    socket.destroy();
  });

  test('a socket that is reset in the middle is a doubt', async () => {
    pieces = LARGE;
    const socket = open();
    await once(socket, 'data');
    socket.destroy();
    expect(await verdict.promise).toBe(false);
  });
});

test('what the table of the kernel says', async () => {
  const row = (state: string, queued: string, local = '2387', remote = 'D431') =>
    `  1: 0100007F:${local} 0100007F:${remote} ${state} ${queued}:00000000 00:00000000 00000000 0 0 1 1 0`;
  const judge = (...rows: string[]) => judgeTable(rows.join('\n'), { localPort: 0x2387, remotePort: 0xd431 });
  expect(judge()).toBe('gone');
  expect(judge(row('08', '00000000', 'D431', '2387'))).toBe('gone');
  expect(judge(row('01', '00000000'))).toBe('open');
  expect(judge(row('08', '00000000'))).toBe('delivered');
  expect(judge(row('06', '00000000'))).toBe('delivered');
  expect(judge(row('08', '00000001'))).toBe('unacknowledged');
  expect(judge(row('08', '00000000'), row('08', '00000010'))).toBe('unacknowledged');
  expect(judge(row('08', '00000000'), row('01', '00000000'))).toBe('open');
  if (process.platform === 'linux') expect(await deliveryOf({ localPort: 1, remotePort: 1 })).toBe('gone');
});
