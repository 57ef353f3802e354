import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { sensorSamples } from '../../inventory-server/fleet/samples.ts';
import { createSlowAnswers } from '../../inventory-server/fleet/slow-answers.ts';
import { WINDOW_MS } from '../../inventory-server/fleet/window.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { rawClient, scrape, scrapeText, startPair } from './fleet-fixture.ts';

const SENSORS = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

test('a sensor that is down gets 502 on every port, the others answer', async () => {
  const { fleet } = await startPair(SENSORS, { SENSORS_DOWN: ' a, nobody' });
  const down = await scrape(fleet.port, 'a');
  expect([down.status, down.body]).toEqual([
    502,
    'cannot connect to a:9100: the sensor is down (SENSORS_DOWN)\n',
  ]);
  expect((await scrape(fleet.port, 'b')).status).toBe(200);
  expect((await scrape(fleet.port, 'nobody')).status).toBe(502);
  expect(await fleet.metric('sensor_fleet_scrapes_total{outcome="sensor_down"}')).toBe(1);
  expect(await fleet.metric('sensor_fleet_scrapes_total{outcome="unknown_sensor"}')).toBe(1);
});

test('a slow sensor answers after its delay, with the samples of then, and nobody waits for it', async () => {
  let nowMs = 119_000_000 * WINDOW_MS;
  const { fleet } = await startPair(SENSORS, { SENSORS_SLOW: 'a', SLOW_DELAY: '2s' }, { now: () => nowMs });
  const begin = performance.now();
  const slow = scrape(fleet.port, 'a');
  expect((await scrape(fleet.port, 'b')).body).toBe(sensorSamples(1, 'b', 119_000_000));
  nowMs += WINDOW_MS;
  expect((await slow).body).toBe(sensorSamples(1, 'a', 119_000_001));
  expect(performance.now() - begin).toBeGreaterThanOrEqual(1_999);
});

test('behind a slow sensor pipelined answers wait their turn', async () => {
  const { fleet } = await startPair(SENSORS, { SENSORS_SLOW: 'a', SLOW_DELAY: '200ms' });
  const client = await rawClient(fleet.port);
  client.write(['a', 'x', 'b'].map((name) => scrapeText(`http://${name}:9100/metrics`)).join(''));
  const statuses = [await client.answer(), await client.answer(), await client.answer()].map(
    ({ status }) => status,
  );
  expect(statuses).toEqual([200, 502, 200]);
});

test('a slow sensor that leaves the inventory meanwhile is not answered for', async () => {
  const { admin, fleet } = await startPair(SENSORS, { SENSORS_SLOW: 'a', SLOW_DELAY: '2s' });
  const slow = scrape(fleet.port, 'a');
  admin.setSensors([{ name: 'b' }]);
  expect((await slow).status).toBe(502);
});

test('a client that goes away is not answered and not recorded', async () => {
  const { fleet } = await startPair(SENSORS, { SENSORS_SLOW: 'a', SLOW_DELAY: '300ms' });
  const gone = await rawClient(fleet.port);
  gone.write(scrapeText('http://a:9100/metrics'));
  await waitFor('its connection', async () => (await fleet.metric('sensor_fleet_connections')) === 2);
  gone.socket.destroy();
  expect((await scrape(fleet.port, 'a')).status).toBe(200);
  expect(await fleet.metric('sensor_fleet_scrapes_total{outcome="answered"}')).toBe(1);
});

test('stop does not wait for a slow sensor', async () => {
  const { fleet } = await startPair(SENSORS, { SENSORS_SLOW: 'a', SLOW_DELAY: '1h' });
  const client = await rawClient(fleet.port);
  client.write(scrapeText('http://a:9100/metrics'));
  await waitFor('its connection', async () => (await fleet.metric('sensor_fleet_connections')) === 2);
  await fleet.stop();
  expect(await client.closed()).toBe('');
});

test('no more answers wait than the bound allows', () => {
  const answers = createSlowAnswers(3_600_000, 2);
  const responses = [1, 2, 3].map(() => new EventEmitter() as ServerResponse);
  const [first, second, third] = responses as [ServerResponse, ServerResponse, ServerResponse];
  const hold = (response: ServerResponse) => answers.hold(response, () => {});
  expect([hold(first), hold(second), hold(third)]).toEqual([true, true, false]);
  first.emit('close');
  expect(hold(third)).toBe(true);
  for (const response of responses) response.emit('close');
});
