import fc from 'fast-check';
import { Client } from 'undici';
import { expect, test } from 'vitest';
import { sensorSamples } from '../../inventory-server/fleet/samples.ts';
import { SERVER_LIMITS } from '../../inventory-server/fleet/server.ts';
import { WINDOW_MS } from '../../inventory-server/fleet/window.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { ask, rawClient, scrape, scrapeText, startPair, startTestFleet } from './fleet-fixture.ts';

const SENSORS = [
  { name: 'sensor_0' },
  { name: 'sensor_1', port: 9200, path: '/other' },
  { name: '::1' },
  { name: 'zähler' },
  { name: 'Upper' },
];
const WINDOW = 119_000_000;
const now = () => WINDOW * WINDOW_MS + 1;
const URL_0 = 'http://sensor_0:9100/metrics';

test('a scrape of a sensor gets its samples of this window, with the content type of text 0.0.4', async () => {
  const { fleet } = await startPair(SENSORS, { SEED: '7' }, { now });
  const answer = await scrape(fleet.port, 'sensor_0', 'Accept-Encoding: gzip\r\n');
  expect(answer.status).toBe(200);
  expect(answer.head.toLowerCase()).toContain(
    '\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n',
  );
  expect(answer.head.toLowerCase()).not.toContain('content-encoding');
  expect(answer.head.toLowerCase()).toContain('\r\nkeep-alive: timeout=120\r\n');
  expect(answer.body).toBe(sensorSamples(7, 'sensor_0', WINDOW));
});

test('every way to name a sensor is answered, every other request is refused with its own status', async () => {
  const { fleet } = await startPair(SENSORS, {}, { now });
  const cases: [string, string, number][] = [
    ['GET', URL_0, 200],
    ['HEAD', URL_0, 200],
    ['GET', `${URL_0}?collect=all`, 200],
    ['GET', 'HTTP://SENSOR_0:9100/metrics', 200],
    ['GET', 'http://sensor_1:9200/other', 200],
    ['GET', 'http://[::1]:9100/metrics', 200],
    ['GET', 'http://xn--zhler-gra:9100/metrics', 200],
    ['GET', 'http://Upper:9100/metrics', 200],
    ['GET', 'http://upper:9100/metrics', 200],
    ['GET', 'http://sensor_2:9100/metrics', 502],
    ['GET', 'http://sensor_0.:9100/metrics', 502],
    ['GET', 'http://sensor_00:9100/metrics', 502],
    ['GET', 'http://__proto__:9100/metrics', 502],
    ['GET', 'http://127.0.0.1:9100/metrics', 502],
    ['GET', 'http://sensor_0:9101/metrics', 404],
    ['GET', 'http://sensor_0/metrics', 404], // port 80
    ['GET', 'http://sensor_0:9100', 404],
    ['GET', 'http://sensor_0:9100/', 404],
    ['GET', 'http://sensor_0:9100/metrics/', 404],
    ['GET', 'http://sensor_1:9100/metrics', 404],
    ['GET', 'http://user:pass@sensor_0:9100/metrics', 400],
    ['GET', 'https://sensor_0:9100/metrics', 400],
    ['GET', 'http:///metrics', 400],
    ['GET', 'sensor_0:9100/metrics', 400],
    ['POST', URL_0, 405],
    ['PUT', URL_0, 405],
    ['DELETE', 'http://sensor_2:9100/metrics', 405],
    ['OPTIONS', '*', 405],
    ['CONNECT', 'sensor_0:9100', 405],
    ['CONNECT', 'elsewhere:443', 405],
    ['GET', '/healthz', 200],
    ['HEAD', '/healthz', 200],
    ['GET', '/metrics', 200],
    ['GET', '/served', 200],
    ['GET', '/served?since=yesterday', 400],
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['POST', '/metrics', 405],
    ['POST', '/nothing', 405],
    ['NONSENSE', URL_0, 400],
  ];
  for (const [method, target, status] of cases) {
    const { head } = await ask(fleet.port, `${method} ${target} HTTP/1.1\r\nHost: fleet\r\n\r\n`);
    expect(`${method} ${target}: ${head.slice(9, 12)}`).toBe(`${method} ${target}: ${status}`);
    if (status === 405) expect(head.toLowerCase()).toContain('\r\nallow: get, head\r\n');
  }
});

test('a refusal says why', async () => {
  const { fleet } = await startPair(SENSORS);
  expect((await scrape(fleet.port, 'sensor_7')).body).toBe(
    'cannot resolve sensor_7: the inventory has no such sensor\n',
  );
  const wrong = await ask(fleet.port, scrapeText('http://sensor_1:9100/metrics'));
  expect(wrong.body).toBe('sensor_1 answers on port 9200 at /other only\n');
});

test('HEAD has the headers of GET and no body', async () => {
  const { fleet } = await startPair(SENSORS, {}, { now });
  const client = await rawClient(fleet.port);
  client.write(`HEAD ${URL_0} HTTP/1.1\r\nHost: fleet\r\n\r\n`);
  const head = await client.answer({ headOnly: true });
  const length = sensorSamples(1, 'sensor_0', WINDOW).length;
  expect(head.head.toLowerCase()).toContain(`\r\ncontent-length: ${length}\r\n`);
  client.write(scrapeText('http://sensor_0:9100/none'));
  expect((await client.answer()).status).toBe(404);
});

test('an HTTP client of the field gets samples by the absolute form, over one connection that stays open', async () => {
  const { fleet } = await startPair(SENSORS, {}, { now });
  const client = new Client(`http://127.0.0.1:${fleet.port}`);
  for (let i = 0; i < 3; i += 1) {
    const answer = await client.request({ path: URL_0, method: 'GET' });
    expect(answer.statusCode).toBe(200);
    expect(await answer.body.text()).toBe(sensorSamples(1, 'sensor_0', WINDOW));
  }
  expect(await fleet.metric('sensor_fleet_connections')).toBe(2);
  await client.close();
});

test('its own metrics are text 0.0.4 and count what it answered and what that cost', async () => {
  const { fleet } = await startPair(SENSORS);
  await scrape(fleet.port, 'sensor_0');
  await scrape(fleet.port, 'sensor_0');
  await scrape(fleet.port, 'sensor_9');
  const { head, body } = await fleet.own('/metrics');
  expect(head.toLowerCase()).toContain('\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n');
  expect(body).toContain('\nsensor_fleet_scrapes_total{outcome="answered"} 2\n');
  expect(body).toContain('\nsensor_fleet_scrapes_total{outcome="unknown_sensor"} 1\n');
  expect(body).toContain('\nsensor_fleet_scrapes_total{outcome="sensor_down"} 0\n');
  expect(body).toContain('\nsensor_fleet_sensors 5\n');
  expect(await fleet.metric('sensor_fleet_scrapes_total{outcome="answered"}')).toBe(2);
  expect(await fleet.metric('sensor_fleet_bodies_prepared_total')).toBeGreaterThan(0);
  expect(await fleet.metric('sensor_fleet_prepared_bytes')).toBeGreaterThanOrEqual(0);
  expect(await fleet.metric('sensor_fleet_cpu_seconds_total{mode="user"}')).toBeGreaterThan(0);
  for (const line of body.split('\n').filter((line) => /^[^#]/.test(line)))
    expect(line).toMatch(/^sensor_fleet_/);
});

test('the Host header never chooses the sensor', async () => {
  const { fleet } = await startPair(SENSORS, {}, { now });
  const answer = await ask(fleet.port, `GET ${URL_0} HTTP/1.1\r\nHost: sensor_1:9200\r\n\r\n`);
  expect(answer.body).toBe(sensorSamples(1, 'sensor_0', WINDOW));
});

test('pipelined requests are answered in order, however the bytes arrive', async () => {
  const { fleet } = await startPair(SENSORS, {}, { now });
  const targets = fc.constantFrom<[string, number]>(
    [URL_0, 200],
    ['http://sensor_9:9100/metrics', 502],
    ['http://sensor_0:1/metrics', 404],
    ['/healthz', 200],
    ['/nothing', 404],
  );
  const cuts = fc.array(fc.nat({ max: 600 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(targets, { minLength: 1, maxLength: 6 }), cuts, async (wanted, at) => {
      const client = await rawClient(fleet.port);
      const text = wanted.map(([target]) => scrapeText(target)).join('');
      const edges = [
        0,
        ...at.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b),
        text.length,
      ];
      for (const [i, edge] of edges.slice(1).entries()) {
        client.write(text.slice(edges[i], edge));
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const [target, status] of wanted)
        expect([target, (await client.answer()).status]).toEqual([target, status]);
      client.socket.destroy();
    }),
    { numRuns: 20 },
  );
});

test('a connection ends after HTTP/1.0 and after Connection: close', async () => {
  const { fleet } = await startPair(SENSORS);
  for (const text of [`GET ${URL_0} HTTP/1.0\r\n\r\n`, scrapeText(URL_0, 'Connection: close\r\n')]) {
    const client = await rawClient(fleet.port);
    client.write(text);
    expect((await client.closed()).slice(9, 12)).toBe('200');
  }
});

test('bodies, expectations and broken requests are refused and end the connection', async () => {
  const { fleet } = await startPair(SENSORS);
  const cases: [string, string][] = [
    [scrapeText(URL_0, 'Content-Length: 3\r\n'), '400'],
    [scrapeText(URL_0, 'Transfer-Encoding: chunked\r\n'), '400'],
    [scrapeText(URL_0, 'Content-Length: 1\r\nContent-Length: 2\r\n'), '400'],
    [scrapeText(URL_0, 'Expect: 100-continue\r\n'), '417'],
    [scrapeText(URL_0, 'Expect: wonders\r\n'), '417'],
    [`GET ${URL_0} HTTP/1.1\r\n\r\n`, '400'], // no Host
    [`GET ${URL_0} HTTP/1.1\nHost: x\n\n`, '400'],
    [`GET ${URL_0} HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n`, '400'],
    [`GET ${URL_0} HTTP/2.0\r\n\r\n`, '505'],
    ['hello\r\n\r\n', '400'],
    ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello', '405'],
    [scrapeText(URL_0, `X-Long: ${'a'.repeat(SERVER_LIMITS.headerBytes)}\r\n`), '431'],
  ];
  for (const [text, status] of cases) {
    const client = await rawClient(fleet.port);
    client.write(text);
    expect([text.slice(0, 120), (await client.closed()).slice(9, 12)]).toEqual([text.slice(0, 120), status]);
  }
  expect(await fleet.metric('sensor_fleet_scrapes_total{outcome="answered"}')).toBe(0);
});

test('a half-sent head and an idle connection are ended', async () => {
  const limits = { headMs: 300, checkEveryMs: 50, idleMs: 100 };
  const { fleet } = await startPair(SENSORS, {}, { limits });
  const half = await rawClient(fleet.port);
  half.write(`GET ${URL_0} HTTP/1.1\r\nHost: fl`);
  expect((await half.closed()).slice(9, 12)).toBe('408');
  const idle = await rawClient(fleet.port);
  idle.write(scrapeText(URL_0));
  expect((await idle.closed()).slice(9, 12)).toBe('200');
});

test('a client that reads nothing is cut off', async () => {
  const { fleet } = await startPair(SENSORS, {}, { limits: { stuckMs: 300 } });
  const client = await rawClient(fleet.port);
  client.socket.pause();
  for (let i = 0; i < 5_000; i += 1) client.write(scrapeText(URL_0));
  const connections = () => fleet.metric('sensor_fleet_connections');
  expect(await waitFor('all to be gone but the one that asks', async () => (await connections()) === 1)).toBe(
    true,
  );
});

test('connections beyond the bound are refused, and taken again when others have ended', async () => {
  const { fleet } = await startPair(SENSORS, {}, { limits: { connections: 2 } });
  const place = () =>
    waitFor('a free place', async () => {
      const client = await rawClient(fleet.port);
      client.write(scrapeText(URL_0));
      return (await client.answer()).status === 200 && client;
    });
  const first = await place();
  await place();
  expect(await (await rawClient(fleet.port)).closed()).toBe('');
  first.socket.destroy();
  await place();
});

test('a client that stays after a refused tunnel does not hold up the stop', async () => {
  const { fleet } = await startPair(SENSORS);
  const client = await rawClient(fleet.port);
  client.write('CONNECT sensor_0:9100 HTTP/1.1\r\nHost: x\r\n\r\n');
  expect((await client.answer()).status).toBe(405);
  await fleet.stop();
  await expect(scrape(fleet.port, 'sensor_0')).rejects.toThrow('ECONNREFUSED');
});

test('a taken port is an error that names it', async () => {
  const { fleet, admin } = await startPair(SENSORS);
  const address = `127.0.0.1:${fleet.port}`;
  await expect(startTestFleet({ ADMIN_URL: admin.url, LISTEN_ADDRESS: address })).rejects.toThrow(
    `cannot listen on ${address}: another program listens there`,
  );
});
