// The same requests to a real Prometheus and to us, over the same samples: the same status and the same answer.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { openMetrics, START } from './known-samples.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

const binaries = await requirePrometheus();
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const at = (seconds: number) => (START / 1000 + seconds).toFixed(3);

/** What differs between two right answers: the order of a set, and what servers add in words. */
function comparable({ status, body }: Answer): Answer {
  const { data, ...rest } = body as { data?: unknown; infos?: unknown; warnings?: unknown };
  const told = 'error' in rest ? { ...rest, error: '' } : rest;
  return { status, body: { ...told, data: sorted(data) } };
}

function sorted(data: unknown): unknown {
  const key = (value: unknown) => JSON.stringify(value);
  if (Array.isArray(data)) return data.map(byName).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  if (typeof data !== 'object' || data === null || !('resultType' in data)) return data;
  const { resultType, result } = data as { resultType: string; result: unknown };
  return { resultType, result: /vector|matrix/.test(resultType) ? sorted(result) : result };
}

// The order of labels says nothing.
function byName(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('metric' in value) return { ...value, metric: byName(value.metric) };
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function ask(url: string, path: string, form: string | undefined): Promise<Answer> {
  const answer = await fetch(
    `${url}/api/v1/${path}`,
    form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) },
  );
  return { status: answer.status, body: await answer.json() };
}

describe.each(binaries)('Prometheus $version', (binary) => {
  let prometheus: RunningPrometheus;
  let web: TestWeb;
  const isOld = binary.version.startsWith('2.');

  beforeAll(async () => {
    prometheus = await startPrometheus(binary, { yaml: `global: {}\n` }, { samples: openMetrics() });
    web = await startTestWeb(await openMemoryStore());
  });
  afterAll(async () => {
    await Promise.all([prometheus?.stop(), web?.stop()]);
  });

  /** `form`: sent by POST. `only`: what 2.42 means otherwise. */
  const f = (path: string, { form, newer = false }: { form?: string; newer?: boolean } = {}) => {
    if (newer && isOld) return;
    test(`${path} ${form ?? ''}`.slice(0, 120), async () => {
      const [theirs, ours] = await Promise.all([ask(prometheus.url, path, form), ask(web.url, path, form)]);
      expect(comparable(ours)).toEqual(comparable(theirs));
    });
  };
  const instant = (query: string, seconds: number, options?: { newer?: boolean }) =>
    f(`query?query=${encodeURIComponent(query)}&time=${at(seconds)}`, options);
  const range = (query: string, from: number, to: number, step: string, options?: { newer?: boolean }) =>
    f(`query_range?query=${encodeURIComponent(query)}&start=${at(from)}&end=${at(to)}&step=${step}`, options);

  describe('instant queries', () => {
    for (const seconds of [-1, 0, 0.001, 61.499, 61.5, 100, 361.499, 600, 1500, 1699]) {
      for (const query of ['up', 'once', 'sparse', '{__name__=~".+"}']) instant(query, seconds);
    }
    instant('sparser', 300, { newer: true }); // a sample exactly as old as the lookback
    instant('once', 361.5, { newer: true });
    for (let i = 0; i < 18; i++) instant('values', i * 10);
    for (const query of [
      'up{job="sensors"}',
      'up{job!="sensors"}',
      'up{job=~"sens.*|x"}',
      'up{job!~"sens.*"}',
      'up{job=~"ensor"}',
      'up{nope=""}',
      'up{nope!=""}',
      'up{instance=~"[ab]:9100",job="sensors"}',
      '{job="inventory"}',
      '{__name__="up",job="inventory"}',
      '{__name__!="up"}',
      'text{quote="a\\"b\\\\c\\nd"}',
      'text{empty_neighbour=~".€😀"}',
      'up offset 1m',
      'up offset -1m',
      'up @ start()',
      'up @ end() offset 30s',
      `up @ ${at(90)}`,
      'once offset 5m',
      'up[59s]',
      'up[14s] offset 7s',
      'values[1h]',
      'once[1s]',
      `up[30s] @ ${at(77)}`,
      '1',
      '1 + 1',
      '-1 ^ 2',
      '2 ^ 3 ^ 2',
      '0x1F',
      '010',
      '1e21',
      '1e-7',
      'NaN',
      '-Inf',
      '1 == bool 1',
      '"text"',
      "'a\\x41'",
      'absent_metric',
    ])
      instant(query, 120);
    instant('5e-324', 120);
    instant('-1.25e-10', 120);
    instant('1.5e300', 120);
    instant('up[1m]', 120, { newer: true }); // the open end
    instant('text{quote=~"a.*d"}', 120, { newer: true }); // a dot takes a line end
    instant('{"up"}', 120, { newer: true });
    instant('{"up", "job"="sensors"}', 120, { newer: true });
    instant('5m', 120, { newer: true });
    f('query', { form: `query=up&time=${at(50)}` });
    f(`query?query=up&time=${at(50)}`, { form: 'query=once' });
    f(`query?query=up&time=${new Date(START + 50_500).toISOString()}`);
    f(`query?query=up&time=${at(51)}&lookback_delta=5s`, { newer: true });
    f(`query?query=up&time=${at(50)}&limit=2`, { newer: true });
  });

  describe('range queries', () => {
    range('up', 0, 600, '15');
    range('up', 0, 600, '15s');
    range('up', 0.5, 700, '7.3');
    range('up{job="sensors"}', -600, 1800, '1m');
    range('sparse', 0, 2400, '30');
    range('once', 0, 900, '10.5');
    range('values', 0, 200, '10');
    range('up offset 2m', 0, 600, '60');
    range('up @ start()', 60, 600, '60');
    range('up @ end()', 60, 600, '60');
    range(`up @ ${at(100)} offset 10s`, 60, 600, '60');
    range('up @ end()', 60, 139, '60'); // the end asked for, not the last step
    range('up @ end() offset 20s', 60, 139.75, '7');
    range('up', 0, 1, '0.2904'); // what is less than a millisecond is cut off
    range('up', 0, 0.01, '0.0015');
    range('1 + 1', 0, 30, '10');
    range('absent_metric', 0, 30, '10');
    range('sparser', 0, 2000, '10', { newer: true });
    f('query_range', { form: `query=up&start=${at(0)}&end=${at(100)}&step=20` });
  });

  describe('what there is', () => {
    const span = `start=${at(0)}&end=${at(1200)}`;
    f(`series?match[]=up&${span}`);
    f(`series?match[]=up&match[]={__name__=~"o.*"}&${span}`);
    f('series', { form: `match[]=up&match[]=once&${span}` });
    f(`series?match[]=once&start=${at(62)}&end=${at(70)}`, { newer: true });
    f(`series?match[]=absent&${span}`);
    f(`labels?${span}`);
    f(`labels?match[]=up&${span}`);
    f('labels', { form: `match[]=text&${span}` });
    f(`label/job/values?${span}`);
    f(`label/__name__/values?${span}`);
    f(`label/instance/values?match[]=up{job="sensors"}&${span}`);
    f(`label/nope/values?${span}`);
    f(`labels?${span}&limit=2`, { newer: true });
    f(`label/U__job/values?${span}`, { newer: true });
    f(`label/U__empty__neighbour/values?${span}`, { newer: true });
    f(`label/U__no_2e_such/values?${span}`, { newer: true });
    f(`series?match[]=up&${span}`, { form: 'match[]=once' });
    f('rules');
    f('alerts');
    f('alertmanagers');
    f('targets?state=active', { newer: true });
    f('targets?state=nonsense', { newer: true });
    f('targets', { newer: true });
    f('scrape_pools', { newer: true });
    f('metadata');
    f(`query_exemplars?query=rate(up[5m])&${span}`);
    f('query_exemplars', { form: 'query=up' });
  });

  describe('faults', () => {
    for (const path of [
      'query',
      'query?query=',
      'query?query=up{',
      'query?query=up[5m',
      'query?query={}',
      'query?query=up{a=~"("}',
      'query?query=up&time=yesterday',
      'query?query=up&timeout=soon',
      'query?query=1==2',
      'query?query=up[0s]',
      'query?query=(up)[5m]',
      'query?query=up%20offset%201m%20offset%201m',
      'query?query=up&time=2024-02-30T00:00:00Z',
      'query?query=up&time=2024-02-29T24:00:00Z',
      'query?query=up&time=2024-13-01T00:00:00Z',
      'query?query=up&time=2024-02-29t00:00:00z',
      'query?query=up&time=Jan%201%202024',
      'query?query=up&timeout=1e30',
      'query_exemplars',
      'query_exemplars?query=up(',
      'metadata?limit=x',
      'query_range?query=up&start=1&end=2',
      'query_range?query=up&start=1&end=2&step=0',
      'query_range?query=up&start=1&end=2&step=-1',
      'query_range?query=up&start=2&end=1&step=1',
      'query_range?query=up&start=1&end=11003&step=1',
      'query_range?query=up&start=x&end=2&step=1',
      'query_range?query=up[5m]&start=1&end=2&step=1',
      'query_range?query="a"&start=1&end=2&step=1',
      'series',
      'series?match[]=',
      'series?match[]=up[5m]',
      'series?match[]={}',
      'series?match[]=up&start=2&end=1',
      'labels?match[]=(',
      'label/job/values?start=x',
    ])
      f(path);
    f('query_range?query=up&start=1&end=11001&step=1'); // the most points
    f('query?query=up&limit=x', { newer: true });
    f('labels?limit=-1', { newer: true });
    f('status/tsdb?limit=0', { newer: true });
    f(`query?query=up&time=${at(60)}&lookback_delta=0`);
    f(`query?query=up&time=${at(60)}&query=once`);
    f(`query?query=up&time=${at(60)}&limit=%2B1`, { newer: true });
  });
});
