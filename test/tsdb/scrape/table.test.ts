// The table of what Prometheus does with a target, run against mini-tsdb's scraper and every Prometheus there is.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirePrometheus } from '../../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { type MisbehavingTarget, startMisbehavingTarget } from './misbehaving-target.ts';
import { type Scraper, type Seen, startMini, startReal } from './scrapers.ts';
import { OTHERS, TABLE, type TableRow } from './table.ts';

const REPORT = new Set([
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
]);

let dir: TempDir;
let target: MisbehavingTarget;
let scrapers: Scraper[];
beforeAll(async () => {
  dir = await tempDir('table');
  target = await startMisbehavingTarget(new Map(TABLE.map(({ name, answers }) => [name, answers])), OTHERS);
  const binaries = await requirePrometheus();
  const yaml = config(target.port);
  // Our own last: their start is much work for a small machine.
  const real = await Promise.all(binaries.map((binary) => startReal(binary, yaml, dir.path)));
  scrapers = [...real, await startMini(yaml)];
  await Promise.all(scrapers.map(untilDone));
});
afterAll(async () => {
  await Promise.all(scrapers?.map((scraper) => scraper.stop()) ?? []);
  await target?.stop();
  await dir?.remove();
});

function config(port: number): string {
  const jobs = TABLE.map(({ name, job = '' }) => {
    const addresses = job.startsWith('target_limit')
      ? [`127.0.0.1:${port}`, `localhost:${port}`]
      : [`127.0.0.1:${port}`];
    return `
  - job_name: ${name}
    metrics_path: /${name}
    static_configs: [{targets: ${JSON.stringify(addresses)}}]
    ${job}`;
  });
  return `global: {scrape_interval: 1s, scrape_timeout: 900ms}\nscrape_configs:${jobs.join('')}\n`;
}

/** One scrape more than is looked at: then the last of those is stored. */
function untilDone(scraper: Scraper): Promise<true> {
  return waitFor(`all scrapes of ${scraper.client}`, async () => {
    const scrapes = await scraper.scrapes();
    const missing = TABLE.filter(({ name, stored }) => (scrapes.get(name)?.length ?? 0) <= stored.length);
    if (missing.length > 0) throw new Error(missing.map(({ name }) => name).join());
    return true as const;
  });
}

async function storedBy(scraper: Scraper, { name, stored }: TableRow): Promise<string[]> {
  const times = (await scraper.scrapes()).get(name) ?? [];
  const steps: string[] = [];
  for (const time of times.slice(0, stored.length)) steps.push(describeStep(await scraper.at(name, time)));
  return steps;
}

function describeStep(seen: readonly Seen[]): string {
  const own = `127.0.0.1:${target.port}`;
  const mine = seen.filter(({ labels }) => !labels.instance?.startsWith('localhost:'));
  const report = new Map(mine.map(({ labels, value }) => [labels.__name__, value]));
  const [up, , scraped, kept, added] = [...REPORT].map((name) => report.get(name));
  const series = mine
    .filter(({ labels }) => !REPORT.has(labels.__name__ ?? ''))
    .map(({ labels, value }) => `${seriesText(labels, own)}=${Object.is(value, -0) ? '-0' : value}`)
    .sort();
  const duration = (report.get('scrape_duration_seconds') ?? -1) >= 0 ? '' : ' no duration';
  return [`${up} ${scraped}/${kept}+${added}${duration}`, ...series].join(' ');
}

// The target's own labels go without saying, unless they are missing or others.
function seriesText(
  { __name__ = '', job: _, instance = '', ...labels }: Seen['labels'],
  own: string,
): string {
  const all = instance === own ? labels : { instance, ...labels };
  const parts = Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${value}"`);
  return parts.length === 0 ? __name__ : `${__name__}{${parts.join()}}`;
}

describe.each(TABLE.map((row) => [row.name, row] as const))('%s', (_, row) => {
  test(row.sentence, async () => {
    const stored = new Map(
      await Promise.all(scrapers.map(async (s) => [s.client, await storedBy(s, row)] as const)),
    );
    const expected = (client: string) => {
      if (client.startsWith('mini')) return row.ours ?? row.stored;
      return client.startsWith('Prometheus/2.') ? (row.old ?? row.stored) : row.stored;
    };
    expect(Object.fromEntries(stored)).toEqual(
      Object.fromEntries([...stored.keys()].map((client) => [client, expected(client)])),
    );
  });
});
