// show, reload and healthcheck against a server that answers as the sidecar does, or worse.

import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { accept } from '../../../src/sidecar/commands/accept.ts';
import { healthcheck } from '../../../src/sidecar/commands/healthcheck.ts';
import type { OwnServer } from '../../../src/sidecar/commands/own-server.ts';
import { reload } from '../../../src/sidecar/commands/reload.ts';
import { show } from '../../../src/sidecar/commands/show.ts';
import { startTestServer } from '../../helpers/http-server.ts';
import { testTerminal } from '../../helpers/terminal.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function sidecar(listener: RequestListener): Promise<OwnServer> {
  const server = await startTestServer(listener);
  stops.push(server.stop);
  return at(Number(new URL(server.url).port));
}

function at(port: number): OwnServer {
  const listenAddress = { host: '127.0.0.1', port };
  const webClient = { basicAuthFile: undefined, certFile: undefined, keyFile: undefined };
  return { listenAddress, webConfigFile: undefined, webClient };
}

const NOBODY = at(1);
const REPORT = {
  state: 'ready: 2 targets',
  inventory: {
    url: 'http://i/list',
    lastSuccess: null,
    lastFailure: null,
    nextPoll: 'soon',
    postponed: false,
  },
  held: null,
  entries: null,
  file: { path: '/t.json', targets: 2, groups: 2, lastChange: null, putBackAt: null },
};

describe('show', () => {
  test('prints the state first, then the facts', async () => {
    const terminal = testTerminal();
    const server = await sidecar((request, response) =>
      response.end(request.url === '/status' ? JSON.stringify(REPORT) : ''),
    );
    expect(await show(server, false, terminal)).toBe(0);
    expect(terminal.stdout).toEqual([
      'ready: 2 targets',
      'Inventory:    http://i/list',
      'Last answer:  none since the start',
      'Next poll:    soon',
      'Target file:  /t.json',
      'Targets:      2 in 2 groups',
      'Last change:  unknown',
    ]);
  });

  test('--json prints what the sidecar answered', async () => {
    const terminal = testTerminal();
    const server = await sidecar((_, response) => response.end(`${JSON.stringify(REPORT)}\n`));
    expect(await show(server, true, terminal)).toBe(0);
    expect(terminal.stdout).toEqual([JSON.stringify(REPORT)]);
  });

  test.each(['<html>', '{}', 'null', '{"state":"up"}'])(
    'of another program that answers %s says so',
    async (body) => {
      const server = await sidecar((_, response) => response.end(body));
      const message = `what answers at 127.0.0.1:${server.listenAddress.port} is no inventory-sd (status 200)`;
      await expect(show(server, true, testTerminal())).rejects.toThrow(message);
      await expect(reload(server, testTerminal())).rejects.toThrow(message);
    },
  );

  test('without a sidecar says where it asked', async () => {
    await expect(show(NOBODY, false, testTerminal())).rejects.toMatchObject({
      reason: 'unreachable',
      message:
        'no sidecar answers at 127.0.0.1:1 (ECONNREFUSED); is it running, and with this LISTEN_ADDRESS and WEB_CONFIG_FILE?',
    });
  });

  test('of a program that speaks no HTTP exits with a clear line', async () => {
    const { port } = await raw((socket) => void socket.destroy());
    await expect(show(at(port), false, testTerminal())).rejects.toThrow('no sidecar answers');
  });
});

describe('reload', () => {
  test('prints how the poll ended', async () => {
    const terminal = testTerminal();
    const server = await sidecar((request, response) =>
      response.end(`changed: ${request.method} ${request.url}\n`),
    );
    expect(await reload(server, terminal)).toBe(0);
    expect(terminal.stdout).toEqual(['changed: POST /-/reload']);
  });

  test('of a poll that failed exits 1', async () => {
    const terminal = testTerminal();
    const server = await sidecar((_, response) => response.writeHead(500).end('failed: 503\n'));
    expect(await reload(server, terminal)).toBe(1);
    expect(terminal.stderr).toEqual(['failed: 503']);
  });
});

async function raw(onSocket: (socket: Socket) => void): Promise<AddressInfo> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server.address() as AddressInfo;
}

describe('healthcheck', () => {
  const f = (name: string, listener: RequestListener, fault: string | undefined) =>
    test(name, async () => expect(await healthcheck((await sidecar(listener)).listenAddress)).toBe(fault));
  f(
    'alive',
    (request, response) => response.writeHead(request.url === '/livez' ? 200 : 404).end('alive'),
    undefined,
  );
  f(
    'not alive',
    (_, response) => response.writeHead(503).end(),
    'not alive: HTTP/1.1 503 Service Unavailable',
  );

  test('a listener on every address is asked on loopback', async () => {
    const { listenAddress } = await sidecar((_, response) => response.end());
    expect(await healthcheck({ ...listenAddress, host: '' })).toBeUndefined();
  });

  test('nobody there', async () => {
    expect(await healthcheck(NOBODY.listenAddress)).toContain('cannot ask 127.0.0.1:1: connect ECONNREFUSED');
  });

  test('an answer that never comes is waited for within a bound', async () => {
    const { port } = await raw(() => {});
    expect(await healthcheck({ host: '127.0.0.1', port })).toBe(
      `cannot ask 127.0.0.1:${port}: no answer within 4s`,
    );
  });

  test('a connection that ends without an answer', async () => {
    const { port } = await raw((socket) => void socket.resume().end());
    expect(await healthcheck({ host: '127.0.0.1', port })).toBe(
      'not alive: the connection ends without an answer',
    );
  });

  test('an endless answer is not kept', async () => {
    const { port } = await raw((socket) => void socket.end('x'.repeat(1_000_000)));
    expect(await healthcheck({ host: '127.0.0.1', port })).toMatch(/^not alive: x{4096}$/);
  });
});

describe('accept', () => {
  const post = (status: number, body: string) => {
    const asked: (string | undefined)[] = [];
    const listener: RequestListener = (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(status).end(`${body}\n`);
    };
    return { asked, listener };
  };

  test('posts the digest, nothing, or the wish to undo', async () => {
    const { asked, listener } = post(200, 'accepted: 0 added, 5 removed');
    const address = await sidecar(listener);
    const terminal = testTerminal();
    expect(await accept(address, { digest: 'a&b', undo: false }, terminal)).toBe(0);
    await accept(address, { digest: undefined, undo: false }, terminal);
    await accept(address, { digest: undefined, undo: true }, terminal);
    expect(asked).toEqual(['POST /-/accept?digest=a%26b', 'POST /-/accept', 'POST /-/accept?undo']);
    expect(terminal.stdout[0]).toBe('accepted: 0 added, 5 removed');
  });

  test('tells an internal error of the sidecar from another program', async () => {
    const address = await sidecar(post(500, 'internal error; the log says more').listener);
    await expect(accept(address, { digest: undefined, undo: true }, testTerminal())).rejects.toThrow(
      /^the sidecar at 127\.0\.0\.1:\d+ met an internal error; its log says more$/,
    );
  });

  test('exits 1 with the refusal, 2 for a digest beside --undo', async () => {
    const terminal = testTerminal();
    const address = await sidecar(post(409, 'cannot accept: nothing is held').listener);
    expect(await accept(address, { digest: undefined, undo: false }, terminal)).toBe(1);
    expect(await accept(address, { digest: 'x', undo: true }, terminal)).toBe(2);
    expect(terminal.stderr).toEqual([
      'cannot accept: nothing is held',
      'accept takes a digest or --undo, not both',
    ]);
  });
});
