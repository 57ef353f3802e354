// mini-tsdb with the queue in Redis, as its users start it: secrets, TLS, and what a crash leaves.

import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../helpers/free-port.ts';
import { tlsFixturePath } from '../../../helpers/http-server.ts';
import { startMiniTsdb } from '../../../helpers/mini-tsdb.ts';
import { startNode } from '../../../helpers/process.ts';
import { type RunningRedis, startRedis } from '../../../helpers/redis.ts';
import { type TempDir, tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { STREAM } from './helpers.ts';

const PASSWORD = 'correct-horse-battery';

let redis: RunningRedis;
let folder: TempDir;
let config: string;
let urlFile: string;

beforeAll(async () => {
  const tlsPort = String(await freePort());
  redis = await startRedis({
    requirepass: PASSWORD,
    'tls-port': tlsPort,
    'tls-cert-file': tlsFixturePath('server.crt'),
    'tls-key-file': tlsFixturePath('server.key'),
    'tls-ca-cert-file': tlsFixturePath('ca.crt'),
    'tls-auth-clients': 'no',
  });
  folder = await tempDir('redis-program');
  config = join(folder.path, 'prometheus.yml');
  urlFile = join(folder.path, 'redis-url');
  await writeFile(config, 'scrape_configs: []\n');
  await writeFile(urlFile, `rediss://:${PASSWORD}@localhost:${tlsPort}\n`);
  await chmod(urlFile, 0o600);
});
afterAll(async () => {
  await redis.stop();
  await folder.remove();
});

const queueFlags = () => [
  '--web.enable-push',
  '--queue.engine=redis',
  `--queue.redis.url-file=${urlFile}`,
  `--queue.redis.ca-file=${tlsFixturePath('ca.crt')}`,
  '--queue.redis.appendfsync=always',
];

function push(url: string, name: string): Promise<number> {
  const body = JSON.stringify({ name, value: 30, timestamp: new Date().toISOString() });
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${url}/v1/metrics`, { method: 'POST', headers, body }).then(({ status }) => status);
}

async function names(url: string): Promise<unknown> {
  return (await fetch(`${url}/v1/metrics`)).json();
}

test('what is pushed can be queried, over TLS and with a password that is shown nowhere', async () => {
  const tsdb = await startMiniTsdb(config, queueFlags());
  try {
    await waitFor('a push to be taken', async () => (await push(tsdb.url, 'temperature')) === 201);
    await waitFor('the metric', async () => String(await names(tsdb.url)) === 'temperature');
    const exposition = await (await fetch(`${tsdb.url}/metrics`)).text();
    expect(exposition).toContain('mini_tsdb_queue_redis_up 1');
    expect(exposition).toContain('mini_tsdb_queue_waiting_samples 0');
    const status = await (await fetch(`${tsdb.url}/api/v1/status/flags`)).text();
    expect([...tsdb.program.stdout, ...tsdb.program.stderr, exposition, status].join()).not.toContain(
      PASSWORD,
    );
  } finally {
    await tsdb.stop();
  }
  expect((await tsdb.program.exit).code).toBe(0);
  expect(await redis.ask('XINFO', 'CONSUMERS', STREAM, 'store')).toEqual([]);
});

test('without Redis it starts, answers 503 with Retry-After, and takes pushes once Redis is there', async () => {
  await redis.kill();
  const tsdb = await startMiniTsdb(config, queueFlags());
  try {
    const answer = await fetch(`${tsdb.url}/v1/metrics`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"name":"a","value":1}',
    });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
    await tsdb.program.line(
      /cannot use Redis at localhost:\d+: .*ECONNREFUSED.*pushes are refused, trying again/,
    );
    await redis.start();
    await waitFor('a push to be taken', async () => (await push(tsdb.url, 'later')) === 201);
    await waitFor('the metric', async () => String(await names(tsdb.url)) === 'later');
  } finally {
    await tsdb.stop();
  }
});

test.each([
  [
    'no file',
    [],
    'cannot start: 1 faulty flag; see --help',
    '  --queue.engine=redis needs --queue.redis.url-file',
  ],
  [
    'a file that is not there',
    ['--queue.redis.url-file=/nowhere/url'],
    'cannot read /nowhere/url: there is no such file',
  ],
  [
    'a file without a URL',
    ['--queue.redis.url-file=package.json'],
    'cannot use package.json: it holds no URL that begins with redis:// or rediss://',
  ],
])('with %s it ends, and says why', async (_, flags, ...message) => {
  const program = startNode('src/tsdb.ts', [`--config.file=${config}`, '--queue.engine=redis', ...flags]);
  expect(await program.exit).toEqual({ code: 1, signal: null });
  expect(program.stderr).toEqual(message);
});

test.each([
  ['a password that is not encoded', 'redis://:p@s/hidden#w?@127.0.0.1:6379'],
  ['a path that is no number', 'redis://127.0.0.1:6379/hidden'],
  ['a query', 'redis://127.0.0.1:6379/0?db=hidden'],
])('with %s in its URL it ends, and does not show it', async (_, text) => {
  const path = join(folder.path, 'faulty-url');
  await writeFile(path, text);
  const program = startNode('src/tsdb.ts', [
    `--config.file=${config}`,
    '--queue.engine=redis',
    `--queue.redis.url-file=${path}`,
  ]);
  expect(await program.exit).toEqual({ code: 1, signal: null });
  expect(program.stderr).toEqual([
    expect.stringMatching(/^cannot use .+: it holds no valid URL; characters /),
  ]);
  expect([...program.stdout, ...program.stderr].join('\n')).not.toContain('hidden');
});

test('when its address is taken it ends, connected to Redis or not', async () => {
  const first = await startMiniTsdb(config);
  try {
    const address = first.url.replace('http://', '');
    const second = startNode('src/tsdb.ts', [
      `--config.file=${config}`,
      `--web.listen-address=${address}`,
      ...queueFlags(),
    ]);
    expect((await second.exit).code).toBe(1);
  } finally {
    await first.stop();
  }
});
