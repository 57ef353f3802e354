import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createListSource } from '../../inventory-server/fleet/list-source.ts';
import { decodeList, hostKey } from '../../inventory-server/fleet/sensor-list.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { listText, scrape, startAdmin, startPair, startTestFleet, type TestFleet } from './fleet-fixture.ts';

const NOWHERE = 'http://127.0.0.1:9';

async function listFile(): Promise<string> {
  const dir = await tempDir('fleet');
  onTestFinished(dir.remove);
  return join(dir.path, 'sensors.json');
}

async function statusBecomes(fleet: TestFleet, sensor: string, status: number): Promise<number> {
  return waitFor(`${sensor} to answer ${status}`, async () => {
    const seen = (await scrape(fleet.port, sensor)).status;
    return seen === status && seen;
  });
}

const messages = (fleet: TestFleet, msg: string) => fleet.log.filter((line) => line.msg === msg).length;

test('a sensor that is added answers, one that is removed does not, and an unchanged list costs a 304', async () => {
  const { admin, fleet } = await startPair([{ name: 'a' }, { name: 'b' }]);
  expect((await scrape(fleet.port, 'a')).status).toBe(200);
  await waitFor('a 304', () => admin.statuses.includes(304));
  admin.setSensors([{ name: 'b' }, { name: 'c' }]);
  await statusBecomes(fleet, 'a', 502);
  expect((await scrape(fleet.port, 'b')).status).toBe(200);
  expect((await scrape(fleet.port, 'c')).status).toBe(200);
  expect(await fleet.metric('sensor_fleet_sensors')).toBe(2);
  expect(await fleet.metric('sensor_fleet_list_revision')).toBe(2);
  expect(admin.statuses.filter((status) => status === 200)).toHaveLength(2);
});

test('a true list without sensors is a list: nothing is answered, and the fleet is healthy', async () => {
  const { admin, fleet } = await startPair([{ name: 'a' }]);
  admin.setSensors([]);
  await statusBecomes(fleet, 'a', 502);
  expect((await fleet.own('/healthz')).status).toBe(200);
});

test('the last list is kept while the inventory is down, which is logged when it begins and when it ends', async () => {
  const { admin, fleet } = await startPair([{ name: 'a' }]);
  await admin.stop();
  await waitFor(
    'three failed polls',
    async () => (await fleet.metric('sensor_fleet_list_polls_total{outcome="failed"}')) >= 3,
  );
  expect((await scrape(fleet.port, 'a')).status).toBe(200);
  expect((await fleet.own('/healthz')).status).toBe(200);
  expect(messages(fleet, 'cannot fetch the list of sensors, the last one is kept')).toBe(1);
  const again = await startAdmin([{ name: 'z' }], Number(new URL(admin.url).port));
  again.setSensors([{ name: 'b' }]);
  await statusBecomes(fleet, 'b', 200);
  expect(messages(fleet, 'list of sensors fetched again')).toBe(1);
});

test('an answer that is no list is a failure; the validator that came with it is forgotten', async () => {
  const { admin, fleet } = await startPair([{ name: 'a' }]);
  admin.answerInstead('[]');
  const failed = () => fleet.metric('sensor_fleet_list_polls_total{outcome="failed"}');
  await waitFor('two failed polls', async () => (await failed()) >= 2);
  expect((await scrape(fleet.port, 'a')).status).toBe(200);
  admin.answerInstead(undefined);
  await waitFor('the end of the failure', () => messages(fleet, 'list of sensors fetched again') === 1);
});

test('before any list stands, health says why and every scrape gets 502', async () => {
  const fleet = await startTestFleet({ ADMIN_URL: NOWHERE });
  const health = await waitFor('the first failure', async () => {
    const answer = await fleet.own('/healthz');
    return answer.body.includes('ECONNREFUSED') && answer;
  });
  expect(health.status).toBe(503);
  expect(health.body).toContain('no list of sensors yet: ');
  const answer = await scrape(fleet.port, 'a');
  expect([answer.status, answer.body]).toEqual([
    502,
    'cannot reach a: the fleet has no list of sensors yet\n',
  ]);
});

test('the list is kept on disk, and taken from there when the inventory is down at start', async () => {
  const file = await listFile();
  const { admin, fleet } = await startPair([{ name: 'a' }], { LIST_FILE: file });
  admin.setSensors([{ name: 'b', port: 9200, path: '/m' }]);
  await waitFor('the new list on disk', async () =>
    decodeList(await readFile(file, 'utf8')).sensors.has('b'),
  );
  await fleet.stop();
  await admin.stop();
  const next = await startTestFleet({ ADMIN_URL: admin.url, LIST_FILE: file });
  await waitFor('a list', async () => (await next.own('/healthz')).status === 200);
  expect((await scrape(next.port, 'a')).status).toBe(502);
  expect((await scrape(next.port, 'b')).body).toBe('b answers on port 9200 at /m only\n');
  const again = await startAdmin([{ name: 'c' }], Number(new URL(admin.url).port));
  await statusBecomes(next, 'c', 200);
  expect(again.statuses[0]).toBe(200);
});

test('a file that holds the list already is not written again, and no temporary file stays', async () => {
  const file = await listFile();
  await writeFile(file, listText(1, [{ name: 'a' }]));
  const { ino } = await stat(file);
  const { admin, fleet } = await startPair([{ name: 'a' }], { LIST_FILE: file });
  await waitFor('a 304', () => admin.statuses.includes(304));
  expect((await stat(file)).ino).toBe(ino);
  admin.setSensors([{ name: 'b' }]);
  await statusBecomes(fleet, 'b', 200);
  await waitFor('another file', async () => (await stat(file)).ino !== ino);
  expect(await readdir(join(file, '..'))).toEqual(['sensors.json']);
});

test('a broken file is no list, and a list that comes later replaces it', async () => {
  const file = await listFile();
  await writeFile(file, '{"revision":1,"sens');
  const fleet = await startTestFleet({ ADMIN_URL: NOWHERE, LIST_FILE: file });
  await waitFor('the complaint', () => messages(fleet, 'cannot take the list of sensors from disk') === 1);
  expect((await fleet.own('/healthz')).status).toBe(503);
  const admin = await startAdmin([{ name: 'a' }]);
  await startTestFleet({ ADMIN_URL: admin.url, LIST_FILE: file });
  await waitFor('the list', async () => (await readFile(file, 'utf8')) === listText(1, [{ name: 'a' }]));
});

test('a folder that cannot be written is a warning, once, and the list is served', async () => {
  const { admin, fleet } = await startPair([{ name: 'a' }], { LIST_FILE: '/proc/nowhere/sensors.json' });
  await waitFor('two 304', () => admin.statuses.filter((status) => status === 304).length >= 2);
  expect(messages(fleet, 'cannot keep the list of sensors on disk')).toBe(1);
  expect((await scrape(fleet.port, 'a')).status).toBe(200);
});

test('an inventory that hangs is given up after the timeout', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const source = createListSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 100);
  await expect(source.fetch(new AbortController().signal)).rejects.toThrow('gave no whole answer in 100 ms');
  await source.close();
  server.close();
});

test('stop ends a poll that hangs, without calling it a failure', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fleet = await startTestFleet({
    ADMIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  await once(server, 'connection');
  await fleet.stop();
  expect(fleet.log.map((line) => line.msg)).toEqual(['sensor fleet listens']);
  server.close();
});

test('a list with one bad sensor is none', () => {
  const refused = (text: string, why: string) => expect(() => decodeList(text), text).toThrow(why);
  const one = (sensor: string) => `{"revision":1,"sensors":[{"name":"a","port":1,"path":"/"},${sensor}]}`;
  refused('{', 'no JSON');
  refused('null', 'the answer is no object');
  refused('[]', 'the answer is no object');
  refused('{"sensors":[]}', '"revision" is no whole number');
  refused('{"revision":1.5,"sensors":[]}', '"revision" is no whole number');
  refused('{"revision":1}', '"sensors" is no list');
  refused(one('"b"'), 'sensor 1 is no object');
  refused(one('{"port":1,"path":"/"}'), 'sensor 1 has no name');
  refused(one('{"name":"","port":1,"path":"/"}'), 'sensor 1 has no name');
  refused(one('{"name":"b","port":"1","path":"/"}'), 'sensor 1, b, has no port from 1 to 65535');
  refused(one('{"name":"b","port":0,"path":"/"}'), 'no port');
  refused(one('{"name":"b","port":65536,"path":"/"}'), 'no port');
  refused(one('{"name":"b","port":1,"path":"m"}'), 'sensor 1, b, has no path');
  expect([...decodeList(one('{"name":"B","port":2,"path":"/","new":1}')).sensors.values()]).toHaveLength(2);
});

test('host names are equal whatever their case, and in ASCII', () => {
  expect(hostKey('Sensor_1')).toBe('sensor_1');
  expect(hostKey('fe80::1')).toBe('fe80::1');
  expect(hostKey('Zähler')).toBe('xn--zhler-gra');
});
