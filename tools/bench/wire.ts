// Measures remote write and gRPC: CPU time of the server for each sample of a batch, and for a unary gRPC call.
//   npx node tools/bench/wire.ts [--seconds 3] [--rounds 5] [--batch 1000] [--labels 6] [--connections 4]

import '../../src/lib/node-version.ts';
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, credentials, loadPackageDefinition, type MethodDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import protobuf from 'protobufjs/minimal.js';
import { compress } from 'snappyjs';
import { Pool } from 'undici';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    batch: { type: 'string', default: '1000' },
    labels: { type: 'string', default: '6' },
    connections: { type: 'string', default: '4' },
  },
});
const SECONDS = Number(options.seconds);
const ROUNDS = Number(options.rounds);
const BATCH = Number(options.batch);
const LABELS = Number(options.labels);
const CONNECTIONS = Number(options.connections);

const folder = await mkdtemp(join(tmpdir(), 'bench-wire-'));
await writeFile(join(folder, 'prometheus.yml'), 'scrape_configs: []\n');
const server = fork(
  new URL('../../src/tsdb.ts', import.meta.url).pathname,
  [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    '--web.listen-address=127.0.0.1:0',
    '--web.enable-remote-write-receiver',
    '--grpc.listen-address=127.0.0.1:0',
    '--push.samples-per-second=10000000',
    '--push.requests-per-second=10000000',
  ],
  {
    execArgv: ['--import', new URL('tell-cpu.ts', import.meta.url).href],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  },
);
try {
  const { http, grpc } = await addresses();
  await report(`remote write, ${BATCH} samples a request`, BATCH, remoteWrite(http));
  await report(`gRPC, ${BATCH} metrics a call`, BATCH, grpcBatches(grpc));
  await report('gRPC, one metric a call', 1, grpcMetrics(grpc));
} finally {
  server.kill();
  await rm(folder, { recursive: true });
}
process.exit();

async function addresses(): Promise<{ http: string; grpc: string }> {
  let lines = '';
  for await (const chunk of server.stdout ?? []) {
    lines += chunk;
    const of = (word: string) => new RegExp(`"address":"([^"]+)","msg":"${word}"`).exec(lines)?.[1];
    const [http, grpc] = [of('listening'), of('listening for gRPC')];
    if (http !== undefined && grpc !== undefined) return { http, grpc };
  }
  throw new Error('the server did not start');
}

/** Sends the next request, and resolves when it has been answered. */
type Send = () => Promise<void>;

async function report(what: string, samples: number, send: Send): Promise<void> {
  await load(send, 2);
  const found: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) found.push((await load(send, SECONDS)) / samples);
  const median = found.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  console.log(
    `${what}: ${median.toFixed(2)} µs of CPU a sample (${found.map((one) => one.toFixed(2)).join(' ')})`,
  );
}

/** @returns microseconds of the server's CPU a request. */
async function load(send: Send, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  const before = await cpu();
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      let answered = 0;
      for (; performance.now() < end; answered += 1) await send();
      return answered;
    }),
  );
  return ((await cpu()) - before) / counts.reduce((sum, count) => sum + count, 0);
}

function cpu(): Promise<number> {
  return new Promise((resolve) => {
    server.once('message', (message) => resolve(message as number));
    server.send('cpu');
  });
}

function labelsOf(series: number): [string, string][] {
  const others = Array.from({ length: LABELS - 1 }, (_, i): [string, string] => [
    `label_${i}`,
    i === 0 ? `sensor_${series}:9100` : `value-${i}`,
  ]);
  return [['__name__', `sensor_value_${series % 50}_total`], ...others];
}

function remoteWrite(address: string): Send {
  const pool = new Pool(`http://${address}`, { connections: CONNECTIONS });
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
  // Each with times of its own, as scrapes have them; packed now, so that the load costs little.
  const start = Date.now() - 3_000_000;
  const bodies = Array.from({ length: 300 }, (_, i) =>
    Buffer.from(compress(writeRequest(start + i * 10_000))),
  );
  let next = 0;
  return async () => {
    const body = bodies[next++ % bodies.length] as Buffer;
    const answer = await pool.request({ method: 'POST', path: '/api/v1/write', headers, body });
    if (answer.statusCode !== 204) throw new Error(await answer.body.text());
    await answer.body.dump();
  };
}

function writeRequest(time: number): Uint8Array {
  const request = protobuf.Writer.create();
  for (let series = 0; series < BATCH; series += 1) {
    request.uint32(10).fork();
    for (const [name, value] of labelsOf(series))
      request.uint32(10).fork().uint32(10).string(name).uint32(18).string(value).ldelim();
    request
      .uint32(18)
      .fork()
      .uint32(9)
      .double(Math.round(Math.random() * 1000))
      .uint32(16)
      .int64(time)
      .ldelim();
    request.ldelim();
  }
  return request.finish();
}

interface Service {
  readonly service: Readonly<Record<string, MethodDefinition<object, object>>>;
}

// Messages are made now, so that the load costs little.
function grpcCalls(address: string, method: string, messages: readonly object[]): Send {
  const proto = new URL('../../src/tsdb/push/metrics.proto', import.meta.url).pathname;
  const loaded = loadPackageDefinition(loadSync(proto)) as unknown as {
    data_nexus: { MetricsService: Service };
  };
  const { path, requestSerialize } = loaded.data_nexus.MetricsService.service[method] as MethodDefinition<
    object,
    object
  >;
  const client = new Client(address, credentials.createInsecure());
  const encoded = messages.map(requestSerialize);
  const same = (bytes: Buffer) => bytes;
  let next = 0;
  return () =>
    new Promise((resolve, reject) => {
      const message = encoded[next++ % encoded.length] as Buffer;
      client.makeUnaryRequest(path, same, same, message, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
}

function metricOf(series: number): object {
  const [[, name] = ['', ''], ...labels] = labelsOf(series);
  return { name, value: series / 8, type: 'gauge', labels: Object.fromEntries(labels) };
}

function grpcBatches(address: string): Send {
  return grpcCalls(address, 'IngestMetrics', [
    { metrics: Array.from({ length: BATCH }, (_, i) => metricOf(i)) },
  ]);
}

function grpcMetrics(address: string): Send {
  return grpcCalls(
    address,
    'IngestMetric',
    Array.from({ length: 1000 }, (_, i) => metricOf(i)),
  );
}
