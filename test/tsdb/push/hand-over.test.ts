// The program hands over what was pushed through each of its doors, and nothing is lost when it or its reader is killed.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../helpers/free-port.ts';
import { grpcClient } from '../../helpers/grpc-client.ts';
import { type Program, startNode } from '../../helpers/process.ts';
import { startRedis } from '../../helpers/redis.ts';
import { encodeWriteRequest, snappy } from '../../helpers/remote-write.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const SCRIPT = 'src/tsdb.ts';
const JSON_TYPE = { 'content-type': 'application/json' };

let dir: TempDir;
let config: string;
beforeEach(async () => {
  dir = await tempDir('hand-over');
  config = join(dir.path, 'prometheus.yml');
  await writeFile(config, 'scrape_configs: []\n');
});
afterEach(() => dir.remove());

interface Server {
  readonly url: string;
  readonly program: Program;
}

async function start(port: number, ...flags: string[]): Promise<Server> {
  const address = `127.0.0.1:${port}`;
  const switches = ['--web.enable-push', '--web.enable-export-drain', '--push.samples-per-second=1000000'];
  const program = startNode(SCRIPT, [
    `--config.file=${config}`,
    `--web.listen-address=${address}`,
    ...switches,
    ...flags,
  ]);
  onTestFinished(async () => void (await program.stop()));
  await program.line(/"msg":"listening"/);
  return { url: `http://${address}`, program };
}

test('what comes through each door is handed over and told by /federate, with HELP and TYPE', async () => {
  const grpcPort = await freePort();
  const { url } = await start(
    await freePort(),
    '--web.enable-remote-write-receiver',
    `--grpc.listen-address=127.0.0.1:${grpcPort}`,
  );
  const now = Math.floor(Date.now() / 1000) * 1000;
  const post = (path: string, body: string | Buffer, headers: Record<string, string>) =>
    fetch(url + path, { method: 'POST', body: body as string, headers });
  const one = { name: 'plant.load', value: 30, timestamp_ms: now - 5, type: 'gauge', help: 'of the plant' };
  expect((await post('/v1/metrics', JSON.stringify(one), JSON_TYPE)).status).toBe(201);
  const many = {
    metrics: [{ name: 'cpu_usage', value: 75.5, type: 'counter', tags: { host: 'a' }, timestamp_ms: now }],
  };
  expect((await post('/metrics', JSON.stringify(many), JSON_TYPE)).status).toBe(200);
  const series = {
    labels: { __name__: 'rooms', room: 'b' },
    samples: [
      [now - 1000, 1],
      [now, 2],
    ] as const,
  };
  const metadata = [{ type: 2, metric_family_name: 'rooms', help: 'that are lit', unit: '' }];
  const remote = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
  expect((await post('/api/v1/write', snappy(encodeWriteRequest([series], metadata)), remote)).status).toBe(
    204,
  );
  const grpc = grpcClient(
    'src/tsdb/push/metrics.proto',
    'data_nexus.MetricsService',
    `127.0.0.1:${grpcPort}`,
  );
  await grpc.call('IngestMetric', {
    name: 'events',
    value: 4,
    type: 'counter',
    timestamp: now / 1000,
    labels: {},
  });
  grpc.close();

  const federated = await (await fetch(`${url}/federate?match[]={__name__!=""}`)).text();
  expect(federated.split('\n').filter(Boolean)).toEqual([
    '# TYPE cpu_usage counter',
    `cpu_usage{host="a",instance=""} 75.5 ${now}`,
    '# TYPE events counter',
    `events{instance=""} 4 ${now}`,
    '# HELP plant_load of the plant',
    '# TYPE plant_load gauge',
    `plant_load{instance=""} 30 ${now - 5}`,
    '# HELP rooms that are lit',
    '# TYPE rooms gauge',
    `rooms{room="b",instance=""} 2 ${now}`,
  ]);
  const handedOver = await (await fetch(`${url}/export?drain=true`)).text();
  const all = federated
    .split('\n')
    .flatMap((line) =>
      line.startsWith('rooms') ? [`rooms{room="b",instance=""} 1 ${now - 1000}`, line] : [line],
    );
  expect(handedOver.split('\n')).toEqual(all);
  // Another value at the same time is not stored, and so not handed over; the same one is, for who pushes it again.
  await post(
    '/v1/metrics',
    JSON.stringify([{ ...one, value: 31 }, { ...one, name: 'late', timestamp_ms: 1000 }, one]),
    JSON_TYPE,
  );
  const again = await (await fetch(`${url}/export?drain=true`)).text();
  expect(again.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    `plant_load{instance=""} 30 ${now - 5}`,
  ]);
});

test('when nobody fetches, pushes are refused with the reason, and taken again afterwards', async () => {
  const { url } = await start(await freePort(), '--export.max-samples=1000');
  const push = (from: number) => {
    const body = Array.from({ length: 1000 }, (_, i) => ({
      name: 'm',
      value: from + i,
      tags: { i: String(i) },
    }));
    return fetch(`${url}/v1/metrics`, { method: 'POST', body: JSON.stringify(body), headers: JSON_TYPE });
  };
  expect((await push(0)).status).toBe(201);
  const refused = await push(1000);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await refused.text()).toContain('nobody fetches /export?drain=true');
  await (await fetch(`${url}/export?drain=true`)).text();
  await waitFor('room', async () => (await push(2000)).status === 201);
});

test('a reader that is there when the server is told to stop does not hold it up, and what it had comes again', async () => {
  const port = await freePort();
  const path = `--storage.tsdb.path=${join(dir.path, 'data')}`;
  const first = await start(port, path);
  await pushNumbers(first.url, 0, 3000);
  const reader = startNode('test/programs/stuck-reader.ts', [`${first.url}/export?drain=true`, '10']);
  await reader.line(/^read$/);
  expect(await first.program.stop()).toEqual({ code: 0, signal: null });
  await reader.stop();
  const second = await start(port, path);
  expect(new Set(await readNumbers(second.url))).toEqual(
    new Set(Array.from({ length: 3000 }, (_, i) => String(i))),
  );
});

describe('kill -9 of readers and of the server, under pushes: the union of what readers got is complete', () => {
  test.each(['disk', 'redis'])('%s', async (engine) => {
    const port = await freePort();
    const flags = engine === 'disk' ? [`--storage.tsdb.path=${join(dir.path, 'data')}`] : await redisFlags();
    const acknowledged = new Set<string>();
    const got = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const server = await start(port, ...flags);
      const pushers = [0, 1].map((i) => pushOn(server.url, `${round}_${i}`, acknowledged));
      const readers = [readOn(server.url, got), readOn(server.url, got)];
      await sleep(250);
      const stuck = startNode('test/programs/stuck-reader.ts', [`${server.url}/export?drain=true`, '0']);
      await stuck.line(/^asked$/);
      await sleep(150);
      if (round === 1) stuck.kill('SIGKILL');
      await sleep(100);
      server.program.kill('SIGKILL');
      await Promise.all([...pushers, ...readers]);
      await stuck.stop();
    }
    expect(acknowledged.size).toBeGreaterThan(20);
    const last = await start(port, ...flags);
    await waitFor('all to be handed over', async () => {
      for (const number of await readNumbers(last.url)) got.add(number);
      return [...acknowledged].every((number) => got.has(number));
    });
  });
});

async function redisFlags(): Promise<string[]> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const file = join(dir.path, 'redis-url');
  await writeFile(file, redis.url, { mode: 0o600 });
  return ['--queue.engine=redis', `--queue.redis.url-file=${file}`];
}

async function pushNumbers(url: string, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += 1000) {
    const metrics = Array.from({ length: Math.min(1000, to - start) }, (_, i) => numbered(String(start + i)));
    const body = JSON.stringify(metrics);
    const answer = await fetch(`${url}/v1/metrics`, { method: 'POST', headers: JSON_TYPE, body });
    expect(answer.status).toBe(201);
  }
}

function numbered(number: string) {
  return { name: 'number', value: 1, tags: { number } };
}

/** Takes one answer. */
async function readNumbers(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/export?drain=true&limit=5000`);
  const text = await answer.text();
  return Array.from(text.matchAll(/number="([^"]*)"/g), ([, number = '']) => number);
}

/** Reads until the server has gone; half of an answer does not count. */
async function readOn(url: string, got: Set<string>): Promise<void> {
  for (;;) {
    const numbers = await readNumbers(url).catch(() => undefined);
    if (numbers === undefined) return;
    for (const number of numbers) got.add(number);
    await sleep(20);
  }
}

/** Pushes until the server has gone, and notes what it has acknowledged. */
async function pushOn(url: string, writer: string, acknowledged: Set<string>): Promise<void> {
  for (let value = 0; ; value += 1) {
    const numbers = Array.from({ length: 10 }, (_, i) => `${writer}_${value}_${i}`);
    const body = JSON.stringify(numbers.map(numbered));
    const answer = await fetch(`${url}/v1/metrics`, { method: 'POST', headers: JSON_TYPE, body }).catch(
      () => undefined,
    );
    if (answer === undefined) return;
    if (answer.status === 201) for (const number of numbers) acknowledged.add(number);
  }
}
