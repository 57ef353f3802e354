// Measures the JSON doors: CPU time of the server for a request with one metric, and for each sample of a batch.
//   npx node tools/bench/push.ts [--seconds 5] [--rounds 3] [--batch 1000] [--series 1000] [--tags 2] [--connections 32] [--disk]

import '../../src/lib/node-version.ts';
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    batch: { type: 'string', default: '1000' },
    series: { type: 'string', default: '1000' },
    tags: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
    disk: { type: 'boolean', default: false },
  },
});
const [seconds, rounds, batch, series, tags, connections] = (
  ['seconds', 'rounds', 'batch', 'series', 'tags', 'connections'] as const
).map((name) => Number(options[name])) as [number, number, number, number, number, number];

const folder = await mkdtemp(join(tmpdir(), 'bench-push-'));
await writeFile(join(folder, 'prometheus.yml'), 'scrape_configs: []\n');
const server = fork(new URL('../../src/tsdb.ts', import.meta.url).pathname, serverFlags(), {
  execArgv: ['--import', new URL('tell-cpu.ts', import.meta.url).href],
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
try {
  const port = await portOf();
  await report(port, 'one metric a request', 1);
  await report(port, `${batch} metrics a request`, batch);
} finally {
  server.kill();
  await rm(folder, { recursive: true });
}

function serverFlags(): string[] {
  const limits = ['samples', 'requests'].map((what) => `--push.${what}-per-second=10000000`);
  const store = options.disk ? [`--storage.tsdb.path=${join(folder, 'data')}`] : [];
  const file = join(folder, 'prometheus.yml');
  return [
    `--config.file=${file}`,
    '--web.listen-address=127.0.0.1:0',
    '--web.enable-push',
    ...limits,
    ...store,
  ];
}

async function portOf(): Promise<number> {
  for await (const chunk of server.stdout ?? []) {
    const port = /"address":"127\.0\.0\.1:(\d+)","msg":"listening"/.exec(String(chunk))?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('the server did not start');
}

async function report(port: number, what: string, metrics: number): Promise<void> {
  const bodies = Array.from({ length: Math.max(1, Math.ceil(series / metrics)) }, (_, i) =>
    bodyOf(i * metrics, metrics),
  );
  await load(port, bodies, 2);
  const found: number[] = [];
  for (let i = 0; i < rounds; i += 1) found.push(await load(port, bodies, seconds));
  const cost = median(found);
  const parsing = parseCost(bodies[0] as string);
  console.log(
    `${what}: ${cost.toFixed(1)} µs of CPU a request (${found.map((one) => one.toFixed(1)).join(' ')})`,
  );
  console.log(
    `  ${Math.round(1e6 / cost)} requests and ${Math.round((metrics * 1e6) / cost)} samples a CPU second`,
  );
  console.log(
    `  JSON.parse alone ${parsing.toFixed(1)} µs; above it ${((cost - parsing) / metrics).toFixed(2)} µs a sample`,
  );
}

function bodyOf(first: number, metrics: number): string {
  const list = Array.from({ length: metrics }, (_, i) => ({
    name: `sensor_value_${(first + i) % 50}`,
    value: 20 + ((first + i) % 100) / 8,
    tags: Object.fromEntries(
      Array.from({ length: tags }, (_unused, tag) => [
        `tag_${tag}`,
        tag === 0 ? `sensor-${first + i}` : `value-${tag}`,
      ]),
    ),
  }));
  return JSON.stringify(metrics === 1 ? list[0] : list);
}

/** @returns microseconds of the server's CPU a request. */
async function load(port: number, bodies: readonly string[], duration: number): Promise<number> {
  const requests = bodies.map(requestOf);
  const stop = { now: false };
  const before = await cpu();
  const running = Array.from({ length: connections }, (_, i) => ask(port, requests, i, stop));
  await sleep(duration * 1000);
  stop.now = true;
  const answered = (await Promise.all(running)).reduce((sum, one) => sum + one, 0);
  return ((await cpu()) - before) / answered;
}

function requestOf(body: string): Buffer {
  return Buffer.from(
    `POST /v1/metrics HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer bench-token\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

// One request at a time, by hand: the load must not cost more than what it measures.
function ask(
  port: number,
  requests: readonly Buffer[],
  first: number,
  stop: { now: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    let answered = 0;
    const socket = connect(port, '127.0.0.1');
    const next = () => socket.write(requests[(first + answered) % requests.length] as Buffer);
    socket.on('connect', next).on('error', reject);
    socket.on('data', (chunk) => {
      if (!chunk.includes('201 Created')) reject(new Error(String(chunk)));
      answered += 1;
      if (!stop.now) next();
      else {
        socket.destroy();
        resolve(answered);
      }
    });
  });
}

function cpu(): Promise<number> {
  return new Promise((resolve) => {
    server.once('message', (message) => resolve(message as number));
    server.send('cpu');
  });
}

function parseCost(body: string): number {
  const costs: number[] = [];
  const times = Math.max(20, Math.round(2e6 / body.length));
  for (let round = 0; round < 7; round += 1) {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i += 1) JSON.parse(body);
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / times);
  }
  return median(costs);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
