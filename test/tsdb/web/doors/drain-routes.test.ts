// `GET /export?drain=true`: who may, what it writes, and that the union of what readers get is all there was.

import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import type { PushedBatch } from '../../../../src/tsdb/queue/contract.ts';
import type { Outbox } from '../../../../src/tsdb/queue/outbox/contract.ts';
import { openMemoryOutbox } from '../../../../src/tsdb/queue/outbox/memory.ts';
import { openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { startNode } from '../../../helpers/process.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { startTestWeb, type TestWeb } from '../test-web.ts';

let outbox: Outbox;
let web: TestWeb;
beforeEach(async () => {
  outbox = openMemoryOutbox({
    mostSamples: 1e7,
    mostBytes: 2 ** 30,
    retentionMs: 3_600_000,
    dropped: () => {},
    log: createLogger('silent'),
  });
  const drain = {
    outbox,
    pushed: () => new Map([['known', { type: 'counter', help: 'told before', unit: '' }]]),
    externalLabels: () => ({ region: 'eu' }),
    failed: (error: unknown) => {
      throw error;
    },
  };
  web = await startTestWeb(await openMemoryStore(), { drain }, []);
});
afterEach(() => web.stop());

const T = 1_800_000_000_000;

type Row = readonly [name: string, time: number, value: number, labels?: Record<string, string>];

function batchOf(rows: readonly Row[], families: PushedBatch['families'] = new Map()): PushedBatch {
  return {
    client: 'c',
    labels: rows.map(([name, , , labels]) => ({ __name__: name, ...labels })),
    times: Float64Array.from(rows, ([, time]) => time),
    values: Float64Array.from(rows, ([, , value]) => value),
    stale: new Uint8Array(rows.length),
    families,
  };
}

async function get(query = '?drain=true', init: RequestInit = {}) {
  const answer = await fetch(`${web.url}/export${query}`, init);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const waiting = async () => {
  const { waiting, leased } = await outbox.stats();
  return waiting + leased;
};

test('families with HELP and TYPE, each sample with its own time, those of a series rising and once', async () => {
  const said = new Map([['temperature', { type: 'gauge', help: 'in °C\nor so', unit: '' }]]);
  await outbox.add(
    batchOf(
      [
        ['temperature', T + 5, 2.5, { room: 'b' }],
        ['untold', T, 1],
      ],
      said,
    ),
  );
  await outbox.add(
    batchOf([
      ['temperature', T, Number.NaN, { room: 'b' }],
      ['known', T, 3, { instance: 'own', region: 'us' }],
      ['temperature', T + 5, 2.5, { room: 'b' }],
      ['temperature', T + 7, -1, { room: 'a' }],
    ]),
  );
  const { status, headers, text } = await get();
  expect([status, headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
  ]);
  expect(text).toBe(
    [
      '# HELP known told before',
      '# TYPE known counter',
      `known{instance="own",region="us"} 3 ${T}`,
      '# HELP temperature in °C\\nor so',
      '# TYPE temperature gauge',
      `temperature{room="a",instance="",region="eu"} -1 ${T + 7}`,
      `temperature{room="b",instance="",region="eu"} NaN ${T}`,
      `temperature{room="b",instance="",region="eu"} 2.5 ${T + 5}`,
      '# TYPE untold untyped',
      `untold{instance="",region="eu"} 1 ${T}`,
      '',
    ].join('\n'),
  );
  expect(await get()).toMatchObject({ status: 200, text: '' });
  await waitFor('it to be acknowledged', async () => (await waiting()) === 0);
});

test('who does not ask for it, and pages in browsers, take nothing', async () => {
  await outbox.add(batchOf([['a', T, 1]]));
  expect(await get('')).toMatchObject({ status: 400, text: expect.stringContaining('/v1/export') });
  expect(await get('?drain=1')).toMatchObject({ status: 400 });
  for (const limit of ['0', '999', '1000001', '-1', '1e4', 'x'])
    expect(await get(`?drain=true&limit=${limit}`)).toMatchObject({ status: 400, text: /limit is/ });
  for (const headers of [
    { origin: 'http://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-purpose': 'prefetch' },
  ]) {
    const { statusCode, body } = await request(`${web.url}/export?drain=true`, { headers });
    await body.dump();
    expect(statusCode).toBe(403);
  }
  const head = await get('?drain=true', { method: 'HEAD' });
  expect([head.status, head.text]).toEqual([200, '']);
  expect((await get('?drain=true', { method: 'POST' })).status).toBe(405);
  expect(await waiting()).toBe(1);
  const typed = await request(`${web.url}/export?drain=true`, { headers: { 'sec-fetch-site': 'none' } });
  expect(await typed.body.text()).toContain(`a{instance="",region="eu"} 1 ${T}`);
});

test('without its flag it is refused by the name of the flag', async () => {
  const off = await startTestWeb(await openMemoryStore(), {}, []);
  const answer = await fetch(`${off.url}/export?drain=true`);
  expect([answer.status, await answer.text()]).toEqual([
    403,
    expect.stringContaining('--web.enable-export-drain'),
  ]);
  await off.stop();
});

test('an answer has at most so many samples as it was asked for', async () => {
  await fill(2500);
  const counts: number[] = [];
  for (
    let text = await body('?drain=true&limit=1000');
    text !== '';
    text = await body('?drain=true&limit=1000')
  )
    counts.push(samplesOf(text).length);
  expect(counts).toEqual([1000, 1000, 500]);
});

test('one reader too many is asked to come back', async () => {
  await fill(5000);
  const stuck = Array.from({ length: 4 }, () => open('?drain=true&limit=1000'));
  await Promise.all(stuck.map((socket) => once(socket, 'readable')));
  const answer = await get('?drain=true&limit=1000');
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  for (const socket of stuck) socket.resetAndDestroy();
});

test('readers that are cut, that give up and that are killed, two at a time: the union is complete', async () => {
  const total = 60_000;
  await fill(total);
  const got = new Map<string, string>();
  const take = (text: string) => {
    for (const line of samplesOf(text)) {
      const [series = '', value = '', time = ''] = line.split(' ');
      const key = `${series} ${time}`;
      // What comes again is the same.
      if (got.has(key)) expect(got.get(key)).toBe(value);
      got.set(key, value);
    }
  };
  const agent = new Agent();
  const well = async () => {
    const { statusCode, body } = await request(asked(5000), { dispatcher: agent });
    const text = await body.text();
    if (statusCode === 200) take(text);
  };
  const cut = async () => {
    const socket = open('?drain=true&limit=5000');
    await once(socket, 'readable');
    socket.destroy();
  };
  const gaveUp = async () => {
    const socket = open('?drain=true&limit=5000');
    await sleep(30);
    socket.destroy();
  };
  const killed = async () => {
    const reader = startNode('test/programs/stuck-reader.ts', [asked(5000), '1000']);
    await reader.line(/^read$/);
    reader.kill('SIGKILL');
  };
  const ways = [well, cut, killed, well, gaveUp, cut, well];
  const reader = async (first: number) => {
    for (let i = first; i < first + 8; i += 1) await ways[i % ways.length]?.();
  };
  await Promise.all([reader(0), reader(3)]);
  while ((await waiting()) > 0) {
    await well();
    await sleep(20);
  }
  expect(got.size).toBe(total);
  await agent.close();
});

const asked = (limit: number) => `${web.url}/export?drain=true&limit=${limit}`;

async function fill(samples: number): Promise<void> {
  for (let from = 0; from < samples; from += 1000) {
    const size = Math.min(1000, samples - from);
    const rows = Array.from(
      { length: size },
      (_, i): Row => ['m', T + from + i, from + i, { i: String(i % 10) }],
    );
    await outbox.add(batchOf(rows));
  }
}

async function body(query: string): Promise<string> {
  return (await get(query)).text;
}

function samplesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function open(query: string) {
  const { port } = new URL(web.url);
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.on('error', () => {});
  socket.write(`GET /export${query} HTTP/1.1\r\nHost: a\r\n\r\n`);
  return socket;
}
