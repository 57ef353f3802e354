// Bodies of every kind at the JSON doors: all of it is taken or nothing, and nothing falls over.

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDoors, openDoors } from './open-doors.ts';

let doors: OpenDoors;
beforeAll(async () => {
  doors = await openDoors(['--push.samples-per-second=10000000', '--push.requests-per-second=10000000']);
});
afterAll(() => doors.stop());

const taken = async () => {
  const metric = await doors.registry.getSingleMetric('mini_tsdb_push_samples_total')?.get();
  return metric?.values[0]?.value ?? 0;
};

async function expectAllOrNothing(path: string, body: string | Uint8Array, headers = {}): Promise<void> {
  const before = await taken();
  const { status, body: answer } = await doors.post(path, body, headers);
  const samples = (await taken()) - before;
  if (status === 200 || status === 201) expect(samples).toBeGreaterThan(0);
  else {
    expect([400, 413]).toContain(status);
    expect(samples).toBe(0);
    expect((answer as { error: string }).error).toMatch(/\w+ \w+/);
  }
  expect(doors.failures).toEqual([]);
}

const path = fc.constantFrom('/v1/metrics', '/metrics');
const name = fc.oneof(fc.constantFrom('a', 'b.c', '', '__proto__', '9'), fc.string({ unit: 'binary' }));
const value = fc.oneof(fc.double(), fc.constantFrom(null, '1', true), fc.jsonValue());
const metric = fc.oneof(
  fc.record(
    {
      name: fc.oneof(name, fc.jsonValue()),
      value,
      timestamp: fc.oneof(fc.constant('2026-01-01T00:00:00Z'), fc.jsonValue()),
      tags: fc.oneof(fc.dictionary(name, fc.oneof(name, fc.jsonValue())), fc.jsonValue()),
      type: fc.oneof(fc.constant('gauge'), fc.jsonValue()),
    },
    { requiredKeys: ['name', 'value'] },
  ),
  fc.record({ name, value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
);
const body = fc.oneof(
  fc.jsonValue(),
  metric,
  fc.array(metric, { maxLength: 5 }),
  fc.record({ metrics: fc.oneof(fc.array(metric, { maxLength: 5 }), fc.jsonValue()) }),
);

test('of any JSON', async () => {
  await fc.assert(
    fc.asyncProperty(path, body, (where, json) => expectAllOrNothing(where, JSON.stringify(json))),
    { numRuns: 300 },
  );
});

test('of any bytes, of JSON that is damaged, and of gzip that is', async () => {
  const good = Buffer.from(JSON.stringify([{ name: 'a', value: 1, tags: { b: 'ä' } }]));
  const damaged = (bytes: Buffer) =>
    fc.tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length)).map(([at, byte, end]) => {
      const copy = Uint8Array.from(bytes);
      copy[at] = byte;
      return copy.subarray(0, end);
    });
  await fc.assert(
    fc.asyncProperty(path, fc.oneof(fc.uint8Array(), damaged(good)), (where, bytes) =>
      expectAllOrNothing(where, bytes),
    ),
    {
      numRuns: 200,
    },
  );
  await fc.assert(
    fc.asyncProperty(path, fc.oneof(fc.uint8Array(), damaged(gzipSync(good))), (where, bytes) =>
      expectAllOrNothing(where, bytes, { 'content-encoding': 'gzip' }),
    ),
    { numRuns: 200 },
  );
});

test('of JSON that is nested as deep as it goes', async () => {
  await expectAllOrNothing('/v1/metrics', `${'['.repeat(4_000_000)}${']'.repeat(4_000_000)}`);
  await expectAllOrNothing(
    '/v1/metrics',
    `{"name":"a","value":1,"tags":${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}}`,
  );
});
