// The largest list there can be, in each form.

import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ask } from './raw.ts';
import { startServer } from './servers.ts';

const MILLION = 1_000_000;

test('a million sensors are served in each form, complete', async () => {
  const server = await startServer({ sensors: MILLION });

  const names = JSON.parse((await server.get('/inventory')).body.toString());
  expect([names.length, names.at(-1)]).toEqual([MILLION, 'sensor_999999']);

  const gzipped = await server.get('/inventory', { 'Accept-Encoding': 'gzip' });
  expect(JSON.parse(gunzipSync(gzipped.body).toString()).at(-1)).toBe('sensor_999999');

  const objects = JSON.parse((await server.get('/inventory/objects')).body.toString());
  expect(objects.length).toBe(MILLION);
  expect(objects.at(-1)).toEqual({
    name: 'sensor_999999',
    port: 9100,
    path: '/metrics',
    labels: { site: 'west', room: 'roof' },
  });

  const groups = JSON.parse((await server.get('/inventory/http_sd')).body.toString()) as {
    targets: string[];
  }[];
  expect(groups.reduce((sum, group) => sum + group.targets.length, 0)).toBe(MILLION);
  expect(groups.at(-1)?.targets.at(-1)).toBe('sensor_999999:9100');

  const last = await server.get('/inventory?page=100&per_page=10000');
  expect(JSON.parse(last.body.toString()).at(-1)).toBe('sensor_999999');

  const truth = JSON.parse((await ask(server.adminPort, '/sensors')).body.toString());
  expect([truth.sensors.length, truth.sensors.at(-1).name]).toEqual([MILLION, 'sensor_999999']);
});
