// How commands reach a sidecar with TLS and users, and what they say when they do not.

import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { hashSync } from 'bcryptjs';
import { afterEach, describe, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../../src/lib/http-server.ts';
import { openWebGate, type WebGate } from '../../../src/lib/web-gate.ts';
import { ask } from '../../../src/sidecar/commands/ask.ts';
import type { OwnServer } from '../../../src/sidecar/commands/own-server.ts';
import { WEB, type WebFolder, webFolder } from '../../helpers/web-config.ts';
import { pairOf } from '../../helpers/web-request.ts';

const QUESTION = {
  method: 'GET',
  path: '/status',
  waitMs: 10_000,
  isOurs: (body: string) => body === 'ours',
} as const;
const USERS = WEB.users({ alice: 'right' });

let web: WebFolder;
let gate: WebGate | undefined;
const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Starts a server by `yaml`, and tells how to ask it. */
async function start(yaml: string): Promise<OwnServer> {
  web = await webFolder(yaml);
  gate = openWebGate(web.path, [], { reread() {}, faulty() {}, failed() {} });
  const server: HttpServer = await startHttpServer(
    { host: '127.0.0.1', port: 0 },
    (_, response) => response.end('ours'),
    { gate },
  );
  stops.push(server.stop, gate.close, web.remove);
  return at(server.address.port);
}

const at = (port: number): OwnServer => ({
  listenAddress: { host: '127.0.0.1', port },
  webConfigFile: web.path,
  webClient: { basicAuthFile: undefined, certFile: undefined, keyFile: undefined },
});

const withClient = (server: OwnServer, webClient: Partial<OwnServer['webClient']>): OwnServer => ({
  ...server,
  webClient: { ...server.webClient, ...webClient },
});

describe('the sidecar is reached', () => {
  test('with a certificate that is over, and of another name', async () => {
    for (const name of ['expired', 'wrong-name']) {
      const server = await start(WEB.tls.replaceAll('server.', `${name}.`));
      expect(await ask(server, QUESTION)).toEqual({ status: 200, body: 'ours' });
    }
  });

  test('with a chain in its file', async () => {
    const server = await start(WEB.tls);
    const [leaf, authority] = [pairOf('server').cert, pairOf('client').cert].map(String);
    await web.add('server.crt', `${leaf}${authority}`);
    expect(await ask(server, QUESTION)).toMatchObject({ body: 'ours' });
  });

  test('with a user, in a file that ends with a line or not', async () => {
    const server = await start(WEB.tls + USERS);
    for (const text of ['alice:right', 'alice:right\n', 'alice:right\r\n']) {
      const basicAuthFile = await web.add('user', text);
      expect(await ask(withClient(server, { basicAuthFile }), QUESTION)).toMatchObject({ status: 200 });
    }
  });

  test('with a client certificate', async () => {
    const server = await start(WEB.tls + WEB.required);
    const files = { certFile: web.file('client.crt'), keyFile: web.file('client.key') };
    expect(await ask(withClient(server, files), QUESTION)).toMatchObject({ status: 200 });
  });
});

describe('it says what to do', () => {
  const says = async (server: OwnServer, message: string | RegExp) =>
    expect(ask(server, QUESTION)).rejects.toThrow(message);

  test('about users', async () => {
    const server = await start(USERS);
    const where = `the sidecar at 127.0.0.1:${server.listenAddress.port}`;
    await says(server, `${where} wants a user: name a file that holds user:password in WEB_BASIC_AUTH_FILE`);
    const basicAuthFile = await web.add('user', 'alice:wrong');
    await says(
      withClient(server, { basicAuthFile }),
      `${where} does not know the user and password in WEB_BASIC_AUTH_FILE ${basicAuthFile}`,
    );
    await says(
      withClient(server, { basicAuthFile: '/no/such/file' }),
      'cannot read WEB_BASIC_AUTH_FILE /no/such/file: ENOENT',
    );
  });

  test('about client certificates', async () => {
    const server = await start(WEB.tls + WEB.required);
    const where = `the sidecar at 127.0.0.1:${server.listenAddress.port}`;
    await says(
      server,
      `${where} wants a client certificate: name one in WEB_CLIENT_CERT_FILE and WEB_CLIENT_KEY_FILE`,
    );
    const certFile = web.file('other-client.crt');
    const foreign = { certFile, keyFile: web.file('other-client.key') };
    await says(
      withClient(server, foreign),
      `${where} does not take WEB_CLIENT_CERT_FILE ${certFile}: the client`,
    );
    await says(
      withClient(server, { certFile: web.file('no.crt'), keyFile: web.file('client.key') }),
      `cannot read WEB_CLIENT_CERT_FILE ${web.file('no.crt')}: ENOENT`,
    );
  });

  test('when passwords of others are being checked', async () => {
    const server = await start(
      `basic_auth_users:\n  alice: ${hashSync('right', 4).replace('$04$', '$11$')}\n`,
    );
    const files: string[] = [];
    for (let i = 0; i < 6; i += 1) files.push(await web.add(`user-${i}`, `alice:${i}`));
    const asked = files.map((basicAuthFile) =>
      ask(withClient(server, { basicAuthFile }), QUESTION).catch((error: Error) => error.message),
    );
    expect(await Promise.all(asked)).toContain(
      `the sidecar at 127.0.0.1:${server.listenAddress.port} is busy: too many passwords from this address wait to be checked; ask again`,
    );
  });

  test('about a web configuration that cannot be used', async () => {
    const server = await start(USERS);
    await web.write('x: 1');
    await says(server, 'web.yml: line 1: unknown field "x"');
  });
});

describe('no password is sent', () => {
  async function impostor(listen: 'tls' | 'plain'): Promise<{ port: number; heard: () => string }> {
    let heard = '';
    const hear = (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    };
    const server =
      listen === 'tls'
        ? createServer(pairOf('other-server')).on('secureConnection', (socket) => socket.on('data', hear))
        : createTcpServer((socket) => void socket.on('data', hear).on('data', () => socket.end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => void server.close());
    return { port: (server.address() as AddressInfo).port, heard: () => heard };
  }

  test('to a server with another certificate', async () => {
    await start(WEB.tls + USERS);
    const { port, heard } = await impostor('tls');
    const server = withClient(at(port), { basicAuthFile: await web.add('user', 'alice:right') });
    await expect(ask(server, QUESTION)).rejects.toThrow(
      'its certificate is not the one that WEB_CONFIG_FILE names',
    );
    expect(heard()).toBe('');
  });

  test('to a server without TLS', async () => {
    await start(WEB.tls + USERS);
    const { port, heard } = await impostor('plain');
    const server = withClient(at(port), { basicAuthFile: await web.add('user', 'alice:right') });
    await expect(ask(server, QUESTION)).rejects.toThrow('no sidecar answers');
    expect(heard()).not.toContain('Basic');
    expect(heard()).not.toContain('GET');
  });
});
