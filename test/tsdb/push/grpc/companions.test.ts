// What stands beside the service: health and reflection, asked by the clients of others; TLS, users and certificates;
// bounds; the stop.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectH2 } from 'node:http2';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { status as codes, credentials, type ServiceError } from '@grpc/grpc-js';
import { protoPath as HEALTH_PROTO } from 'grpc-health-check';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { openWebGate, type WebGate } from '../../../../src/lib/web-gate.ts';
import { createClients } from '../../../../src/tsdb/push/clients.ts';
import { type GrpcOptions, type GrpcServer, startGrpcServer } from '../../../../src/tsdb/push/grpc/server.ts';
import { DEFAULT_LIMITS } from '../../../../src/tsdb/push/limits.ts';
import { type FakeIntake, fakeIntake } from '../../../helpers/fake-intake.ts';
import { type GrpcClient, type GrpcClientOptions, grpcClient } from '../../../helpers/grpc-client.ts';
import { tlsFixture } from '../../../helpers/http-server.ts';
import { basic, WEB, type WebFolder, webFolder } from '../../../helpers/web-config.ts';

/** Made by the import of protobufjs' descriptors, which its types do not tell. */
const { fromDescriptor } = protobuf.Root as unknown as { fromDescriptor(set: object): protobuf.Root };

/** The folder of that package's program, beside which its .proto files are. */
const require = createRequire(import.meta.url);
const REFLECTION = dirname(require.resolve('@grpc/reflection'));

const PROTO = 'test/fixtures/push/data-nexus.proto';
const SERVICE = 'data_nexus.MetricsService';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(changed: Partial<GrpcOptions> = {}) {
  const intake: FakeIntake = fakeIntake();
  const server: GrpcServer = await startGrpcServer({
    address: { host: '127.0.0.1', port: 0 },
    clients: createClients(() => undefined, DEFAULT_LIMITS.client),
    intake,
    bodyBytes: 100_000,
    refused() {},
    failed: (error) => expect.fail(String(error)),
    ...changed,
  });
  open.push(() => server.stop());
  const { port } = server.address;
  const client = (proto: string, service: string, options?: GrpcClientOptions): GrpcClient => {
    const made = grpcClient(proto, service, `localhost:${port}`, options);
    open.push(() => made.close());
    return made;
  };
  return { intake, server, port, client };
}

async function gateAndFolder(yaml: string): Promise<{ gate: WebGate; folder: WebFolder }> {
  const folder = await webFolder(yaml);
  const gate = openWebGate(folder.path, [], { reread() {}, faulty() {}, failed: console.error });
  open.push(
    () => gate.close(),
    () => folder.remove(),
  );
  return { gate, folder };
}

const gateOf = async (yaml: string) => (await gateAndFolder(yaml)).gate;

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => 'taken',
    ({ code, details }: ServiceError) => `${codes[code]}: ${details}`,
  );

describe('health', () => {
  test('is told of the server and of the service, and of no other', async () => {
    const { client } = await start();
    const health = client(HEALTH_PROTO, 'grpc.health.v1.Health');
    const check = (service: string) => health.call<{ status: string }>('Check', { service });
    expect(await check('')).toEqual({ status: 'SERVING' });
    expect(await check(SERVICE)).toEqual({ status: 'SERVING' });
    expect(await refusalOf(check('other'))).toBe('NOT_FOUND: no such service is here');
    expect(await health.call('List', {})).toEqual({
      statuses: { '': { status: 'SERVING' }, [SERVICE]: { status: 'SERVING' } },
    });
  });

  test('whoever watches sees the stop', async () => {
    const { client, server } = await start();
    const health = client(HEALTH_PROTO, 'grpc.health.v1.Health').raw as unknown as {
      Watch(request: object): AsyncIterable<{ status: string }>;
    };
    const seen: string[] = [];
    for await (const { status } of health.Watch({ service: SERVICE })) {
      seen.push(status);
      if (seen.length === 1) void server.stop();
    }
    expect(seen).toEqual(['SERVING', 'NOT_SERVING']);
  });
});

interface ReflectionStream extends AsyncIterable<Record<string, never>> {
  write(request: object): void;
  end(): void;
}

describe.each(['v1', 'v1alpha'])('reflection %s', (version) => {
  const reflectionProto = join(REFLECTION, `../proto/grpc/reflection/${version}/reflection.proto`);

  async function ask(...requests: object[]): Promise<Record<string, never>[]> {
    const { client } = await start();
    const reflection = client(reflectionProto, `grpc.reflection.${version}.ServerReflection`);
    const stream = (
      reflection.raw as unknown as { ServerReflectionInfo(): ReflectionStream }
    ).ServerReflectionInfo();
    for (const request of requests) stream.write(request);
    stream.end();
    const answers: Record<string, never>[] = [];
    for await (const answer of stream) answers.push(answer);
    return answers;
  }

  test('lists every service', async () => {
    const [answer] = await ask({ list_services: '*' });
    expect(answer).toMatchObject({
      list_services_response: {
        service: [
          { name: SERVICE },
          { name: 'grpc.health.v1.Health' },
          { name: 'grpc.reflection.v1.ServerReflection' },
          { name: 'grpc.reflection.v1alpha.ServerReflection' },
        ],
      },
    });
  });

  test('gives the file of a service, of a method, of a message and by its name: what the .proto says', async () => {
    const answers = await ask(
      { file_containing_symbol: SERVICE },
      { file_containing_symbol: `${SERVICE}.IngestMetric` },
      { file_containing_symbol: 'data_nexus.Metric' },
      { file_by_filename: 'data_nexus.proto' },
    );
    const files = answers.map(
      (answer) =>
        (answer as { file_descriptor_response?: { file_descriptor_proto: Buffer[] } })
          .file_descriptor_response,
    );
    const [file] = files[0]?.file_descriptor_proto ?? [];
    for (const other of files) expect(other?.file_descriptor_proto).toEqual([file]);
    const read = descriptor.FileDescriptorProto.decode(file as Buffer);
    const root = fromDescriptor({ file: [read] } as never);
    const sent = { name: 'a', value: 1.5, type: 'gauge', timestamp: 7, labels: { b: 'c' } };
    const theirs = protobuf.parse(readFileSync(PROTO, 'utf8')).root.lookupType('data_nexus.Metric');
    // A map is a list of entries on the wire.
    const entries = { ...sent, labels: [{ key: 'b', value: 'c' }] };
    const bytes = root.lookupType('data_nexus.Metric').encode(entries).finish();
    expect(theirs.toObject(theirs.decode(bytes), { longs: Number })).toEqual(sent);
    // As compilers name it; strict clients refuse any other.
    expect(read.toJSON()).toMatchObject({
      messageType: [
        {
          name: 'Metric',
          field: expect.arrayContaining([
            expect.objectContaining({ name: 'labels', typeName: '.data_nexus.Metric.LabelsEntry' }),
          ]),
          nestedType: [{ name: 'LabelsEntry', options: { mapEntry: true } }],
        },
        { field: [{ typeName: '.data_nexus.Metric' }] },
        {},
        {},
      ],
    });
  });

  test('says so when it knows none', async () => {
    const answers = await ask(
      { file_containing_symbol: 'other.Service' },
      { file_by_filename: 'other.proto' },
      { all_extension_numbers_of_type: 'data_nexus.Metric' },
      {},
    );
    expect(answers.map((answer) => (answer as { error_response?: object }).error_response)).toMatchObject([
      { error_code: codes.NOT_FOUND },
      { error_code: codes.NOT_FOUND },
      { error_code: codes.NOT_FOUND },
      { error_code: codes.INVALID_ARGUMENT },
    ]);
  });

  test('answers all that is asked of it, whenever it is read', async () => {
    const requests = Array.from({ length: 2000 }, () => ({ file_containing_symbol: SERVICE }));
    expect(await ask(...requests)).toHaveLength(2000);
  });
});

describe('TLS', () => {
  const ca = Buffer.from(tlsFixture('ca.crt'));
  const trusting = { channel: credentials.createSsl(ca) };
  const withCertificate = {
    channel: credentials.createSsl(
      ca,
      Buffer.from(tlsFixture('client.key')),
      Buffer.from(tlsFixture('client.crt')),
    ),
  };
  const push = (client: GrpcClient, metadata?: Record<string, string>) =>
    refusalOf(client.call('IngestMetric', { name: 'a' }, metadata));

  test('is spoken with the certificate of the web configuration', async () => {
    const { client } = await start({ gate: await gateOf(WEB.tls) });
    expect(await push(client(PROTO, SERVICE, trusting))).toBe('taken');
    expect(await push(client(PROTO, SERVICE))).toMatch(/^UNAVAILABLE/);
  });

  test('a client certificate is demanded, verified, and names the client', async () => {
    const { client, intake } = await start({ gate: await gateOf(`${WEB.tls}${WEB.required}`) });
    expect(await push(client(PROTO, SERVICE, trusting))).toMatch(/^UNAVAILABLE/);
    expect(await push(client(PROTO, SERVICE, withCertificate))).toBe('taken');
    expect(intake.taken[0]?.client).toMatch(/^certificate:/);
  });

  test('its certificate is renewed without a restart', async () => {
    const { gate, folder } = await gateAndFolder(WEB.tls);
    const { client } = await start({ gate });
    expect(await push(client(PROTO, SERVICE, trusting))).toBe('taken');
    await folder.copy('other-server.key', 'server.key');
    await folder.copy('other-server.crt', 'server.crt');
    const other = Buffer.from(tlsFixture('other-ca.crt'));
    await expect
      .poll(() => push(client(PROTO, SERVICE, { channel: credentials.createSsl(other) })), {
        timeout: 30_000,
      })
      .toBe('taken');
  });

  test('users are demanded of pushers, not of probes', async () => {
    const { client, intake } = await start({ gate: await gateOf(WEB.users({ ann: 'right' })) });
    const pusher = client(PROTO, SERVICE);
    expect(await push(pusher)).toMatch(/^UNAUTHENTICATED: a user/);
    expect(await push(pusher, { authorization: basic('ann', 'wrong') })).toMatch(/^UNAUTHENTICATED: a user/);
    expect(await push(pusher, { authorization: basic('ann', 'right') })).toBe('taken');
    expect(intake.taken.map(({ client: name }) => name)).toEqual(['user:ann']);
    const health = client(HEALTH_PROTO, 'grpc.health.v1.Health');
    expect(await refusalOf(health.call('Check', { service: '' }))).toBe('taken');
  });
});

describe('bounds', () => {
  test('a client has no more calls at once than it may', async () => {
    const { port } = await start({ limits: { callsPerConnection: 7 } });
    const session = connectH2(`http://127.0.0.1:${port}`);
    open.push(() => session.destroy());
    const [settings] = await once(session, 'remoteSettings');
    expect(settings.maxConcurrentStreams).toBe(7);
  });

  test('connections above their number are cut', async () => {
    const limits = { connections: 3, connectionsPerAddress: 3, connectionsForLoopback: 0 };
    const { port, client } = await start({ limits });
    const sockets = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'));
    open.push(() => sockets.forEach((socket) => void socket.destroy()));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const late = connect(port, '127.0.0.1');
    await once(late, 'close');
    for (const socket of sockets) socket.destroy();
    const pusher = client(PROTO, SERVICE);
    await expect
      .poll(() => refusalOf(pusher.call('IngestMetric', { name: 'a' })), { timeout: 30_000 })
      .toBe('taken');
  });

  test('a message that does not come is not waited for, and its place is given back', async () => {
    const { port, intake } = await start({ limits: { messageTimeoutMs: 50 } });
    const session = connectH2(`http://127.0.0.1:${port}`);
    open.push(() => session.destroy());
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${SERVICE}/IngestMetric`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.write(Buffer.from([0, 0, 0, 0, 9, 1]));
    const [headers] = await once(stream, 'response');
    expect(headers['grpc-status']).toBe(String(codes.DEADLINE_EXCEEDED));
    await expect.poll(() => intake.inside).toBe(0);
  });

  test('messages that do not come hold a bounded number of places, and give them back', async () => {
    const { port, intake, client } = await start({ limits: { callsComing: 5 } });
    const session = connectH2(`http://127.0.0.1:${port}`);
    open.push(() => session.destroy());
    const stall = () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': `/${SERVICE}/IngestMetrics`,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      stream.on('error', () => {});
      stream.write(Buffer.from([0, 0, 0, 0, 9, 1]));
      return stream;
    };
    const stalled = Array.from({ length: 5 }, stall);
    await expect.poll(() => intake.inside).toBe(5);
    const pusher = client(PROTO, SERVICE);
    const push = () => refusalOf(pusher.call('IngestMetric', { name: 'a' }));
    expect(await push()).toBe('UNAVAILABLE: too many messages are on their way already; nothing was taken');
    expect(intake.inside).toBe(5);
    for (const stream of stalled) stream.close();
    await expect.poll(push).toBe('taken');
    // Each gave back one place.
    for (let i = 0; i < 10; i += 1) expect(await push()).toBe('taken');
    await expect.poll(() => intake.inside).toBe(0);
  });

  test('what is no gRPC at all is cut or refused, and harms nobody', async () => {
    const { port, client, intake } = await start();
    for (const bytes of [
      'GET / HTTP/1.1\r\nhost: a\r\n\r\n',
      '\x16\x03\x01\x00',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxx',
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.end(bytes);
      await once(socket, 'close');
    }
    const session = connectH2(`http://127.0.0.1:${port}`);
    open.push(() => session.destroy());
    const frame = async (body: Buffer, headers: object = {}) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': `/${SERVICE}/IngestMetric`,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
      stream.end(body);
      const [answer] = await once(stream, 'response');
      stream.close();
      return [answer[':status'], answer['grpc-status']].join(' ');
    };
    const faulty = `200 ${codes.INVALID_ARGUMENT}`;
    expect(await frame(Buffer.alloc(0))).toBe(faulty);
    expect(await frame(Buffer.from([0, 0, 0, 0, 9, 10, 1]))).toBe(faulty);
    expect(await frame(Buffer.from([0, 0, 0, 0, 1, 10]))).toBe(faulty);
    // The status that gRPC has for it.
    expect(await frame(Buffer.from([1, 0, 0, 0, 1, 10]), { 'grpc-encoding': 'gzip' })).toBe(
      `200 ${codes.INTERNAL}`,
    );
    expect(await frame(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))).toBe(faulty);
    expect(await frame(Buffer.from([1, 0, 0, 0, 1, 10]), { 'grpc-encoding': 'other' })).toBe(
      `200 ${codes.UNIMPLEMENTED}`,
    );
    expect(await frame(Buffer.alloc(0), { 'content-type': 'text/plain' })).toBe('415 ');
    expect(await frame(Buffer.alloc(0), { ':path': '/other' })).toBe(`200 ${codes.UNIMPLEMENTED}`);
    await expect.poll(() => intake.inside).toBe(0);
    expect(intake.taken).toEqual([]);
    expect(await refusalOf(client(PROTO, SERVICE).call('IngestMetric', { name: 'a' }))).toBe('taken');
  });
});

describe('a stop', () => {
  test('lets a running call end', async () => {
    const { client, server, intake } = await start();
    const held = Promise.withResolvers<void>();
    intake.hold = held.promise;
    const call = refusalOf(client(PROTO, SERVICE).call('IngestMetric', { name: 'a' }));
    await expect.poll(() => intake.inside).toBe(1);
    const stopped = server.stop();
    held.resolve();
    expect(await call).toBe('taken');
    await stopped;
  });

  test('cuts what does not end in time', async () => {
    const { client, server, intake } = await start({ limits: { stopTimeoutMs: 50 } });
    intake.hold = new Promise(() => {});
    const call = refusalOf(client(PROTO, SERVICE).call('IngestMetric', { name: 'a' }));
    await expect.poll(() => intake.inside).toBe(1);
    await server.stop();
    expect(await call).not.toBe('taken');
  });
});
