// mini-tsdb with its gRPC door, as its users start it.

import { status as codes, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../../../helpers/free-port.ts';
import { type GrpcClient, grpcClient } from '../../../helpers/grpc-client.ts';
import { tlsFixture } from '../../../helpers/http-server.ts';
import { type MiniTsdb, startMiniTsdb } from '../../../helpers/mini-tsdb.ts';
import { startNode } from '../../../helpers/process.ts';
import { WEB, type WebFolder, webFolder } from '../../../helpers/web-config.ts';

const PROTO = 'test/fixtures/push/data-nexus.proto';
const SERVICE = 'data_nexus.MetricsService';

let folder: WebFolder;
let server: MiniTsdb | undefined;
let client: GrpcClient | undefined;

beforeEach(async () => {
  folder = await webFolder(WEB.tls);
  await folder.add('prometheus.yml', 'global: {}\n');
});

afterEach(async () => {
  client?.close();
  await server?.stop();
  await folder.remove();
  client = undefined;
  server = undefined;
});

async function start(...flags: string[]): Promise<{ server: MiniTsdb; address: string }> {
  const address = `127.0.0.1:${await freePort()}`;
  server = await startMiniTsdb(folder.file('prometheus.yml'), [`--grpc.listen-address=${address}`, ...flags]);
  await server.program.line(/"msg":"listening for gRPC"/);
  return { server, address };
}

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail('it was taken'),
    (error: ServiceError) => error,
  );

test('what was pushed is there to be queried, described, and stays in the order it came', async () => {
  const { server: ours, address } = await start();
  client = grpcClient(PROTO, SERVICE, address);
  const metrics = Array.from({ length: 100 }, (_, value) => ({
    name: 'readings',
    value,
    type: 'gauge',
    labels: { site: 'north' },
  }));
  const { eventIds } = await client.call<{ eventIds: string[] }>('IngestMetrics', { metrics });
  expect(new Set(eventIds).size).toBe(100);
  for (const id of eventIds) expect(id).toMatch(/^\d+-\d+$/);
  const history = (await (await fetch(`${ours.url}/v1/metrics/readings?site=north`)).json()) as {
    value: number;
  }[];
  expect(history.map(({ value }) => value)).toEqual(metrics.map(({ value }) => value));
  const told = await (await fetch(`${ours.url}/api/v1/metadata?metric=readings`)).json();
  expect(told).toMatchObject({ data: { readings: [{ type: 'gauge' }] } });
});

describe('the limiter is that of the other doors', () => {
  test('too much for now says when to come again; a batch that never fits is another thing', async () => {
    const { address } = await start('--push.samples-per-second=100');
    client = grpcClient(PROTO, SERVICE, address);
    const push = (count: number) =>
      (client as GrpcClient).call('IngestMetrics', {
        metrics: Array.from({ length: count }, () => ({ name: 'a', timestamp: 1_700_000_000 })),
      });
    // As soon as they come within a second.
    const [limited] = (await Promise.allSettled(Array.from({ length: 20 }, () => push(100)))).flatMap(
      (one): ServiceError[] => (one.status === 'rejected' ? [one.reason] : []),
    );
    if (limited === undefined) return expect.fail('none was limited');
    expect(codes[limited.code]).toBe('RESOURCE_EXHAUSTED');
    expect(Number(limited.metadata.get('grpc-retry-pushback-ms')[0])).toBeGreaterThan(0);
    const never = await refusalOf(push(101));
    expect(codes[never.code]).toBe('INVALID_ARGUMENT');
    expect(never.details).toContain('100');
  });

  test('a token of the clients file is needed, over TLS', async () => {
    const clients = await folder.add('clients.yml', 'clients:\n  - { name: plant, token: s3cret }\n');
    const { address } = await start(`--push.clients-file=${clients}`, `--web.config.file=${folder.path}`);
    const channel = credentials.createSsl(Buffer.from(tlsFixture('ca.crt')));
    client = grpcClient(PROTO, SERVICE, address, { channel });
    const refused = await refusalOf(
      client.call('IngestMetric', { name: 'a' }, { authorization: 'Bearer other' }),
    );
    expect(codes[refused.code]).toBe('UNAUTHENTICATED');
    await client.call('IngestMetric', { name: 'a' }, { authorization: 'Bearer s3cret' });
  });
});

test('a port that is taken ends the start', async () => {
  const port = await freePort();
  const config = folder.file('prometheus.yml');
  const taken = `127.0.0.1:${port}`;
  const program = startNode('src/tsdb.ts', [
    `--config.file=${config}`,
    `--web.listen-address=${taken}`,
    `--grpc.listen-address=${taken}`,
  ]);
  expect((await program.exit).code).toBe(1);
  expect(program.stderr.join('\n')).toContain(`cannot listen on ${taken}: another program listens there`);
});

test('without its flag there is none', async () => {
  server = await startMiniTsdb(folder.file('prometheus.yml'));
  expect(server.program.stdout.join('\n')).not.toContain('gRPC');
});
