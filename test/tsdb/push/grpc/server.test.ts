// The gRPC door, asked by clients that know nothing of it but the .proto.

import { status as codes, type ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClients } from '../../../../src/tsdb/push/clients.ts';
import { oneSecondOf } from '../../../../src/tsdb/push/gcra.ts';
import { type GrpcServer, startGrpcServer } from '../../../../src/tsdb/push/grpc/server.ts';
import { DEFAULT_LIMITS } from '../../../../src/tsdb/push/limits.ts';
import { Refusal } from '../../../../src/tsdb/push/refusal.ts';
import type { Refusee } from '../../../../src/tsdb/push/refusal-log.ts';
import { fakeIntake } from '../../../helpers/fake-intake.ts';
import { callWithBytes, type GrpcClient, grpcClient } from '../../../helpers/grpc-client.ts';

const PROTO = 'test/fixtures/push/data-nexus.proto';
const SERVICE = 'data_nexus.MetricsService';
const RPC = protobuf.parse(
  `syntax = "proto3"; package google.rpc;
   message Any { string type_url = 1; bytes value = 2; }
   message Duration { int64 seconds = 1; int32 nanos = 2; }
   message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
   message RetryInfo { Duration retry_delay = 1; }`,
  { keepCase: true },
).root;

const HERE = { client: 'address:127.0.0.1', address: '127.0.0.1' };

const intake = fakeIntake();
const faults: unknown[] = [];
const refusals: (Pick<Refusal, 'reason' | 'message'> & Refusee)[] = [];
let server: GrpcServer;
let client: GrpcClient;

beforeAll(async () => {
  server = await startGrpcServer({
    address: { host: '127.0.0.1', port: 0 },
    clients: createClients(() => undefined, { ...DEFAULT_LIMITS.client, samples: oneSecondOf(1000) }),
    intake,
    bodyBytes: 100_000,
    refused: ({ reason, message }, whose) => refusals.push({ reason, message, ...whose }),
    failed: (error) => faults.push(error),
  });
  client = grpcClient(PROTO, SERVICE, `127.0.0.1:${server.address.port}`);
});

beforeEach(() => {
  intake.taken.length = 0;
  intake.refuse = undefined;
  intake.hold = undefined;
  faults.length = 0;
  refusals.length = 0;
});

afterAll(async () => {
  client.close();
  await server.stop();
});

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => 'taken',
    ({ code, details }: ServiceError) => `${codes[code]}: ${details}`,
  );

describe('an unchanged client', () => {
  test('pushes one metric and gets its id', async () => {
    const metric = {
      name: 'cpu',
      value: 75.5,
      type: 'gauge',
      timestamp: 1_700_000_000,
      labels: { host: 'a' },
    };
    const { eventId } = await client.call<{ eventId: string }>('IngestMetric', metric);
    expect(eventId).toMatch(/^\d+-\d+$/);
    const [{ batch } = { batch: undefined }] = intake.taken;
    expect(batch?.labels).toEqual([{ __name__: 'cpu', host: 'a' }]);
    expect([...(batch?.times ?? [])]).toEqual([1_700_000_000_000]);
    expect([...(batch?.values ?? [])]).toEqual([75.5]);
    expect([...(batch?.families ?? [])]).toEqual([['cpu', { type: 'gauge', help: '', unit: '' }]]);
  });

  test('pushes a batch and gets an id for each', async () => {
    const metrics = ['a', 'b', 'c'].map((name, value) => ({ name, value }));
    const { eventIds } = await client.call<{ eventIds: string[] }>('IngestMetrics', { metrics });
    expect(new Set(eventIds).size).toBe(3);
    expect(intake.taken[0]?.batch.labels.map(({ __name__ }) => __name__)).toEqual(['a', 'b', 'c']);
    expect(intake.taken[0]?.batch.times.every(Number.isNaN)).toBe(true);
  });

  test('may push an empty batch', async () => {
    expect(await client.call('IngestMetrics', { metrics: [] })).toEqual({ eventIds: [] });
  });
});

test('a token is a client, and an address without one', async () => {
  const push = (metadata?: Record<string, string>) => client.call('IngestMetric', { name: 'a' }, metadata);
  await push({ authorization: 'Bearer one' });
  await push({ authorization: 'one' });
  await push({ authorization: 'two' });
  await push();
  const [first, same, other, none] = intake.taken.map(({ client: name }) => name);
  expect(same).toBe(first);
  expect(other).not.toBe(first);
  expect(none).toMatch(/^address:/);
});

describe('says what is faulty', () => {
  const f = (metrics: object[]) => refusalOf(client.call('IngestMetrics', { metrics }));

  test.each([
    [[{ name: 'a' }, {}], 'metric 1 has an empty name'],
    [[{ name: 'a', labels: { '': 'x' } }], 'metric 0 has an empty tag name'],
    [
      [{ name: 'a' }, { name: 'b' }, { name: 'c', timestamp: '-100000000000' }],
      'metric 2 has a timestamp that is no time; it is in Unix seconds',
    ],
    [
      [{ name: 'a' }, { name: 'b', timestamp: '1700000000000' }],
      'metric 1 has a timestamp that is no time; it is in Unix seconds, and looks like milliseconds',
    ],
    [
      [{ name: 'a', timestamp: '1700000000000000' }],
      'metric 0 has a timestamp that is no time; it is in Unix seconds, and looks like microseconds',
    ],
    [
      [{ name: 'a', timestamp: '1700000000000000000' }],
      'metric 0 has a timestamp that is no time; it is in Unix seconds, and looks like nanoseconds',
    ],
  ])('%j', async (metrics, why) => {
    expect(await f(metrics)).toBe(`INVALID_ARGUMENT: ${why}; nothing was taken`);
    expect(intake.taken).toEqual([]);
    expect(refusals.map(({ reason }) => reason)).toEqual(['bad_data']);
  });

  test('more metrics than anybody may send', async () => {
    const metrics = Array.from({ length: 1001 }, () => ({ name: 'a' }));
    expect(await f(metrics)).toBe(
      'INVALID_ARGUMENT: cannot take more than 1000 samples at once; nothing was taken',
    );
    expect(await f(metrics.slice(1))).toBe('taken');
  });

  test('a message that is too large', async () => {
    expect(await f([{ name: 'a', labels: { a: 'x'.repeat(100_000) } }])).toMatch(
      /^RESOURCE_EXHAUSTED: Received message larger than max/,
    );
    expect(refusals).toMatchObject([
      { reason: 'too_large', message: expect.stringMatching(/^Received message larger/), ...HERE },
    ]);
  });
});

describe('turns refusals into the answers of gRPC', () => {
  const push = () => client.call('IngestMetric', { name: 'a' });
  const refused = async (refusal: Refusal, at: 'enter' | 'accept') => {
    intake.refuse = { at, refusal };
    return push().then(
      () => expect.fail('it was taken'),
      (error: ServiceError) => error,
    );
  };

  test.each(['enter', 'accept'] as const)('limited at %s: when to come again, in both ways', async (at) => {
    const error = await refused(new Refusal('limited', 'too much', { retryAfterMs: 1234.2 }), at);
    expect(codes[error.code]).toBe('RESOURCE_EXHAUSTED');
    expect(error.details).toBe('too much');
    expect(error.metadata.get('grpc-retry-pushback-ms')).toEqual(['1235']);
    const [details] = error.metadata.get('grpc-status-details-bin');
    const rich = RPC.lookupType('google.rpc.Status')
      .decode(details as Buffer)
      .toJSON();
    expect(rich).toMatchObject({
      code: 8,
      message: 'too much',
      details: [{ type_url: 'type.googleapis.com/google.rpc.RetryInfo' }],
    });
    const info = Buffer.from(rich.details[0].value, 'base64');
    expect(RPC.lookupType('google.rpc.RetryInfo').decode(info).toJSON()).toEqual({
      retry_delay: { seconds: '1', nanos: 235_000_000 },
    });
  });

  test.each([
    ['overloaded', 'UNAVAILABLE'],
    ['too_large', 'INVALID_ARGUMENT'],
    ['too_many_series', 'INVALID_ARGUMENT'],
    ['unauthorized', 'UNAUTHENTICATED'],
    ['unsupported', 'UNIMPLEMENTED'],
    ['bad_data', 'INVALID_ARGUMENT'],
  ] as const)('%s is %s', async (reason, code) => {
    const error = await refused(new Refusal(reason, 'why'), 'accept');
    expect([codes[error.code], error.details]).toEqual([code, 'why']);
    expect(error.metadata.get('grpc-retry-pushback-ms')).toEqual([]);
  });

  test('and tells of each', async () => {
    await refused(new Refusal('limited', 'too much', { retryAfterMs: 1 }), 'enter');
    await refused(new Refusal('overloaded', 'away', { retryAfterMs: 1 }), 'accept');
    expect(refusals).toMatchObject([
      { reason: 'limited', ...HERE },
      { reason: 'overloaded', ...HERE },
    ]);
  });

  test('and whose it was, by a token as by an address', async () => {
    await refusalOf(client.call('IngestMetric', {}, { authorization: 'Bearer s3cret' }));
    expect(refusals).toMatchObject([
      { reason: 'bad_data', client: expect.stringMatching(/^token:/), address: '127.0.0.1' },
    ]);
    expect(JSON.stringify(refusals)).not.toContain('s3cret');
  });

  test('what is our own fault tells no details', async () => {
    intake.refuse = { at: 'accept', refusal: new Error('the secret of the store') };
    expect(await refusalOf(push())).toBe('INTERNAL: internal error; the log says more');
    expect(faults).toHaveLength(1);
  });
});

test('a place is given back however a call ends', async () => {
  await client.call('IngestMetric', { name: 'a' });
  await refusalOf(client.call('IngestMetric', {}));
  intake.refuse = { at: 'accept', refusal: new Refusal('limited', 'x', { retryAfterMs: 1 }) };
  await refusalOf(client.call('IngestMetric', { name: 'a' }));
  await expect.poll(() => intake.inside).toBe(0);
});

test('a batch whose client has gone keeps its place until it is settled', async () => {
  const held = Promise.withResolvers<void>();
  intake.hold = held.promise;
  const call = client.raw.makeUnaryRequest(
    `/${SERVICE}/IngestMetric`,
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes,
    Buffer.from('0a0161', 'hex'),
    () => {},
  );
  await expect.poll(() => intake.inside).toBe(1);
  call.cancel();
  await expect
    .poll(() => refusalOf(client.call('Nothing', {}).catch(() => Promise.reject({ code: 0 }))))
    .toBeDefined();
  expect(intake.inside).toBe(1);
  held.resolve();
  await expect.poll(() => intake.inside).toBe(0);
});

describe('any bytes are taken whole or refused', () => {
  const send = (method: string, bytes: Buffer) =>
    refusalOf(callWithBytes(client.raw, `/${SERVICE}/${method}`, bytes));

  test.each(['IngestMetric', 'IngestMetrics'])('%s', async (method) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        expect(await send(method, Buffer.from(bytes))).toMatch(/^(taken|INVALID_ARGUMENT: metric \d+ )/);
      }),
      { numRuns: 200 },
    );
    expect(faults).toEqual([]);
  });

  test('a sound batch that is cut anywhere is a shorter one, or none', async () => {
    const one = Buffer.from('0a0161110000000000000040', 'hex');
    const batch = Buffer.concat(
      [one, one].map((metric) => Buffer.concat([Buffer.of(10, metric.length), metric])),
    );
    for (let end = 0; end <= batch.length; end += 1) {
      intake.taken.length = 0;
      const told = await send('IngestMetrics', batch.subarray(0, end));
      const isWhole = end % (one.length + 2) === 0;
      expect([end, told.startsWith('taken')]).toEqual([end, isWhole]);
      expect(intake.taken.length).toBe(isWhole ? 1 : 0);
    }
  });
});
