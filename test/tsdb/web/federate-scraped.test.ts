// Real servers that scrape our `/federate`: each then has what we have, at our times.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { requireVictoriaMetrics, startVictoriaMetrics } from '../../helpers/victoria-metrics.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

const binaries = await requirePrometheus();
const victoriaMetrics = await requireVictoriaMetrics();

const NOW = Math.floor(Date.now() / 1000) * 1000 - 5_000;

// No thirds: VictoriaMetrics keeps twelve digits of them.
const SERIES = [
  { labels: { __name__: 'fed_up', job: 'sensors', instance: 'a:9100' }, value: 1 },
  { labels: { __name__: 'fed_text', job: 'x', instance: 'b', q: 'a"b\\c\nd ä€😀' }, value: 0.375 },
  { labels: { __name__: 'fed_alone' }, value: 1e21 },
  { labels: { __name__: 'fed_alone', A: '1' }, value: -2.5e-9 },
  { labels: { __name__: 'fed_ended', instance: 'c' }, value: undefined },
];

const scrapeConfig = (url: string) => `scrape_configs:
- job_name: federation
  scrape_interval: 1s
  honor_labels: true
  honor_timestamps: true
  metrics_path: /federate
  params: { 'match[]': ['{__name__=~"fed.*"}'] }
  static_configs: [{ targets: ['${new URL(url).host}'] }]
`;

let web: TestWeb;
beforeAll(async () => {
  const federation = { lookbackMs: 300_000, externalLabels: () => ({ region: 'eu' }) };
  const samples = SERIES.map(({ labels, value }) => ({
    labels,
    samples: [
      [NOW - 15_000, 7],
      [NOW, value],
    ] as const,
  }));
  web = await startTestWeb(await openMemoryStore(), { federation }, samples);
});
afterAll(() => web.stop());

interface Answer {
  readonly data: { readonly result: { metric: Record<string, string>; values: [number, string][] }[] };
}

/** What a server has of ours: its labels, then times and values, as it stands when all of it has come. */
async function received(url: string): Promise<unknown[]> {
  const query = new URLSearchParams({ query: '{__name__=~"fed.*"}[1m]' });
  return waitFor(`our samples at ${url}`, async () => {
    const { data } = (await (await fetch(`${url}/api/v1/query?${query}`)).json()) as Answer;
    if (data.result.length < 4) throw new Error(JSON.stringify(data));
    const found = data.result.map(({ metric, values }) => [
      Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)),
      // VictoriaMetrics keeps what it was given twice.
      [...new Map(values.map(([time, value]) => [time, Number(value)]))],
    ]);
    return found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  });
}

// `job` is the scraper's where we have none; an empty instance keeps its own from being added.
const EXPECTED = SERIES.filter(({ value }) => value !== undefined)
  .map(({ labels, value }) => [
    Object.entries({ region: 'eu', job: 'federation', ...labels }).sort(([a], [b]) => (a < b ? -1 : 1)),
    [[NOW / 1000, value]],
  ])
  .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

describe('scraped by', () => {
  test.each(binaries)('Prometheus $version', async (binary) => {
    const prometheus = await startPrometheus(binary, { yaml: scrapeConfig(web.url) });
    try {
      expect(await received(prometheus.url)).toEqual(EXPECTED);
      const [target] = await prometheus.activeTargets('federation');
      expect([target?.health, target?.lastError]).toEqual(['up', '']);
    } finally {
      await prometheus.stop();
    }
  });

  test('VictoriaMetrics', async () => {
    const server = await startVictoriaMetrics(victoriaMetrics, scrapeConfig(web.url));
    try {
      expect(await received(server.url)).toEqual(EXPECTED);
    } finally {
      await server.stop();
    }
  });
});
