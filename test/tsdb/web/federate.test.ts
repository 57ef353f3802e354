// `/federate` against that of real Prometheus servers over the same samples, byte by byte.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { type KnownSeries, openMetrics } from './known-samples.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

const binaries = await requirePrometheus();

const NOW = Math.floor(Date.now() / 1000) * 1000;
const LONG_AGO = 400_000;

const series = (labels: Record<string, string>, value: number, agoMs = 60_000): KnownSeries => ({
  labels,
  samples: [
    [NOW - agoMs - 15_000, -77],
    [NOW - agoMs, value],
  ],
});

const RECENT: readonly KnownSeries[] = [
  series({ __name__: 'up', job: 'sensors', instance: 'a:9100' }, 1),
  series({ __name__: 'up', job: 'sensors', instance: 'b:9100' }, 0, 61_234),
  series({ __name__: 'up', job: 'inventory', instance: 'c:9100', region: 'own' }, 1),
  series({ __name__: 'no_instance', A: 'before the name' }, 123456),
  series({ __name__: 'no_instance', z: 'after' }, 1234567),
  series({ __name__: 'text', q: 'a"b\\c\nd', u: 'ä€😀' }, 21_000_000),
  series({ __name__: 'too_old' }, 1, LONG_AGO),
  ...[-0, 0.1, 1e21, 1e20, 1e-5, 5e-324, -2.5e-9, 999999, 1 / 3, Number.POSITIVE_INFINITY, Number.NaN].map(
    (value, i) => series({ __name__: 'values', i: String(i).padStart(2, '0') }, value),
  ),
];

const UTF8: readonly KnownSeries[] = [
  series({ __name__: 'a.b', 'l.x_y': '1', plain: '2' }, 1),
  series({ __name__: 'a_b', 'ä€😀': '1' }, 2),
  series({ __name__: 'with "quotes" \\', instance: 'x' }, 3),
];

const EXTERNAL = { zone: 'z"1', region: 'eu', job: 'ext' };
const YAML = `global: { external_labels: { zone: 'z"1', region: eu, job: ext } }\n`;

async function federate(url: string, query: string, accept?: string) {
  const headers = accept === undefined ? {} : { accept };
  const answer = await fetch(`${url}/federate?${query}`, { headers });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

// Prometheus 3 sorts more than twelve samples so that those of one name come in any order.
const SELECTORS = [
  '',
  'match[]=up',
  'match[]={}',
  'match[]=absent',
  'match[]=no_instance',
  'match[]=text',
  'match[]=too_old',
  'match[]=values',
  'match[]={region="",i=~"|0[01]"}&match[]=up',
  'match[]={__name__!="values",__name__!~"a.*|with.*"}',
  'match[]=up{job="sensors"}&match[]=up&match[]={instance="a:9100"}',
  'match[]=no_instance{z="after"}&match[]=no_instance{A!=""}&match[]=up{job="inventory"}',
  'match[]={"__name__"="text"}',
];

describe.each(binaries)('beside Prometheus $version', (binary) => {
  let prometheus: RunningPrometheus;
  let web: TestWeb;
  const isOld = binary.version.startsWith('2.');
  const samples = isOld ? RECENT : [...RECENT, ...UTF8];

  beforeAll(async () => {
    prometheus = await startPrometheus(binary, { yaml: YAML }, { samples: openMetrics(samples) });
    const federation = { lookbackMs: 300_000, externalLabels: () => EXTERNAL };
    web = await startTestWeb(await openMemoryStore(), { federation }, samples);
  });
  afterAll(async () => {
    await Promise.all([prometheus?.stop(), web?.stop()]);
  });

  const both = (query: string, accept?: string) =>
    Promise.all([federate(prometheus.url, query, accept), federate(web.url, query, accept)]);

  test.each(SELECTORS.filter((query) => !isOld || !query.includes('{"')))('%s is the same', async (query) => {
    const [theirs, ours] = await both(query);
    expect([ours.status, ours.text]).toEqual([theirs.status, theirs.text]);
    expect(ours.type).toBe(isOld ? `${theirs.type}; escaping=underscores` : theirs.type);
  });

  test('what is compared is not empty, and what is too old is not in it', async () => {
    const { text } = await federate(web.url, 'match[]={__name__!=""}');
    expect(text.split('\n').length).toBeGreaterThan(RECENT.length);
    expect(text).not.toMatch(/-77|too_old/);
  });

  test.each([
    'match[]=',
    'match[]=up[5m]',
    'match[]=up%20offset%201m',
    'match[]={x=',
    'match[]=up&match[]=(',
  ])('%s is refused as plain text', async (query) => {
    const [theirs, ours] = await both(query);
    expect([ours.status, ours.type]).toEqual([theirs.status, theirs.type]);
    expect(ours.text).toContain('parse error');
  });

  test.each([
    'text/plain;version=0.0.4',
    'application/openmetrics-text;version=1.0.0',
    'application/openmetrics-text;version=1.0.0;escaping=dots;q=0.9,text/plain;q=0.5',
    'application/openmetrics-text;escaping=dots;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5',
    'application/openmetrics-text;escaping=dots;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.5',
    'text/plain;version=1.0.0;escaping=allow-utf-8',
    'text/plain; version=1.0.0; escaping=values',
    'text/plain;escaping=nonsense',
    'text/plain;version=7;escaping=dots,*/*;q=0.1',
    'image/png',
    ';;,,q=,=;q=x',
  ])('Accept: %s has the same answer', async (accept) => {
    for (const query of ['match[]=up', ...(isOld ? [] : ['match[]={__name__=~"a.b|with.*"}'])]) {
      const [theirs, ours] = await both(query, accept);
      expect(ours.text).toBe(theirs.text);
      if (!isOld) expect(ours.type).toBe(theirs.type);
    }
  });
});
