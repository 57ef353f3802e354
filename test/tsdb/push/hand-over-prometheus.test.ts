// Real Prometheus servers fetch /export?drain=true by the recipe of the documentation: they store every pushed sample.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startMiniTsdb } from '../../helpers/mini-tsdb.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { WEB, type WebFolder, webFolder } from '../../helpers/web-config.ts';

const binaries = await requirePrometheus();

let dir: TempDir;
let web: WebFolder;
beforeEach(async () => {
  dir = await tempDir('hand-over');
  web = await webFolder(WEB.tls);
});
afterEach(async () => {
  await web.remove();
  await dir.remove();
});

async function openServer(scheme: Scheme): Promise<string> {
  const config = join(dir.path, 'prometheus.yml');
  await writeFile(config, 'scrape_configs: []\n');
  const flags = [
    '--web.enable-push',
    '--web.enable-export-drain',
    `--storage.tsdb.path=${join(dir.path, 'data')}`,
  ];
  const server = await startMiniTsdb(config, [
    ...flags,
    ...(scheme === 'https' ? [`--web.config.file=${web.path}`] : []),
  ]);
  onTestFinished(() => server.stop());
  return server.url.replace('http:', `${scheme}:`);
}

type Scheme = 'http' | 'https';

const ask = new Agent({ connect: { rejectUnauthorized: false } });
afterAll(() => ask.close());

const recipe = (scheme: Scheme, url: string) => `
storage: { tsdb: { out_of_order_time_window: 30m } }
scrape_configs:
  - job_name: pushed
    scrape_interval: 1s
    scrape_timeout: 1s
    metrics_path: /export
    params: { drain: ['true'] }
    honor_labels: true
    scheme: ${scheme}
    tls_config: { insecure_skip_verify: true }
    static_configs: [{ targets: ['${new URL(url).host}'] }]
`;

const cases = binaries.flatMap((binary) =>
  (['http', 'https'] as const).map((scheme) => ({ version: binary.version, scheme, binary })),
);

test.each(cases)('Prometheus $version over $scheme', async ({ binary, scheme }) => {
  const url = await openServer(scheme);
  const sent = new Map<string, string>();
  const start = Math.floor(Date.now() / 1000) * 1000 - 600_000;
  const push = async (offsets: readonly number[]) => {
    const metrics = offsets.flatMap((offset) => [
      {
        name: 'load',
        value: offset / 7,
        timestamp_ms: start + offset,
        type: 'gauge',
        tags: { job: 'own', i: 'a"\\b' },
      },
      { name: 'load', value: -offset, timestamp_ms: start + offset + 1, type: 'gauge', tags: { i: 'ä' } },
    ]);
    const body = JSON.stringify(metrics);
    const headers = { 'content-type': 'application/json' };
    const answer = await request(`${url}/v1/metrics`, { method: 'POST', headers, body, dispatcher: ask });
    expect([answer.statusCode, await answer.body.text()]).toEqual([201, '{"status":"success"}']);
    for (const { value, timestamp_ms, tags } of metrics) sent.set(`${tags.i} ${timestamp_ms}`, String(value));
  };
  await push([0, 1000, 2000]);
  const prometheus = await startPrometheus(binary, { yaml: recipe(scheme, url) });
  onTestFinished(() => prometheus.stop());
  // It begins some seconds after its start; from then on each answer has a part.
  await waitFor('the first to be stored', async () => (await stored(prometheus)).size >= sent.size);
  for (let i = 0; i < 20; i += 1) {
    // Every third batch is late by two minutes.
    const first = i % 3 === 2 ? i * 10_000 - 120_000 + 500 : i * 10_000;
    await push(Array.from({ length: 50 }, (_, k) => 200_000 + first + k * 100));
    await sleep(150);
  }
  await waitFor('all to be stored', async () => (await stored(prometheus)).size >= sent.size, 30_000);
  expect(await stored(prometheus)).toEqual(sent);
  // Each is acknowledged once, however often an answer had to be given again on a busy machine.
  const all = new RegExp(`^mini_tsdb_export_samples_handed_over_total ${sent.size}$`, 'm');
  const metrics = async () => (await request(`${url}/metrics`, { dispatcher: ask })).body.text();
  await waitFor('all to be acknowledged', async () => all.test(await metrics()));
  const [type] =
    (await prometheus.api<Record<string, { type: string }[]>>('metadata?metric=load')).load ?? [];
  expect(type?.type).toBe('gauge');
});

interface Matrix {
  readonly result: readonly {
    readonly metric: { readonly i: string };
    readonly values: readonly [number, string][];
  }[];
}

/** Values by series and time. */
async function stored(prometheus: RunningPrometheus): Promise<Map<string, string>> {
  const { result } = await prometheus.api<Matrix>('query?query=load[1h]');
  return new Map(
    result.flatMap(({ metric, values }) =>
      values.map(
        ([time, value]) => [`${metric.i} ${Math.round(time * 1000)}`, String(Number(value))] as const,
      ),
    ),
  );
}
