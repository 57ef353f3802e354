import { expect, test } from 'vitest';
import { createServed, type ServedClient } from '../../inventory-server/fleet/served.ts';
import { WINDOW_MS } from '../../inventory-server/fleet/window.ts';
import { ask, scrape, scrapeText, startPair, type TestFleet } from './fleet-fixture.ts';

const LIMITS = { clients: 3, rows: 10, recent: 4, clientChars: 64 };
const SENSORS = [{ name: 'a' }, { name: 'b' }];

async function servedBy(fleet: TestFleet, query = ''): Promise<ServedClient[]> {
  return JSON.parse((await fleet.own(`/served${query}`)).body).clients;
}

test('says who scraped what, when, and in which window', async () => {
  let nowMs = 119_000_000 * WINDOW_MS + 14_000;
  const { fleet } = await startPair(SENSORS, {}, { now: () => nowMs });
  await scrape(fleet.port, 'a');
  nowMs += 2_000;
  await scrape(fleet.port, 'a');
  await scrape(fleet.port, 'b');
  await ask(
    fleet.port,
    'GET http://b:9100/metrics HTTP/1.1\r\nHost: x\r\nUser-Agent: mini-tsdb/1.2 (linux)\r\n\r\n',
  );
  await ask(fleet.port, 'GET http://b:9100/metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  expect((await servedBy(fleet)).map(({ client, count }) => [client, count])).toEqual([
    ['Prometheus/3.5.0', 3],
    ['mini-tsdb/1.2', 1],
    ['unknown', 1],
  ]);
  expect(await servedBy(fleet, '?client=Prom&sensor=a')).toEqual([
    {
      client: 'Prometheus/3.5.0',
      count: 3,
      lastMs: nowMs,
      sensors: [
        {
          sensor: 'a',
          count: 2,
          lastMs: nowMs,
          lastWindow: 119_000_001,
          recent: [
            [nowMs - 2_000, 119_000_000],
            [nowMs, 119_000_001],
          ],
        },
      ],
    },
  ]);
  const since = await servedBy(fleet, `?client=Prometheus&since=${nowMs}`);
  expect(since[0]?.sensors.map(({ sensor, recent }) => [sensor, recent.length])).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
  expect(await servedBy(fleet, '?client=Victoria')).toEqual([]);
});

test('only an answered GET of a sensor is a scrape', async () => {
  const { fleet } = await startPair(SENSORS, { SENSORS_DOWN: 'b' });
  await scrape(fleet.port, 'b');
  await scrape(fleet.port, 'c');
  await ask(fleet.port, scrapeText('http://a:1/metrics'));
  await ask(fleet.port, 'HEAD http://a:9100/metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await servedBy(fleet)).toEqual([]);
});

test('keeps the last scrapes of a sensor in order and counts all', () => {
  const served = createServed(LIMITS);
  for (let i = 1; i <= 10; i += 1) served.record('p/1', 'a', i * WINDOW_MS);
  const row = served.list({})[0]?.sensors[0];
  expect(row?.count).toBe(10);
  expect(row?.recent).toEqual([7, 8, 9, 10].map((window) => [window * WINDOW_MS, window]));
  expect(row?.lastWindow).toBe(10);
});

test('by default the last 32 are kept', () => {
  const served = createServed();
  for (let i = 1; i <= 100; i += 1) served.record('p/1', 'a', i);
  expect(served.list({})[0]?.sensors[0]?.recent.map(([ms]) => ms)).toEqual(
    Array.from({ length: 32 }, (_, i) => 69 + i),
  );
});

test('of too many clients the one that has been silent longest is dropped', () => {
  const served = createServed(LIMITS);
  for (const client of ['p/1', 'p/2', 'p/3', 'p/1', 'p/4']) served.record(client, 'a', 1);
  expect(served.list({}).map(({ client }) => client)).toEqual(['p/3', 'p/1', 'p/4']);
});

test('the rows of a dropped client make room', () => {
  const served = createServed(LIMITS);
  for (let i = 0; i < 8; i += 1) served.record(`p/${i}`, 'a', 1);
  for (let i = 0; i < 7; i += 1) served.record('p/7', `s${i}`, 1);
  expect(served.list({}).map(({ client, sensors }) => [client, sensors.length])).toEqual([
    ['p/5', 1],
    ['p/6', 1],
    ['p/7', 8],
  ]);
});

test('of too many rows those of the client that has been silent longest are dropped, the oldest first', () => {
  const served = createServed(LIMITS);
  for (const sensor of ['a', 'b']) served.record('old/1', sensor, 1);
  for (let i = 0; i < 9; i += 1) served.record('new/1', `s${i}`, 2);
  const sensorsOf = () =>
    served.list({}).map(({ client, sensors }) => [client, sensors.map(({ sensor }) => sensor)]);
  expect(sensorsOf()[0]).toEqual(['old/1', ['b']]);
  served.record('new/1', 's9', 3);
  served.record('new/1', 's1', 3);
  served.record('new/1', 's10', 3);
  expect(sensorsOf()).toEqual([['new/1', ['s2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's1', 's10']]]);
  expect(served.list({})[0]?.count).toBe(12);
});

test('a client is told by the product and version of its User-Agent, cut to a bounded length', () => {
  const nameOf = (userAgent?: string) => {
    const served = createServed(LIMITS);
    served.record(userAgent, 'a', 1);
    return served.list({})[0]?.client;
  };
  expect(nameOf('Prometheus/3.5.0')).toBe('Prometheus/3.5.0');
  expect(nameOf('vm_promscrape')).toBe('vm_promscrape');
  expect(nameOf('curl/8.0 (x; y) z')).toBe('curl/8.0');
  expect(nameOf('a(b')).toBe('a');
  expect(nameOf('')).toBe('unknown');
  expect(nameOf('(only a comment)')).toBe('unknown');
  expect(nameOf(undefined)).toBe('unknown');
  expect(nameOf('x'.repeat(1000))).toBe('x'.repeat(64));
});
