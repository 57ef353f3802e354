// The program with its doors open: what it warns of, and that what was acknowledged survives a crash.

import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alternativeNames } from '../../../src/lib/client-certificate.ts';
import { freePort } from '../../helpers/free-port.ts';
import { tlsFixture } from '../../helpers/http-server.ts';
import { type MiniTsdb, startMiniTsdb } from '../../helpers/mini-tsdb.ts';
import { startNode } from '../../helpers/process.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { basic, WEB, webFolder } from '../../helpers/web-config.ts';

let dir: TempDir;
let config: string;
beforeEach(async () => {
  dir = await tempDir('push');
  config = join(dir.path, 'prometheus.yml');
  await writeFile(config, 'scrape_configs: []\n');
});
afterEach(() => dir.remove());

test('everybody may push: it is warned of where others can reach it and no clients are named', async () => {
  const clients = join(dir.path, 'clients.yml');
  await writeFile(clients, 'clients: [{name: a, token: t}]');
  const warnings = async (...flags: string[]) => {
    const program = startNode('src/tsdb.ts', [`--config.file=${config}`, ...flags]);
    await program.line(/"msg":"listening"/);
    await program.stop();
    return program.stdout.filter((line) => line.includes('whoever this address lets in')).length;
  };
  const [open, loopback] = [
    `--web.listen-address=0.0.0.0:${await freePort()}`,
    '--web.listen-address=127.0.0.1:0',
  ];
  expect(await warnings(open, '--web.enable-push')).toBe(1);
  expect(await warnings(open)).toBe(0);
  expect(await warnings(open, '--web.enable-push', `--push.clients-file=${clients}`)).toBe(0);
  expect(await warnings(loopback, '--web.enable-push')).toBe(0);
  const grpc = (host: string) => warnings(loopback, `--grpc.listen-address=${host}:0`);
  expect([await grpc('0.0.0.0'), await grpc('127.0.0.1')]).toEqual([1, 0]);
  expect(await warnings(open, '--web.enable-remote-write-receiver', '--grpc.listen-address=:0')).toBe(2);
}, 180_000);

test('behind users they are the clients: it is warned of, and they have the limits of the clients file', async () => {
  const folder = await webFolder(WEB.users({ ann: 'secret', bob: 'secret' }));
  const clients = await folder.add('clients.yml', 'clients: [{name: ann, token: t, samples_per_second: 2}]');
  const server = startNode('src/tsdb.ts', [
    `--config.file=${config}`,
    `--web.listen-address=127.0.0.1:${await freePort()}`,
    `--web.config.file=${folder.path}`,
    '--web.enable-push',
    `--push.clients-file=${clients}`,
  ]);
  const { address } = JSON.parse(await server.line(/"msg":"listening"/));
  const push = async (authorization: string, metrics: number) => {
    const headers = { 'content-type': 'application/json', authorization };
    const body = JSON.stringify(Array.from({ length: metrics }, () => ({ name: 'a', value: 1 })));
    return (await fetch(`http://${address}/v1/metrics`, { method: 'POST', headers, body })).status;
  };
  expect(await push(basic('ann', 'secret'), 3)).toBe(413);
  expect(await push(basic('bob', 'secret'), 3)).toBe(201);
  expect(await push('Bearer t', 1)).toBe(401);
  await server.stop();
  await folder.remove();
  expect(server.stdout.filter((line) => line.includes('the name of the user is the client'))).toHaveLength(1);
});

test('handing over where others can reach it is warned of, unless users are demanded', async () => {
  const folder = await webFolder(WEB.users({ ann: 'secret' }));
  const warnings = async (host: string, ...flags: string[]) => {
    const address = `--web.listen-address=${host}:${await freePort()}`;
    const program = startNode('src/tsdb.ts', [`--config.file=${config}`, address, ...flags]);
    await program.line(/"msg":"listening"/);
    await program.stop();
    return program.stdout.filter((line) => line.includes('can take the samples')).length;
  };
  const drain = '--web.enable-export-drain';
  expect(await warnings('0.0.0.0', drain)).toBe(1);
  expect(await warnings('127.0.0.1', drain)).toBe(0);
  expect(await warnings('0.0.0.0')).toBe(0);
  expect(await warnings('0.0.0.0', drain, `--web.config.file=${folder.path}`)).toBe(0);
  await folder.remove();
});

test('over TLS a client is known by its certificate, and has the limits of it', async () => {
  const folder = await webFolder(`${WEB.tls}${WEB.required}`);
  const [name = ''] = alternativeNames(new X509Certificate(tlsFixture('client.crt')).subjectAltName ?? '');
  const clients = await folder.add(
    'clients.yml',
    `clients: [{name: gateway, certificate: ${name}, samples_per_second: 2}]`,
  );
  const address = `127.0.0.1:${await freePort()}`;
  const program = startNode('src/tsdb.ts', [
    `--config.file=${config}`,
    `--web.listen-address=${address}`,
    `--web.config.file=${folder.path}`,
    '--web.enable-push',
    `--push.clients-file=${clients}`,
  ]);
  await program.line(/"msg":"listening"/);
  const pair = { cert: tlsFixture('client.crt'), key: tlsFixture('client.key') };
  const push = (metrics: number, own: object = pair) =>
    new Promise<number | undefined>((resolve) => {
      const asked = request(`https://${address}/v1/metrics`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        ca: tlsFixture('ca.crt'),
        servername: 'localhost',
        ...own,
      });
      asked.on('response', (answer) => resolve(answer.resume().statusCode));
      asked.on('error', () => resolve(undefined));
      asked.end(JSON.stringify(Array.from({ length: metrics }, () => ({ name: 'a', value: 1 }))));
    });
  expect(await push(2)).toBe(201);
  expect(await push(3)).toBe(413);
  expect(await push(1, {})).toBe(403);
  await program.stop();
  await folder.remove();
});

test('a client that a certificate names is warned of where none is asked for', async () => {
  const folder = await webFolder(WEB.tls);
  const clients = await folder.add(
    'clients.yml',
    'clients: [{name: gateway, certificate: edge.example}, {name: lab, token: t}]',
  );
  const warnings = async (...flags: string[]) => {
    const program = startNode('src/tsdb.ts', [
      `--config.file=${config}`,
      '--web.listen-address=127.0.0.1:0',
      '--web.enable-push',
      `--push.clients-file=${clients}`,
      ...flags,
    ]);
    await program.line(/"msg":"listening"/);
    await program.stop();
    return program.stdout.filter((line) => line.includes('no client certificate is asked for'));
  };
  const plain = await warnings();
  expect(plain.map((line) => JSON.parse(line))).toMatchObject([{ level: 'warn', clients: ['gateway'] }]);
  expect(await warnings(`--web.config.file=${folder.path}`)).toHaveLength(1);
  await folder.write(`${WEB.tls}${WEB.required}`);
  expect(await warnings(`--web.config.file=${folder.path}`)).toHaveLength(0);
  await folder.remove();
}, 120_000);

test('limits without a door are warned of', async () => {
  const flags = [`--config.file=${config}`, '--web.listen-address=127.0.0.1:0', '--push.max-concurrency=4'];
  const program = startNode('src/tsdb.ts', flags);
  const line = await program.line(/has no effect/);
  await program.stop();
  expect(JSON.parse(line)).toMatchObject({
    level: 'warn',
    msg: expect.stringMatching(/^--push\.max-concurrency has no effect: no door for pushes is open/),
  });
});

test('a clients file that cannot be used ends it, and its tokens are not told', async () => {
  const clients = join(dir.path, 'clients.yml');
  await writeFile(clients, 'clients:\n  - {name: a, token: s3cret, limit: 5}');
  const flags = [`--config.file=${config}`, '--web.enable-push', `--push.clients-file=${clients}`];
  const program = startNode('src/tsdb.ts', [...flags, '--web.listen-address=127.0.0.1:0']);
  expect(await program.exit).toEqual({ code: 1, signal: null });
  const told = [...program.stdout, ...program.stderr].join('\n');
  expect(told).toContain('line 2: unknown field "limit"');
  expect(told).not.toContain('s3cret');
});

test('what was acknowledged is there after kill -9', async () => {
  const acknowledged = new Set<string>();
  for (let round = 0; round < 3; round += 1) {
    const server = await start();
    const writers = Array.from({ length: 4 }, (_, i) => pushOn(server.url, `${round}_${i}`, acknowledged));
    await sleep(700);
    server.program.kill('SIGKILL');
    await Promise.all(writers);
    await server.program.exit;
  }
  expect(acknowledged.size).toBeGreaterThan(10);
  const server = await start();
  const export_ = await (await fetch(`${server.url}/v1/export?format=jsonl`)).text();
  await server.stop();
  const stored = export_
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const kept = new Set(
    stored.flatMap(({ metric, values }) => values.map((value: number) => `${metric.writer}:${value}`)),
  );
  expect([...acknowledged].filter((one) => !kept.has(one))).toEqual([]);
});

const start = (): Promise<MiniTsdb> =>
  startMiniTsdb(config, ['--web.enable-push', `--storage.tsdb.path=${join(dir.path, 'data')}`]);

/** Pushes numbers until the server has gone, and notes those that it has acknowledged. */
async function pushOn(url: string, writer: string, acknowledged: Set<string>): Promise<void> {
  for (let value = 0; ; value += 1) {
    const body = JSON.stringify({ name: 'number', value, tags: { writer } });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/metrics`, { method: 'POST', headers, body }).catch(() => undefined);
    if (answer === undefined) return;
    if (answer.status === 201) acknowledged.add(`${writer}:${value}`);
  }
}
