// The table of what Prometheus does with a target, run against mini-tsdb's scraper and every Prometheus there is.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/tsdb/config/config-file.ts';
import { makeTargets } from '../../../src/tsdb/scrape/make-targets.ts';
import { slotOf } from '../../../src/tsdb/scrape/slot.ts';
import { requirePrometheus } from '../../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { type MisbehavingTarget, startMisbehavingTarget } from './misbehaving-target.ts';
import { type Scraper, SEED, type Seen, startMini, startReal } from './scrapers.ts';
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
  await mkdir(join(dir.path, 'targets'));
  await writeRemoved([`127.0.0.1:${target.port}`]);
  const yaml = config(target.port);
  // Our own last: their start is much work for a small machine.
  const real = await Promise.all(binaries.map((binary) => startReal(binary, yaml, dir.path)));
  scrapers = [...real, await startMini(yaml, dir.path)];
  await Promise.all(scrapers.map(untilDone));
});
afterAll(async () => {
  await Promise.all(scrapers?.map((scraper) => scraper.stop()) ?? []);
  await target?.stop();
  await dir?.remove();
});

/** The target file of the job `removed`. */
function writeRemoved(targets: readonly string[]): Promise<void> {
  return writeFile(join(dir.path, 'targets/removed.json'), JSON.stringify([{ targets }]));
}

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
  const removed = `
  - job_name: removed
    metrics_path: /plain
    file_sd_configs: [{files: [targets/*.json]}]`;
  return `global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:${jobs.join('')}${removed}\n`;
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

test('every target that is down says why, and no other says anything', async () => {
  for (const scraper of scrapers) {
    const errors = await scraper.lastErrors();
    for (const row of TABLE) {
      const isOld = scraper.client.startsWith('Prometheus/2.');
      const isDown = ((isOld && row.old) || row.stored).at(-1)?.startsWith('0');
      expect([scraper.client, row.name, errors.get(row.name) !== '']).toEqual([
        scraper.client,
        row.name,
        isDown,
      ]);
    }
  }
});

describe('the request', () => {
  const headersOf = (row: string) =>
    scrapers.map(({ client }) => target.asked(row, client).at(-1)?.headers as Record<string, string>);

  test('tells the timeout and asks for gzip, as Prometheus does', () => {
    for (const headers of headersOf('plain')) {
      expect(headers).toMatchObject({
        'accept-encoding': 'gzip',
        'x-prometheus-scrape-timeout-seconds': '2',
        host: `127.0.0.1:${target.port}`,
      });
    }
  });

  test('asks for the formats of Prometheus 3, the richest first', () => {
    const formats = headersOf('plain').map(({ accept = '' }) =>
      accept.split(',').map((format) => format.replace(/;q=.*/, '')),
    );
    const weights = headersOf('plain').map(({ accept = '' }) =>
      accept.split(',').map((format) => Number(format.replace(/.*;q=/, ''))),
    );
    for (const falling of weights) expect(falling).toEqual([...falling].sort((a, b) => b - a));
    const newest = scrapers.findIndex(({ client }) => client.startsWith('Prometheus/3.'));
    const ours = scrapers.findIndex(({ client }) => client.startsWith('mini'));
    expect(formats[ours]).toEqual(formats[newest === -1 ? ours : newest]);
  });
});

test('a scrape is stored at its planned time when it is up to 2 ms late: the same moment of each interval', async () => {
  const mini = scrapers.find(({ client }) => client.startsWith('mini'));
  const scrapes = await mini?.scrapes();
  let onTime = 0;
  for (const job of parseConfig(config(target.port), dir.path).scrapeConfigs) {
    const [source] = job.discovery;
    const [planned] = makeTargets(source?.kind === 'static' ? source.groups : [], job).targets.values();
    if (planned === undefined) continue;
    const slot = slotOf(planned.key, SEED, 2000);
    const late = (scrapes?.get(job.jobName) ?? []).map((time) => (time - slot) % 2000);
    expect(late).not.toContain(1);
    expect(late).not.toContain(2);
    onTime += late.filter((ms) => ms === 0).length;
  }
  expect(onTime).toBeGreaterThan(0);
});

test('a target that is removed: no scrape any more, and stale markers at the time of its next turn', async () => {
  await writeRemoved([]);
  for (const scraper of scrapers) {
    const last = await waitFor(`the end of the target in ${scraper.client}`, async () => {
      const seen = await scraper.at('removed', Date.now());
      return seen.length === 0 && (await scraper.scrapes()).get('removed')?.at(-1);
    });
    const names = async (time: number) =>
      (await scraper.at('removed', time)).map(({ labels }) => labels.__name__).sort();
    expect([scraper.client, await names(last + 1500)]).toEqual([
      scraper.client,
      ['a', 'b', ...REPORT].sort(),
    ]);
    expect([scraper.client, await names(last + 2800)]).toEqual([scraper.client, []]);
  }
});
