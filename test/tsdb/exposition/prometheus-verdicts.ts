// What a real Prometheus makes of many bodies, asked all at once: one path and one job for each.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrometheusBinary } from '../../../tools/prometheus-binaries.ts';
import { type RunningPrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { keyOf, valueText } from './reading.ts';

export interface Answer {
  readonly body: Buffer;
  readonly contentType: string;
}

export interface Verdict {
  readonly up: boolean;
  readonly lastError: string;
  /** Samples it counted in the body. */
  readonly scraped: number;
  /** As the tables write them; without those that carry an old time. */
  readonly series: Readonly<Record<string, string>>;
}

const INTERVAL_SECONDS = 5;
const OWN = /^(?:up|scrape_\w+)$/;

/** One verdict for each answer, in their order. */
export async function verdictsOf(binary: PrometheusBinary, answers: readonly Answer[]): Promise<Verdict[]> {
  const server = createServer((request, response) => {
    const { body, contentType } = answers[Number(request.url?.slice(1))] as Answer;
    response.setHeader('content-type', contentType).end(body);
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const prometheus = await startPrometheus(binary, {
      yaml: configuration((server.address() as AddressInfo).port, answers.length),
    });
    try {
      return await judged(prometheus, answers.length);
    } finally {
      await prometheus.stop();
    }
  } finally {
    server.close();
  }
}

function configuration(port: number, count: number): string {
  const job = (_: unknown, i: number) =>
    `- {job_name: "${i}", metrics_path: /${i}, static_configs: [{targets: ["127.0.0.1:${port}"]}]}`;
  const jobs = Array.from({ length: count }, job).join('\n');
  return `global: {scrape_interval: ${INTERVAL_SECONDS}s}\nscrape_configs:\n${jobs}\n`;
}

async function judged(prometheus: RunningPrometheus, count: number): Promise<Verdict[]> {
  const targets = await waitFor('every target to be scraped', async () => {
    const active = await prometheus.activeTargets();
    const judged = active.filter(({ health }) => health !== 'unknown');
    if (judged.length < count) throw new Error(`${judged.length} of ${count}`);
    return judged;
  });
  const byJob = await samplesByJob(prometheus, count);
  const verdicts = targets.map(({ scrapePool, health, lastError }): [number, Verdict] => {
    const samples = byJob.get(scrapePool) ?? [];
    const scraped = samples.find(({ labels }) => labels.__name__ === 'scrape_samples_scraped');
    const series = samples.filter(({ labels }) => !OWN.test(labels.__name__ ?? ''));
    return [
      Number(scrapePool),
      { up: health === 'up', lastError, scraped: scraped?.value ?? Number.NaN, series: table(series) },
    ];
  });
  return verdicts.sort(([a], [b]) => a - b).map(([, verdict]) => verdict);
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

// A target's health is known before its samples can be queried: wait until `up` is there for all.
async function samplesByJob(prometheus: RunningPrometheus, count: number): Promise<Map<string, Sample[]>> {
  return waitFor('the samples of every target', async () => {
    const { result } = await prometheus.api<{
      result: { metric: Record<string, string>; value: [number, string] }[];
    }>(`query?query=${encodeURIComponent('{job=~".+"}')}`);
    const byJob = new Map<string, Sample[]>();
    for (const { metric, value } of result) {
      const { job = '', instance: _, ...labels } = metric;
      byJob.set(job, [
        ...(byJob.get(job) ?? []),
        { labels, value: Number(value[1].replace('Inf', 'Infinity')) },
      ]);
    }
    if (byJob.size < count) throw new Error(`${byJob.size} of ${count}`);
    return byJob;
  });
}

function table(samples: readonly Sample[]): Record<string, string> {
  return Object.fromEntries(samples.map(({ labels, value }) => [keyOf(labels), valueText(value)]).sort());
}
