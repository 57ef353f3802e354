// The real program with real secrets: they reach the inventory, change while it runs, and show up nowhere.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestServer, startTlsServer, type TestServer, tlsFixture } from '../helpers/http-server.ts';
import { startNode } from '../helpers/process.ts';
import { startProxy } from '../helpers/proxy.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { startSidecar, type TestSidecar } from './stack.ts';

let dir: TempDir;
let secrets: TempDir;
let sidecar: TestSidecar | undefined;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  [dir, secrets] = await Promise.all([tempDir('list'), tempDir('secrets')]);
});
afterEach(async () => {
  await sidecar?.stop();
  sidecar = undefined;
  for (const stop of stops.splice(0).reverse()) await stop();
  await Promise.all([dir.remove(), secrets.remove()]);
});

async function secret(name: string, text: string): Promise<string> {
  await writeFile(join(secrets.path, name), text);
  return join(secrets.path, name);
}

async function serve(starting: Promise<TestServer>): Promise<string> {
  const { url, stop } = await starting;
  stops.push(stop);
  return url;
}

async function start(url: string, environment: Record<string, string>): Promise<TestSidecar> {
  const env = { LOG_LEVEL: 'trace', UPDATE_INTERVAL: '1h', INVENTORY_RETRIES: '0', ...environment };
  const started = await startSidecar(url, dir.path, env);
  sidecar = started;
  await waitFor('the first poll', async () => (await started.status()).inventory.lastAttempt ?? undefined);
  return started;
}

/** Everything that anybody may see of it; what commands of their own print too, with this environment. */
async function shown({ program, url }: TestSidecar, environment?: Record<string, string>): Promise<string> {
  const pages = ['/', '/status', '/metrics', '/targets', '/readyz', '/livez'];
  const answers = await Promise.all(pages.map(async (path) => (await fetch(url + path)).text()));
  const reload = await (await fetch(`${url}/-/reload`, { method: 'POST' })).text();
  const names = await readdir(dir.path, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((path) => readFile(path, 'utf8')));
  const commands = environment === undefined ? [] : [['show'], ['once'], ['once', '--json']];
  const outputs = await Promise.all(commands.map((args) => runCommand(args, url, environment)));
  return [...program.stdout, ...program.stderr, ...answers, reload, ...texts, ...outputs].join('\n');
}

async function runCommand(args: string[], url: string, environment: Record<string, string> = {}) {
  const own = { LISTEN_ADDRESS: new URL(url).host, TARGETS_FILE: join(dir.path, 'other.json') };
  const run = startNode('src/sidecar.ts', args, { env: { ...own, ...environment } });
  await run.exit;
  return [...run.stdout, ...run.stderr].join('\n');
}

test('every secret reaches the inventory, is read again when it changes, and is seen nowhere', async () => {
  const seen: string[] = [];
  let answer: RequestListener = (_, response) => void response.end('["a"]');
  const listener: RequestListener = (request, response) => {
    const { authorization, 'x-api-key': key } = request.headers;
    seen.push(`${authorization} ${key} ${(request.socket as TLSSocket).getPeerCertificate().subject?.CN}`);
    answer(request, response);
  };
  const home = await serve(
    startTlsServer('server', listener, { requestCert: true, rejectUnauthorized: false }),
  );
  const foreign: string[] = [];
  const elsewhere = await serve(
    startTestServer((request, response) => {
      foreign.push(JSON.stringify(request.headers));
      response.writeHead(404).end();
    }),
  );
  const environment = {
    INVENTORY_URL: `${home}/list?key=planted-query`,
    INVENTORY_BEARER_TOKEN_FILE: await secret('token', 'planted-token-1\n'),
    INVENTORY_HEADERS_FILE: await secret('headers', 'X-Api-Key: planted-key-1\n'),
    INVENTORY_CA_FILE: await secret('ca', tlsFixture('ca.crt')),
    INVENTORY_CERT_FILE: await secret('cert', tlsFixture('client.crt')),
    INVENTORY_KEY_FILE: await secret('key', tlsFixture('client.key')),
    HTTP_PROXY: 'http://user:planted-proxy@proxy.invalid:3128',
    INVENTORY_RETRIES: '0',
  };
  const running = await start(environment.INVENTORY_URL, environment);
  const reason = async () => (await running.status()).inventory.lastFailure?.reason;
  expect(await running.targets()).toEqual(['a:9100']);

  await secret('token', 'planted-token-2');
  await secret('headers', 'X-Api-Key: planted-key-2');
  await secret('cert', tlsFixture('other-client.crt'));
  await secret('key', tlsFixture('other-client.key'));
  running.program.kill('SIGHUP');
  await waitFor('the second poll', () => seen.length > 1);
  expect(seen).toEqual([
    'Bearer planted-token-1 planted-key-1 client',
    'Bearer planted-token-2 planted-key-2 other-client',
  ]);

  const everything: string[] = [await shown(running, environment)];
  const troubles: [why: string, make: () => unknown][] = [
    ['status', () => (answer = (_, response) => void response.writeHead(401).end('planted-token-2'))],
    [
      'not_json',
      () => (answer = (request, response) => void response.end(`<p>${request.headers.authorization}`)),
    ],
    [
      'redirect',
      () =>
        (answer = (_, response) =>
          void response.writeHead(302, { location: `${elsewhere}/?t=planted-token-2` }).end()),
    ],
    ['tls', () => secret('ca', tlsFixture('other-ca.crt'))],
    ['credentials', () => secret('ca', 'planted-ca')],
    ['credentials', () => secret('headers', 'planted-headers')],
    ['credentials', () => secret('token', 'planted token')],
    ['credentials', () => rm(join(secrets.path, 'key'))],
  ];
  for (const [why, make] of troubles) {
    await make();
    expect(await running.reload(), why).toBe(500);
    expect(await reason()).toBe(why);
    expect(await running.targets()).toEqual(['a:9100']);
    everything.push(await shown(running, why === 'not_json' ? environment : undefined));
  }
  expect(foreign).toEqual([]); // https to http is not followed

  expect(everything.join('\n')).toContain('"HTTP_PROXY":"http://proxy.invalid:3128/"');
  const keys = ['client.key', 'other-client.key'].map((name) => tlsFixture(name).split('\n')[1] ?? 'none');
  for (const planted of ['planted', ...keys])
    expect(everything.filter((text) => text.includes(planted))).toEqual([]);

  await secret('ca', tlsFixture('ca.crt'));
  await secret('headers', 'X-Api-Key: planted-key-3');
  await secret('token', 'planted-token-3');
  await secret('key', tlsFixture('other-client.key'));
  answer = (_, response) => void response.end('["a","b"]');
  expect(await running.reload()).toBe(200);
  expect(seen.at(-1)).toBe('Bearer planted-token-3 planted-key-3 other-client');
  expect(await running.metric('poll_failures_total{reason="credentials"}')).toBeGreaterThanOrEqual(4);
  expect(await running.metric('file_write_failures_total{reason="other"}')).toBe(0);
});

test('a file that is not there yet stops no start', async () => {
  const url = await serve(startTestServer((_, response) => void response.end('["a"]')));
  const running = await start(url, { INVENTORY_BASIC_AUTH_FILE: join(secrets.path, 'user') });
  expect((await running.status()).inventory.lastFailure).toEqual({
    reason: 'credentials',
    message: `cannot fetch inventory: INVENTORY_BASIC_AUTH_FILE: cannot read ${secrets.path}/user: there is no such file`,
  });
  await secret('user', 'me:planted-password');
  expect(await running.reload()).toBe(200);
  expect(await running.targets()).toEqual(['a:9100']);
});

test('through a proxy, by OAuth2, and neither the password of the one nor the secret of the other is seen', async () => {
  let tokens = 0;
  let taken = 'Bearer planted-token-1';
  const login = await serve(
    startTestServer((_, response) => {
      tokens += 1;
      response.end(JSON.stringify({ access_token: `planted-token-${tokens}`, expires_in: 3600 }));
    }),
  );
  const inventory = await serve(
    startTlsServer(
      'wrong-name',
      ({ headers }, response) =>
        void response.writeHead(headers.authorization === taken ? 200 : 401).end('["a"]'),
    ),
  );
  const proxy = await startProxy();
  stops.push(proxy.stop);
  const text = `client_id: me\nclient_secret: planted-secret\ntoken_url: ${login}/token\n`;
  const environment = {
    INVENTORY_URL: inventory.replace('127.0.0.1', 'inventory.example.com'),
    INVENTORY_CA_FILE: await secret('ca', tlsFixture('ca.crt')),
    INVENTORY_OAUTH2_FILE: await secret('oauth2', text),
    https_proxy: proxy.url.replace('//', '//user:planted-proxy@'),
    INVENTORY_RETRIES: '0',
  };
  const running = await start(environment.INVENTORY_URL, environment);
  expect(await running.targets()).toEqual(['a:9100']);
  taken = 'Bearer planted-token-2';
  expect(await running.reload()).toBe(200);
  expect(tokens).toBe(2);
  const seen = [await shown(running, environment)];
  await secret('oauth2', text.replace('planted-secret', '[planted-secret]'));
  expect(await running.reload()).toBe(500);
  seen.push(await shown(running));
  await proxy.stop();
  await secret('oauth2', text);
  seen.push(await shown(running, environment));
  expect(seen.filter((shown) => shown.includes('planted'))).toEqual([]);
  expect(proxy.asked.every(({ line }) => /^CONNECT inventory\.example\.com:\d+$/.test(line))).toBe(true);
});
