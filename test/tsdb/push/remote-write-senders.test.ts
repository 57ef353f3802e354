// Real senders: what a Prometheus or a vmagent pushes here is what it has itself, to the last bit and the last stale marker.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type ExpectStatic, test } from 'vitest';
import { startTestServer, type TestServer } from '../../helpers/http-server.ts';
import { type MiniTsdb, startMiniTsdb } from '../../helpers/mini-tsdb.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { openReadme } from '../../helpers/readme.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { startVmagent } from '../../helpers/vmagent.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const binaries = await requirePrometheus();

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** A target whose series come and go. */
interface Target extends TestServer {
  scrapes: number;
  isDown: boolean;
  /** Samples of the metric `load` in each answer. */
  load: number;
}

async function startTarget(): Promise<Target> {
  const target = { scrapes: 0, load: 0, isDown: false };
  const server = await startTestServer((_, response) => {
    if (target.isDown) response.statusCode = 500;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(exposition(++target.scrapes, target.load));
  });
  return Object.assign(target, server);
}

function exposition(scrape: number, load: number): string {
  const lines = [
    '# TYPE requests_total counter',
    '# HELP requests_total Requests, by "code".',
    `requests_total{code="200"} ${scrape * 7}`,
    // Not -0: senders write no zero, whatever its sign.
    `odd{value="nan"} NaN`,
    `odd{value="inf"} ${scrape % 2 === 0 ? '+Inf' : '-Inf'}`,
    `odd{value="tiny"} ${5e-324 * scrape}`,
    `odd{value="third"} ${scrape / 3}`,
    `words{text="a \\"quoted\\" \\\\ text\\nof ü 日本 😀"} 1`,
    '# TYPE took histogram',
    `took_bucket{le="0.1"} ${scrape}`,
    `took_bucket{le="+Inf"} ${scrape * 2}`,
    `took_sum ${scrape * 1.1}`,
    `took_count ${scrape * 2}`,
  ];
  // It comes and goes: each end is a stale marker.
  if (scrape % 4 < 2) lines.push(`sometimes ${scrape}`);
  for (let i = 0; i < load; i += 1) lines.push(`load{i="${i}"} ${scrape}`);
  return `${lines.join('\n')}\n`;
}

async function ask(url: string, query: string, at: number): Promise<Series[]> {
  const parameters = new URLSearchParams({ query, time: String(at) });
  const answer = await fetch(`${url}/api/v1/query?${parameters}`);
  const { data, error } = (await answer.json()) as { data: { result: Series[] }; error?: string };
  if (error !== undefined) throw new Error(error);
  return data.result.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function keyOf({ metric }: Series): string {
  return JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const EVERYTHING = '{job="target"}';
const samplesOf = (url: string, now = Date.now()) => ask(url, `${EVERYTHING}[10m]`, now / 1000 + 1);
const count = (series: readonly Series[]) => series.reduce((sum, { values }) => sum + values.length, 0);

/** Whether two servers hold the same, and mean the same series to have ended at each time of a sample. */
async function expectEqual(expect: ExpectStatic, ours: string, theirs: string): Promise<void> {
  const now = Date.now();
  const [mine, other] = await Promise.all([samplesOf(ours, now), samplesOf(theirs, now)]);
  expect(mine).toEqual(other);
  const times = [...new Set(mine.flatMap(({ values }) => values.map(([time]) => time)))].sort();
  for (const time of [...times, now / 1000]) {
    const [here, there] = await Promise.all([ask(ours, EVERYTHING, time), ask(theirs, EVERYTHING, time)]);
    expect([time, here]).toEqual([time, there]);
  }
}

/** A target, and mini-tsdb to push to what is scraped there. */
interface Stage {
  readonly dir: TempDir;
  readonly target: Target;
  readonly ours: MiniTsdb;
  setTargets(...targets: string[]): Promise<void>;
}

async function onStage(flags: readonly string[], play: (stage: Stage) => Promise<void>): Promise<void> {
  const dir = await tempDir('senders');
  const target = await startTarget();
  const setTargets = (...targets: string[]) =>
    writeFile(join(dir.path, 'targets.json'), JSON.stringify([{ targets }]));
  await setTargets(`127.0.0.1:${target.port}`);
  const config = join(dir.path, 'ours.yml');
  await writeFile(config, 'global: {}\n');
  const ours = await startMiniTsdb(config, ['--web.enable-remote-write-receiver', ...flags]);
  try {
    await play({ dir, target, ours, setTargets });
  } finally {
    await ours.stop();
    await target.stop();
    await dir.remove();
  }
}

const JOB = `scrape_configs:
  - job_name: target
    scrape_interval: 500ms
    scrape_timeout: 400ms
`;
const FROM_FILE = '    file_sd_configs: [{ files: [targets.json], refresh_interval: 1s }]\n';

// They mostly wait.
describe.concurrent.each(binaries)('Prometheus $version', (binary) => {
  const withSender = async (
    { dir }: Stage,
    remoteWrite: string,
    play: (sender: RunningPrometheus) => Promise<void>,
  ) => {
    const yaml = `${JOB}${FROM_FILE}${remoteWrite}`;
    const sender = await startPrometheus(binary, { yaml }, { dir: dir.path });
    try {
      await play(sender);
    } finally {
      await sender.stop();
    }
  };

  /** Its target goes, which ends all its series; then everything must come over. */
  async function drained({ ours, setTargets }: Stage, sender: RunningPrometheus): Promise<void> {
    await setTargets();
    await waitFor(
      'the end of every series',
      async () => (await ask(sender.url, EVERYTHING, Date.now() / 1000)).length === 0,
    );
    await waitFor('every sample', async () => {
      const [mine, theirs] = await Promise.all([samplesOf(ours.url), samplesOf(sender.url)]);
      if (count(mine) !== count(theirs)) throw new Error(`${count(mine)} of ${count(theirs)}`);
      return (await ask(ours.url, EVERYTHING, Date.now() / 1000)).length === 0;
    });
  }

  test(
    'every series is here as it is there',
    ({ expect }) =>
      onStage([], async (stage) => {
        const { ours, target } = stage;
        const remoteWrite = `remote_write:
  - url: ${ours.url}/api/v1/write
    metadata_config: { send_interval: 1s }
    queue_config: { batch_send_deadline: 200ms }
`;
        await withSender(stage, remoteWrite, async (sender) => {
          await waitFor('12 scrapes', () => target.scrapes >= 12);
          await waitFor('metadata', async () => {
            const answer = await fetch(`${ours.url}/api/v1/metadata?metric=requests_total`);
            const { data } = (await answer.json()) as { data: object };
            expect(data).toEqual({
              requests_total: [{ type: 'counter', help: 'Requests, by "code".', unit: '' }],
            });
            return true;
          });
          await drained(stage, sender);
          await expectEqual(expect, ours.url, sender.url);
          const failed = await sender.metric('prometheus_remote_storage_samples_failed_total');
          const retried = await sender.metric('prometheus_remote_storage_samples_retried_total');
          expect([failed, retried]).toEqual([0, 0]);
        });
      }),
    120_000,
  );

  test(
    "limited, by the README's recipe, it loses nothing",
    ({ expect }) =>
      onStage(['--push.samples-per-second=400'], async (stage) => {
        const { ours, target } = stage;
        const { text } = await openReadme();
        const [, recipe = ''] = /```yaml\n(remote_write:[\s\S]*?)```/.exec(text) ?? [];
        // As the reader would: its own address, and as much at once as the limit lets through.
        const remoteWrite = recipe
          .replace('http://localhost:9095', ours.url)
          .replace(
            'max_samples_per_send: 2000',
            'max_samples_per_send: 200\n      batch_send_deadline: 200ms',
          );
        expect(remoteWrite).toContain('retry_on_http_429: true');
        expect(remoteWrite).toContain('max_samples_per_send: 200\n');
        target.load = 600;
        await withSender(stage, remoteWrite, async (sender) => {
          await waitFor('8 scrapes', () => target.scrapes >= 8);
          await drained(stage, sender);
          await expectEqual(expect, ours.url, sender.url);
          expect(await sender.metric('prometheus_remote_storage_samples_failed_total')).toBe(0);
          expect(await sender.metric('prometheus_remote_storage_samples_retried_total')).toBeGreaterThan(0);
          const metrics = await (await fetch(`${ours.url}/metrics`)).text();
          expect(Number(/push_refused_total\{reason="limited"\} (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(
            0,
          );
        });
      }),
    180_000,
  );
});

describe.concurrent('vmagent', () => {
  test(
    'every series is here as it is in a Prometheus that it pushes to as well',
    ({ expect }) =>
      onStage([], async ({ ours, target }) => {
        const newest = binaries.at(-1);
        if (newest === undefined) throw new Error('no Prometheus');
        const flags = ['--web.enable-remote-write-receiver'];
        const witness = await startPrometheus(newest, { yaml: 'global: {}\n' }, { flags });
        const receivers = [ours.url, witness.url].map((url) => `${url}/api/v1/write`);
        const job = `${JOB}    static_configs: [{ targets: ['127.0.0.1:${target.port}'] }]\n`;
        const vmagent = await startVmagent(job, receivers);
        try {
          await waitFor('12 scrapes', () => target.scrapes >= 12);
          // It ends every series and sends what it has.
          await vmagent.program.stop();
          await waitFor('every sample', async () => {
            const [mine, theirs] = await Promise.all([samplesOf(ours.url), samplesOf(witness.url)]);
            if (count(mine) !== count(theirs)) throw new Error(`${count(mine)}, there ${count(theirs)}`);
            return count(mine) > 100;
          });
          await expectEqual(expect, ours.url, witness.url);
        } finally {
          await vmagent.stop();
          await witness.stop();
        }
      }),
    120_000,
  );
});
