// A listener with a web configuration, over real connections: handshakes, client certificates, users, changes.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { afterEach, describe, expect, test } from 'vitest';
import { messageOf } from '../../src/lib/errors.ts';
import { type HttpServer, startHttpServer } from '../../src/lib/http-server.ts';
import { proveLiveness } from '../../src/lib/liveness-proof.ts';
import { userOf } from '../../src/lib/request-user.ts';
import { openWebGate, type WebGate } from '../../src/lib/web-gate.ts';
import { healthcheck } from '../../src/sidecar/commands/healthcheck.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { basic, WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';
import { pairOf, type WebRequest, webRequest } from '../helpers/web-request.ts';

const LIVE = ['/livez'];
const CA = readFileSync('test/fixtures/tls/ca.crt');

let web: WebFolder;
let gate: WebGate;
let server: HttpServer | undefined;
let told: string[];
afterEach(async () => {
  await server?.stop();
  await gate?.close();
  await web?.remove();
  server = undefined;
});

async function start(yaml: string, onRequest: RequestListener = (_, response) => response.end('here')) {
  web = await webFolder(yaml);
  told = [];
  gate = openWebGate(web.path, LIVE, {
    reread: () => told.push('reread'),
    faulty: (error) => told.push(messageOf(error)),
    failed: (error) => told.push(`failed: ${messageOf(error)}`),
  });
  server = await startHttpServer({ host: '127.0.0.1', port: 0 }, onRequest, { gate });
  return server.address.port;
}

const ask = async (port: number, request: WebRequest = {}, path = '/') =>
  webRequest(`${gate.current().tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, {
    path,
    ...request,
  });
const statusOf = async (...args: Parameters<typeof ask>) => (await ask(...args)).status;

/** Opens a TLS connection. @throws Error of the handshake. */
function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca: CA, ...options }, () => resolve(socket));
    socket.on('error', reject);
  });
}

async function negotiated(port: number, options: ConnectionOptions) {
  const socket = await handshake(port, options);
  const { name } = socket.getCipher();
  const group = (socket.getEphemeralKeyInfo() as { name?: string }).name;
  const protocol = socket.getProtocol();
  socket.destroy();
  return { protocol, name, group };
}

const TLS12: ConnectionOptions = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
const TLS13: ConnectionOptions = { minVersion: 'TLSv1.3' };

describe('a handshake', () => {
  test('is made with TLS 1.2 and 1.3, and with nothing older', async () => {
    const port = await start(WEB.tls);
    expect(await negotiated(port, TLS12)).toMatchObject({ protocol: 'TLSv1.2' });
    expect(await negotiated(port, TLS13)).toMatchObject({ protocol: 'TLSv1.3' });
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await expect(handshake(port, old)).rejects.toThrow(/alert protocol version/);
  });

  test('follows min_version', async () => {
    const port = await start(`${WEB.tls}  min_version: TLS13\n`);
    await expect(handshake(port, TLS12)).rejects.toThrow(/alert protocol version/);
    expect(await negotiated(port, TLS13)).toMatchObject({ protocol: 'TLSv1.3' });
  });

  test('follows max_version and cipher_suites', async () => {
    const suite = 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256';
    const port = await start(`${WEB.tls}  max_version: TLS12\n  cipher_suites: [${suite}]\n`);
    await expect(handshake(port, TLS13)).rejects.toThrow(/alert/);
    expect(await negotiated(port, {})).toMatchObject({ name: 'ECDHE-ECDSA-CHACHA20-POLY1305' });
    await expect(handshake(port, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).rejects.toThrow(/alert/);
  });

  test('with suites of TLS 1.3 alone is made with TLS 1.3 alone', async () => {
    const port = await start(`${WEB.tls}  cipher_suites: [TLS_AES_128_GCM_SHA256]\n`);
    await expect(handshake(port, TLS12)).rejects.toThrow(/alert/);
    expect(await negotiated(port, {})).toMatchObject({ protocol: 'TLSv1.3' });
  });

  test('follows curve_preferences', async () => {
    const port = await start(`${WEB.tls}  curve_preferences: [CurveP384]\n`);
    expect(await negotiated(port, {})).toMatchObject({ group: 'secp384r1' });
    await expect(handshake(port, { ecdhCurve: 'X25519' })).rejects.toThrow(/alert/);
  });

  test('is never made short: a session is not resumed', async () => {
    const port = await start(WEB.tls + WEB.required);
    for (const version of [TLS12, TLS13]) {
      const first = await handshake(port, { ...version, ...pairOf('client') });
      const session = first.getSession();
      first.destroy();
      const second = await handshake(port, { ...version, ...(session && { session }) });
      expect(second.isSessionReused()).toBe(false);
      second.destroy();
    }
  });
});

test('headers of the configuration are in every answer', async () => {
  const headers =
    'http_server_config:\n  headers:\n    Strict-Transport-Security: max-age=1\n    X-XSS-Protection: ""\n';
  const port = await start(headers + WEB.users({ alice: 'a' }));
  for (const user of [undefined, ['alice', 'a']] as const) {
    const answer = await ask(port, { user });
    expect(answer.headers).toMatchObject({ 'strict-transport-security': 'max-age=1' });
    expect(answer.headers).not.toHaveProperty('x-xss-protection');
  }
});

describe('client certificates:', () => {
  const statuses = async (port: number, path = '/') => ({
    none: await statusOf(port, {}, path),
    foreign: await statusOf(port, { client: 'other-client' }, path),
    ours: await statusOf(port, { client: 'client' }, path),
  });
  const CA_FILE = '  client_ca_file: ca.crt\n';
  test.each([
    ['NoClientCert', '', { none: 200, foreign: 200, ours: 200 }],
    ['RequestClientCert', CA_FILE, { none: 200, foreign: 200, ours: 200 }],
    ['RequireAnyClientCert', CA_FILE, { none: 403, foreign: 200, ours: 200 }],
    ['VerifyClientCertIfGiven', CA_FILE, { none: 200, foreign: 403, ours: 200 }],
    ['RequireAndVerifyClientCert', CA_FILE, { none: 403, foreign: 403, ours: 200 }],
  ])('%s', async (type, ca, expected) => {
    const port = await start(`${WEB.tls}  client_auth_type: ${type}\n${ca}`);
    expect(await statuses(port)).toEqual(expected);
    expect(await statuses(port, '/livez')).toEqual({ none: 200, foreign: 200, ours: 200 });
    expect(await statuses(port, '/livez/')).toEqual(expected);
    expect(await statuses(port, '//livez')).toEqual(expected);
    expect(await statuses(port, '/%6civez')).toEqual(expected);
    expect(await statuses(port, '/x/../livez')).toEqual(expected);
    expect(await statuses(port, 'http://localhost/livez')).toEqual(expected);
    expect(await statuses(port, '/livez?a')).toEqual({ none: 200, foreign: 200, ours: 200 });
  });

  test('one that is over is refused', async () => {
    const port = await start(WEB.tls + WEB.required);
    const { status, body } = await ask(port, { client: 'expired' });
    expect([status, body]).toEqual([403, 'the client certificate is not accepted: CERT_HAS_EXPIRED\n']);
  });

  test.each([
    ['[inventory-sd]', 200],
    ['[other, inventory-sd]', 200],
    ['[inventory]', 403],
    ['[]', 403],
  ])('names %s', async (sans, status) => {
    const port = await start(`${WEB.tls}${WEB.required}  client_allowed_sans: ${sans}\n`);
    expect(await statusOf(port, { client: 'client' })).toBe(status);
    expect(await statusOf(port)).toBe(403);
  });

  test('an address is compared as one', async () => {
    const any = '  client_auth_type: RequireAnyClientCert\n';
    const port = await start(`${WEB.tls}${any}  client_allowed_sans: ["::1"]\n`);
    expect(await statusOf(port, { client: 'server' })).toBe(200);
    expect(await statusOf(port, { client: 'client' })).toBe(403);
  });
});

describe('users:', () => {
  const USERS = WEB.users({ alice: 'right' });
  const SLOW = `basic_auth_users:\n  alice: ${hashSync('right', 12)}\n`;

  test('the route learns who asks', async () => {
    const port = await start(USERS, (request, response) => response.end(userOf(request)));
    expect((await ask(port, { user: ['alice', 'right'] })).body).toBe('alice');
  });

  test('without users nobody is one', async () => {
    const port = await start('', (request, response) => response.end(String(userOf(request))));
    expect((await ask(port, { user: ['alice', 'right'] })).body).toBe('undefined');
  });

  test('no route runs for a request that may not pass', async () => {
    let ran = 0;
    const port = await start(USERS, (_, response) => {
      ran += 1;
      response.end();
    });
    for (const path of ['/', '/livez', '/x', '*', '/livez?a']) {
      expect(await statusOf(port, {}, path)).toBe(401);
      expect(await statusOf(port, { user: ['alice', 'wrong'], method: 'POST' }, path)).toBe(401);
    }
    expect(ran).toBe(0);
  });

  test.each(['CONNECT example.com:80', 'GET /', 'OPTIONS *', 'PRI *'])(
    'nor for one that wants another protocol: %s',
    async (target) => {
      let ran = 0;
      const port = await start(USERS, (_, response) => {
        ran += 1;
        response.end();
      });
      const socket = connectPlain(port, '127.0.0.1');
      socket.write(`${target} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
      let text = '';
      for await (const chunk of socket) {
        text += chunk;
        if (text.includes('\r\n\r\n')) break;
      }
      expect(text).toMatch(/^(HTTP\/1.1 40[01] |$)/);
      expect(ran).toBe(0);
    },
  );

  test('a body that comes with a wrong password is not waited for', async () => {
    const port = await start(USERS);
    const headers = { 'content-length': '1000000', expect: '100-continue' };
    expect(await statusOf(port, { method: 'POST', headers })).toBe(401);
  });

  test('when passwords cannot be checked nobody passes, and it is told', async () => {
    const port = await start(SLOW);
    const checking = once(process, 'worker');
    const asked = ask(port, { user: ['alice', 'right'] });
    await checking;
    await gate.close();
    expect(await asked).toMatchObject({ status: 503, body: 'cannot check who asks; the log says more\n' });
    expect(told).toEqual(['failed: cannot check a password: the thread for it ended']);
  });

  test('for whoever left while the password was checked no route runs', async () => {
    let ran = 0;
    const port = await start(SLOW, () => {
      ran += 1;
    });
    const checking = once(process, 'worker');
    const socket = connectPlain(port, '127.0.0.1');
    const authorization = basic('alice', 'right');
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\n\r\n`);
    await checking;
    socket.destroy();
    expect(await statusOf(port, { user: ['alice', 'wrong'] })).toBe(401);
    expect(ran).toBe(0);
    expect(told).toEqual([]);
  });

  test('a flood of wrong passwords is answered, and holds up neither users nor the probe', async () => {
    const port = await start(`basic_auth_users:\n  alice: ${hashSync('right', 10)}\n`);
    expect(await statusOf(port, { user: ['alice', 'right'] })).toBe(200);
    const flood = Array.from({ length: 200 }, (_, i) => statusOf(port, { user: ['alice', `wrong ${i}`] }));
    const inTime = await Promise.all([
      statusOf(port, { user: ['alice', 'right'] }, '/livez'),
      healthcheck({ host: '127.0.0.1', port }, { webConfigFile: web.path }),
    ]);
    expect(inTime).toEqual([200, undefined]);
    const statuses = await Promise.all(flood);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(100);
    const { headers } = await ask(port, { user: ['alice', 'right'] });
    expect(headers).not.toHaveProperty('retry-after');
  });
});

describe('the proof of liveness', () => {
  const USERS = WEB.users({ alice: 'right' });
  const proof = (path: string, bytes = readFileSync(web.path)) => ({
    headers: { authorization: proveLiveness(bytes, path, Date.now()) },
  });

  test('opens the liveness paths and no other', async () => {
    const port = await start(USERS, (request, response) => response.end(String(userOf(request))));
    expect(await ask(port, proof('/livez'), '/livez')).toMatchObject({ status: 200, body: 'undefined' });
    expect(await statusOf(port, proof('/'), '/')).toBe(401);
    expect(await statusOf(port, proof('/livez'), '/')).toBe(401);
    expect(await statusOf(port, proof('/livez', Buffer.from('other')), '/livez')).toBe(401);
  });

  test('counts from this machine only', async () => {
    await start(USERS);
    const statusFrom = (remoteAddress: string) =>
      new Promise<number>((resolve) => {
        const socket = { remoteAddress, localAddress: '192.0.2.1', destroyed: false };
        const request = { url: '/livez', socket, ...proof('/livez') } as unknown as IncomingMessage;
        const response = { setHeader() {}, writeHead: resolve, end() {} } as unknown as ServerResponse;
        gate.guard(() => resolve(200))(request, response as never);
      });
    expect(await statusFrom('192.0.2.9')).toBe(401);
    expect(await statusFrom('192.0.2.1')).toBe(200);
    expect(await statusFrom('::ffff:127.0.0.1')).toBe(200);
  });

  test('tells of a loop that hangs', async () => {
    const port = await start(USERS, (_, response) => response.writeHead(503).end());
    const fault = await healthcheck({ host: '127.0.0.1', port }, { webConfigFile: web.path });
    expect(fault).toBe('not alive: HTTP/1.1 503 Service Unavailable');
  });

  test('is made with a faulty new configuration too', async () => {
    const port = await start(WEB.tls + USERS);
    await web.write('no: such field');
    await waitFor('the fault', async () => {
      await statusOf(port);
      return told.length > 0;
    });
    expect(await healthcheck({ host: '127.0.0.1', port }, { webConfigFile: web.path })).toBeUndefined();
  });

  test('is of no use when nobody is there', async () => {
    const port = await start(USERS);
    await server?.stop();
    const fault = await healthcheck({ host: '127.0.0.1', port }, { webConfigFile: web.path });
    expect(fault).toBe(`cannot ask 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  test('cannot be made without the configuration', async () => {
    const port = await start(USERS);
    const fault = await healthcheck({ host: '127.0.0.1', port }, { webConfigFile: web.file('no.yml') });
    expect(fault).toBe(`not alive: HTTP/1.1 401 Unauthorized; cannot read ${web.file('no.yml')}: ENOENT`);
  });
});

describe('while it listens', () => {
  test('a new certificate is shown to the next connection', async () => {
    const port = await start(WEB.tls);
    expect((await ask(port)).certificate?.issuer.CN).toBe('inventory-sd test ca');
    await web.copy('other-server.key', 'server.key');
    await web.copy('other-server.crt', 'server.crt');
    const tls = { ca: readFileSync('test/fixtures/tls/other-ca.crt') };
    await waitFor('the new certificate', () => statusOf(port, { tls }));
    expect(told).toContain('reread');
  });

  test('a certificate that cannot be used leaves the old one', async () => {
    const port = await start(WEB.tls);
    const leaf = pairOf('server').cert.toString();
    await web.add('server.crt', `${leaf}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`);
    await waitFor('the fault', async () => {
      expect(await statusOf(port)).toBe(200);
      return told.length > 0;
    });
    expect(told).toEqual([expect.stringMatching(/server\.crt is of no use for TLS: /)]);
    await web.copy('server.crt', 'server.crt');
    await waitFor('the end of the fault', async () => (await statusOf(port)) === 200 && told.length > 1);
    expect(told[1]).toBe('reread');
  });

  test('a user comes and another goes', async () => {
    const port = await start(WEB.users({ alice: 'a' }));
    expect(await statusOf(port, { user: ['alice', 'a'] })).toBe(200);
    await web.write(WEB.users({ bob: 'b' }));
    await waitFor('bob', async () => (await statusOf(port, { user: ['bob', 'b'] })) === 200);
    expect(await statusOf(port, { user: ['alice', 'a'] })).toBe(401);
  });

  test('another authority of clients ends the connections that the old one verified', async () => {
    const port = await start(WEB.tls + WEB.required);
    const socket = await handshake(port, pairOf('client'));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await web.copy('other-ca.crt', 'ca.crt');
    const isIn = async () => (await statusOf(port, { client: 'other-client' })) === 200;
    await waitFor('the new authority', isIn);
    await closed;
    expect(await statusOf(port, { client: 'client' })).toBe(403);
  });
});
