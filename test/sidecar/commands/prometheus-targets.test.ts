import { writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../src/lib/http-client.ts';
import { prometheusHeaders } from '../../../src/sidecar/commands/prometheus-headers.ts';
import { readActiveTargets, readDroppedTargets } from '../../../src/sidecar/commands/prometheus-targets.ts';
import { startTestServer, type TestServer } from '../../helpers/http-server.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

let client: HttpClient;
let server: TestServer | undefined;
beforeEach(() => {
  client = createHttpClient();
});
afterEach(async () => {
  await client.close();
  await server?.stop();
});

async function prometheus(listener: RequestListener, prefix = '') {
  server = await startTestServer(listener);
  return { client, url: server.url + prefix, headers: prometheusHeaders('inventory-sd/test', undefined) };
}

const answering = (data: unknown, asked: string[] = []) =>
  prometheus((request, response) => {
    asked.push(`${request.url} ${request.headers['user-agent']}`);
    response.end(JSON.stringify({ status: 'success', data }));
  }, '/prefix');

const DISCOVERED = {
  __address__: 'sensor_0:9100',
  __meta_filepath: '/etc/prometheus/targets/targets.json',
  __scheme__: 'http',
  job: 'sensors',
  site: 'north',
};
const ACTIVE = {
  discoveredLabels: DISCOVERED,
  labels: { instance: 'sensor_0:9100', job: 'x' },
  scrapePool: 'sensors',
  lastError: '',
  health: 'up',
};

test('an active target is what was discovered, and how it is scraped', async () => {
  const asked: string[] = [];
  const targets = await readActiveTargets(await answering({ activeTargets: [ACTIVE] }, asked));
  expect(asked).toEqual(['/prefix/api/v1/targets?state=active inventory-sd/test']);
  expect(targets).toEqual([
    {
      address: 'sensor_0:9100',
      file: '/etc/prometheus/targets/targets.json',
      labels: { __scheme__: 'http', job: 'sensors', site: 'north' },
      job: 'sensors',
      jobLabel: 'x',
      health: 'up',
      lastError: '',
    },
  ]);
});

test('what another program of this kind leaves out is filled in', async () => {
  const { scrapePool: _, lastError: __, ...less } = { ...ACTIVE, health: 'resting', labels: {} };
  const [target] = await readActiveTargets(await answering({ activeTargets: [less] }));
  expect(target).toMatchObject({ job: 'sensors', jobLabel: '', health: 'unknown', lastError: '' });
});

describe('dropped targets', () => {
  const dropped = [{ discoveredLabels: DISCOVERED, scrapePool: 'sensors' }];

  test('are read with their job, which Prometheus 2.x tells only as a label', async () => {
    const older = { discoveredLabels: { ...DISCOVERED, job: 'from the file' } };
    const answer = await answering({ droppedTargets: [...dropped, older] });
    const { targets, isWhole } = await readDroppedTargets(answer);
    expect(targets.map(({ address, job }) => [address, job])).toEqual([
      ['sensor_0:9100', 'sensors'],
      ['sensor_0:9100', 'from the file'],
    ]);
    expect(isWhole).toBe(true);
  });

  test.each([
    [{ sensors: 1, other: 0 }, true],
    [{ sensors: 500, other: 0 }, false],
    [null, true],
  ])('counted %o: the list is whole: %s', async (droppedTargetCounts, whole) => {
    const answer = await answering({ droppedTargets: dropped, droppedTargetCounts });
    expect((await readDroppedTargets(answer)).isWhole).toBe(whole);
  });
});

describe('what is no Prometheus is named', () => {
  const f = (what: string, listener: RequestListener, message: string) =>
    test(what, async () => {
      const asked = readActiveTargets(await prometheus(listener, '/graph'));
      const full = `cannot ask Prometheus at ${server?.url}/graph: ${message}`.replace(
        '{url}',
        `${server?.url}`,
      );
      await expect(asked).rejects.toMatchObject({ reason: 'prometheus', message: full });
    });
  const body = (text: string) => (_: unknown, response: { end(text: string): void }) =>
    void response.end(text);
  const data = (value: unknown) => body(JSON.stringify({ status: 'success', data: value }));
  const FOREIGN = 'what answers there is no Prometheus';
  const UNKNOWN = 'it lists a target in a form that is not known here';

  f('HTML', body('<html>'), FOREIGN);
  f('a list', body('[]'), FOREIGN);
  f('an error in JSON', body('{"status":"error"}'), FOREIGN);
  f('no list of targets', data({ activeTargets: {} }), FOREIGN);
  f('a target that is no object', data({ activeTargets: [7] }), 'an element is no object');
  f('half an answer', body('{"data":{"activeTargets":[{'), FOREIGN);
  f('a target without labels', data({ activeTargets: [{ scrapePool: 'a' }] }), UNKNOWN);
  f('a label that is no text', data({ activeTargets: [{ ...ACTIVE, labels: { job: 1 } }] }), UNKNOWN);
  f(
    'a target without address',
    data({ activeTargets: [{ ...ACTIVE, discoveredLabels: { job: 'x' } }] }),
    UNKNOWN,
  );
  const missing: RequestListener = (_, response) => void response.writeHead(404).end();
  f('404', missing, '{url}/graph/api/v1/targets?state=active answers 404');
});

describe('the headers of a file', () => {
  let dir: TempDir;
  beforeEach(async () => {
    dir = await tempDir('headers');
  });
  afterEach(() => dir.remove());

  test('go with every request, as the file says now', async () => {
    const path = join(dir.path, 'headers');
    const seen: unknown[] = [];
    const { url } = await prometheus(({ headers }, response) => {
      seen.push([headers.authorization, headers['user-agent']]);
      response.end('{"data":{"activeTargets":[]}}');
    });
    const server = { client, url, headers: prometheusHeaders('inventory-sd/test', path) };
    for (const token of ['one', 'another']) {
      await writeFile(path, `Authorization: Bearer ${token}\n`);
      await readActiveTargets(server);
    }
    expect(seen).toEqual([
      ['Bearer one', 'inventory-sd/test'],
      ['Bearer another', 'inventory-sd/test'],
    ]);
  });

  test.each([
    ['secret', 'cannot use {path}: line 1 is not Name: value'],
    [undefined, 'cannot read {path}: there is no such file'],
  ])('that holds %o is named, and nothing of it is repeated', async (text, why) => {
    const path = join(dir.path, 'headers');
    if (text !== undefined) await writeFile(path, text);
    const { url } = await answering({ activeTargets: [] });
    const asked = readActiveTargets({ client, url, headers: prometheusHeaders('test', path) });
    const message = `cannot ask Prometheus at ${url}: ${why.replace('{path}', path)}`;
    await expect(asked).rejects.toMatchObject({ reason: 'prometheus', message });
  });
});

test('a Prometheus that hangs is waited for within a bound', async () => {
  const hanging = await prometheus((_, response) => void response.write('{"data":{"activeTargets":['));
  await expect(readActiveTargets({ ...hanging, timeoutMs: 50 })).rejects.toMatchObject({
    reason: 'prometheus',
    message: `cannot ask Prometheus at ${hanging.url}: no whole answer within 50ms`,
  });
});

test('nobody there is named', async () => {
  const { url, ...rest } = await answering({});
  await server?.stop();
  await expect(readActiveTargets({ ...rest, url })).rejects.toMatchObject({
    reason: 'prometheus',
    message: expect.stringMatching(/^cannot ask Prometheus at http:\S+: connect ECONNREFUSED/),
  });
});
