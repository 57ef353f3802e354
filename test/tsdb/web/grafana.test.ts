// What Grafana's Prometheus data source asks, as its documentation and sources have it, replayed.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { KNOWN, START } from './known-samples.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

const METADATA = new Map([
  ['up', [{ type: 'gauge', help: 'Whether it is up.', unit: '' }]],
  ['once', [{ type: 'counter', help: '', unit: 'seconds' }]],
]);

let web: TestWeb;
beforeAll(async () => {
  web = await startTestWeb(await openMemoryStore(), { metadata: () => METADATA });
});
afterAll(() => web.stop());

const at = (seconds: number) => String(START / 1000 + seconds);

async function post(path: string, form: Record<string, string> | [string, string][]) {
  const answer = await fetch(`${web.url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return answer.json();
}

async function get(path: string) {
  const answer = await fetch(`${web.url}/api/v1/${path}`);
  return answer.json();
}

const good = (data: unknown) => ({ status: 'success', data });
const ups = (point: object) =>
  KNOWN.filter(({ labels }) => labels.__name__ === 'up').map(({ labels }) => ({ metric: labels, ...point }));

test('its health check', async () => {
  expect(await post('query', { query: '1+1', time: at(0) })).toEqual(
    good({ resultType: 'scalar', result: [START / 1000, '2'] }),
  );
  expect(await get('status/buildinfo')).toMatchObject(good({ version: '0.1.2' }));
});

describe('its pickers', () => {
  const span = { start: at(0), end: at(1200) };

  test('names of labels, values and series', async () => {
    expect(await post('labels', span)).toEqual(
      good(['A', '__name__', 'empty_neighbour', 'instance', 'job', 'kind', 'quote', 'wide']),
    );
    const query = new URLSearchParams(span);
    expect(await get(`label/__name__/values?${query}`)).toMatchObject({
      data: expect.arrayContaining(['up']),
    });
    expect(await get(`label/job/values?${query}&match%5B%5D=up`)).toEqual(good(['inventory', 'sensors']));
    expect(
      await post('series', [
        ...(Object.entries(span) as [string, string][]),
        ['match[]', 'up{job="inventory"}'],
      ]),
    ).toEqual(good([{ __name__: 'up', instance: 'c:9100', job: 'inventory' }]));
  });

  test('with a limit', async () => {
    expect(await post('labels', { ...span, limit: '2' })).toEqual({
      ...good(['A', '__name__']),
      warnings: ['results truncated due to limit'],
    });
    const query = { query: 'up', limit: '1', time: at(50) };
    const total = ups({}).length;
    expect(await post('query', query)).toMatchObject({
      warnings: ['results truncated due to limit'],
      data: { result: { length: 1 }, total },
    });
    const steps = { start: at(50), end: at(60), step: '10' };
    expect(await post('query_range', { ...query, ...steps })).toMatchObject({ data: { total } });
    expect(await post('query', { ...query, limit: '0' })).not.toHaveProperty('data.total');
    expect(await get(`label/__name__/values?limit=1`)).toMatchObject({ data: ['Upper'] });
    expect(
      await post('series', [
        ['match[]', 'up'],
        ['limit', '40000'],
      ]),
    ).not.toHaveProperty('warnings');
  });

  test('what the metrics are', async () => {
    expect(await get('metadata')).toEqual(good(Object.fromEntries(METADATA)));
    expect(await get('metadata?metric=once&limit=10')).toEqual(good({ once: METADATA.get('once') }));
  });
});

describe('its queries', () => {
  test('at one time', async () => {
    const result = ups({ value: [START / 1000 + 60.5, '1'] });
    expect(await post('query', { query: 'up', time: at(60.5) })).toEqual(
      good({ resultType: 'vector', result }),
    );
  });

  test.each(['15', '15s', '15.000'])('over a range, by steps of %s', async (step) => {
    const form = { query: 'up{instance="a:9100"}', start: at(0), end: at(45.5), step };
    const values = [0, 15, 30, 45].map((seconds, i) => [START / 1000 + seconds, i === 0 ? '0' : '1']);
    const metric = { __name__: 'up', instance: 'a:9100', job: 'sensors' };
    expect(await post('query_range', form)).toEqual(
      good({ resultType: 'matrix', result: [{ metric, values }] }),
    );
  });

  test('that this server cannot evaluate are refused in words', async () => {
    expect(await post('query', { query: 'rate(up[5m])' })).toEqual({
      status: 'error',
      errorType: 'execution',
      error: 'not supported yet: rate',
    });
  });
});

test('what there is none of is empty', async () => {
  expect(await get('rules')).toEqual(good({ groups: [] }));
  expect(await get('rules?type=alert&limit=1')).toEqual(good({ groups: [] }));
  expect(await get('alerts')).toEqual(good({ alerts: [] }));
  expect(await get('alertmanagers')).toEqual(good({ activeAlertmanagers: [], droppedAlertmanagers: [] }));
  const form = { query: 'rate(up[5m])', start: at(0), end: at(60) };
  expect(await post('query_exemplars', form)).toEqual(good([]));
  expect(await get(`query_exemplars?${new URLSearchParams(form)}`)).toEqual(good([]));
  expect(await post('query_exemplars', { query: 'up(' })).toMatchObject({ errorType: 'bad_data' });
});
