// Jobs that come, change and go: what goes on undisturbed, what ends, and what is told of them.

import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import type { AppendOptions, AppendResult, Batch, Store } from '../../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { startTestServer, type TestServer } from '../../helpers/http-server.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { type MiniScraper, samples, startMini } from './scrapers.ts';

/** Also how long a scrape may take: a busy machine needs it. */
const EVERY_MS = 500;

let dir: TempDir;
let server: TestServer;
let connections: Set<unknown>;
let requests: Map<string, number>;
let text: string;
beforeAll(async () => {
  dir = await tempDir('manager');
  connections = new Set();
  requests = new Map();
  server = await startTestServer((request, response) => {
    connections.add(request.socket);
    requests.set(request.url ?? '', (requests.get(request.url ?? '') ?? 0) + 1);
    if (request.url === '/hang') return;
    response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
  });
});
afterAll(async () => {
  await server?.stop();
  await dir?.remove();
});

let mini: MiniScraper;
beforeEach(() => {
  text = '# TYPE a counter\n# HELP a Some.\na 1\n';
  connections.clear();
  requests.clear();
});
afterEach(() => mini?.stop());

function yaml(...jobs: readonly string[]): string {
  return `global: {scrape_interval: ${EVERY_MS}ms, scrape_timeout: ${EVERY_MS}ms}\nscrape_configs:\n${jobs.join('\n')}\n`;
}

function job(name: string, fields = ''): string {
  return `  - {job_name: ${name}, static_configs: [{targets: ["127.0.0.1:${server.port}"]}]${fields}}`;
}

async function rounds(name: string, least: number): Promise<void> {
  await waitFor(
    `${least} scrapes of ${name}`,
    async () => ((await mini.scrapes()).get(name)?.length ?? 0) >= least,
  );
}

/** Values and markers of one metric of a job, oldest first. */
async function story(name: string, metric: string): Promise<(number | 'stale')[]> {
  const found: { time: number; value: number | 'stale' }[] = [];
  for await (const { labels, time, value, isStale } of samples(
    mini.store,
    'job',
    name,
    0,
    Number.MAX_SAFE_INTEGER,
  ))
    if (labels.__name__ === metric) found.push({ time, value: isStale ? 'stale' : value });
  return found.sort((a, b) => a.time - b.time).map(({ value }) => value);
}

describe('a new configuration', () => {
  test('leaves jobs alone that are as before: same loop, same connection, no series added', async () => {
    mini = await startMini(yaml(job('same'), job('goes')));
    await rounds('same', 3);
    const [before] = mini.manager.status().active;
    const open = connections.size;
    mini.apply(yaml(job('comes'), job('same')));
    await rounds('comes', 3);
    const after = mini.manager.status().active.find(({ scrapePool }) => scrapePool === 'same');
    expect(after?.labels).toBe(before?.labels);
    expect(connections.size).toBeLessThanOrEqual(open + 1);
    expect((await story('same', 'scrape_series_added')).slice(1)).not.toContain(1);
    expect(await story('same', 'a')).not.toContain('stale');
  });

  test('ends the series of a job that is gone, once and for good', async () => {
    mini = await startMini(yaml(job('goes')));
    await rounds('goes', 3);
    mini.apply(yaml(job('stays')));
    await waitFor('the end', async () => (await story('goes', 'a')).includes('stale'));
    const asked = requests.get('/metrics');
    await rounds('stays', 4);
    const told = await story('goes', 'up');
    expect(told.indexOf('stale')).toBe(told.length - 1);
    expect(asked).toBeGreaterThan(0);
    expect(mini.manager.status().active.map(({ scrapePool }) => scrapePool)).toEqual(['stays']);
  });

  test('that only changes how a job is scraped goes on with the same series, without a marker', async () => {
    mini = await startMini(yaml(job('changes')));
    await rounds('changes', 3);
    mini.apply(yaml(job('changes', ', sample_limit: 100')));
    const seen = (await story('changes', 'a')).length;
    // A marker of the old loop would have been written within these.
    await rounds('changes', seen + 5);
    expect(await story('changes', 'a')).not.toContain('stale');
    expect(await story('changes', 'up')).not.toContain('stale');
  });

  test('that drops a metric ends that series and no other', async () => {
    mini = await startMini(yaml(job('drops')));
    await rounds('drops', 3);
    const rules = ', metric_relabel_configs: [{source_labels: [__name__], regex: a, action: drop}]';
    mini.apply(yaml(job('drops', rules)));
    await waitFor('the marker', async () => (await story('drops', 'a')).at(-1) === 'stale');
    expect(await story('drops', 'up')).not.toContain('stale');
  });
});

describe('a target', () => {
  test('that goes and comes back at once gets no stale marker', async () => {
    const file = join(dir.path, 'back.json');
    const list = JSON.stringify([{ targets: [`127.0.0.1:${server.port}`] }]);
    await writeFile(file, list);
    mini = await startMini(yaml(`  - {job_name: back, file_sd_configs: [{files: [${file}]}]}`));
    await rounds('back', 3);
    await writeFile(file, '[]');
    await waitFor('no target', () => mini.manager.status().active.length === 0);
    await writeFile(file, list);
    await waitFor('the target', () => mini.manager.status().active.length === 1);
    await rounds('back', (await story('back', 'a')).length + 5);
    const told = await story('back', 'a');
    // It takes the file two rounds or more to come back on a busy machine; then a marker is right, and before the end.
    expect(told.at(-1)).toBe(1);
    expect(told.filter((value) => value === 'stale').length).toBeLessThanOrEqual(1);
  });

  test('that is still being scraped at its next turn has that turn left out, and it is counted', async () => {
    mini = await startMini(yaml(job('slow', ', metrics_path: /hang'), job('quick')));
    await rounds('quick', 6);
    const skipped = await mini.registry.getSingleMetric('mini_tsdb_target_scrapes_skipped_total')?.get();
    const [{ value = 0 } = {}] = skipped?.values ?? [];
    const slow = (await mini.scrapes()).get('slow')?.length ?? 0;
    expect(requests.get('/hang')).toBeLessThanOrEqual(slow + 1);
    expect(value + slow).toBeGreaterThanOrEqual(4);
    expect(await story('quick', 'up')).not.toContain(0);
  });

  test('is told with its labels, its URL and how its last scrape went', async () => {
    mini = await startMini(yaml(job('told', ', params: {a: [b]}')));
    await rounds('told', 1);
    const [target] = mini.manager.status().active;
    expect(target).toMatchObject({
      labels: { instance: `127.0.0.1:${server.port}`, job: 'told' },
      scrapePool: 'told',
      scrapeUrl: `http://127.0.0.1:${server.port}/metrics?a=b`,
      health: 'up',
      lastError: '',
      lastSamples: 1,
      scrapeInterval: EVERY_MS,
      scrapeTimeout: EVERY_MS,
    });
    expect(target?.lastScrape).toBeGreaterThan(1e12);
    expect(mini.manager.metadata().get('a')).toEqual([{ type: 'counter', help: 'Some.', unit: '' }]);
  });

  test('that relabelling drops is told too', async () => {
    mini = await startMini(
      yaml(job('dropped', ', relabel_configs: [{action: drop, regex: ""}]'), job('keeps')),
    );
    await rounds('keeps', 1);
    mini.apply(
      yaml(job('dropped', ', relabel_configs: [{source_labels: [job], action: drop}]'), job('keeps')),
    );
    await waitFor('the dropped target', () => mini.manager.status().dropped.length === 1);
    const { dropped, droppedCounts } = mini.manager.status();
    expect(dropped).toEqual([
      { scrapePool: 'dropped', discoveredLabels: expect.objectContaining({ job: 'dropped' }) },
    ]);
    expect(droppedCounts).toEqual({ dropped: 1, keeps: 0 });
  });
});

describe('the metadata', () => {
  test('has one entry for each way in which targets describe a metric', async () => {
    mini = await startMini(yaml(job('one')));
    await rounds('one', 1);
    text = '# TYPE a counter\n# HELP a Other.\na 1\n';
    mini.apply(yaml(job('one'), job('two', ', metrics_path: /other')));
    await rounds('two', 2);
    const helps = mini.manager.metadata().get('a');
    expect(helps).toEqual([{ type: 'counter', help: 'Other.', unit: '' }]);
  });
});

describe('the stop', () => {
  test('does not read the large bodies that wait to be read', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `long_enough_to_be_large{i="${i}"} 1\n`);
    const held = new Map<string, ServerResponse>();
    const large = await startTestServer((request, response) => held.set(request.url ?? '', response));
    const paths = Array.from({ length: 10 }, (_, i) => `/large_${i}`);
    const jobs = paths.map((path) =>
      job(path, `, metrics_path: ${path}`).replace(`${server.port}`, `${large.port}`),
    );
    mini = await startMini(yaml(...jobs).replaceAll(`${EVERY_MS}ms`, '5s'));
    await waitFor('all to be asked', () => held.size === paths.length);
    for (const response of held.values())
      response.writeHead(200, { 'content-type': 'text/plain' }).end(lines.join(''));
    await waitFor('the first to be read', async () => (await mini.store.stats(0)).series > 0);
    await mini.stop();
    expect((await mini.store.stats(0)).series).toBeLessThan((paths.length / 2) * lines.length);
    await large.stop();
  });

  test('ends what is under way, and nothing is written afterwards', async () => {
    mini = await startMini(
      yaml(job('slow', ', metrics_path: /hang, scrape_interval: 2s, scrape_timeout: 2s'), job('quick')),
    );
    await waitFor('a request', () => requests.has('/hang'));
    await rounds('quick', 2);
    await mini.manager.stop();
    const before = await story('quick', 'up');
    await new Promise((resolve) => setTimeout(resolve, 3 * EVERY_MS));
    expect(await story('quick', 'up')).toEqual(before);
    expect(await story('slow', 'up')).toEqual([]);
    expect(mini.manager.status().active).toEqual([]);
  });
});

describe('the clock', () => {
  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour back', -3_600_000],
  ])('is set %s: the scrapes go on', async (_, ms) => {
    let shift = 0;
    const store = await openMemoryStore({ now: () => Date.now() + shift, outOfOrderMs: 7_200_000 });
    mini = await startMini(yaml(job('clock')), '/', { store, now: () => Date.now() + shift });
    await rounds('clock', 3);
    shift = ms;
    const before = requests.get('/metrics') ?? 0;
    await waitFor('more scrapes', () => (requests.get('/metrics') ?? 0) >= before + 4);
    const times = (await mini.scrapes()).get('clock') ?? [];
    expect(times.some((time) => Math.abs(time - Date.now() - ms) < 60_000)).toBe(true);
  });
});

/** The store with an `append` of its own. */
function storeLike(store: Store, own: Pick<Store, 'append'>): Store {
  return new Proxy(store, {
    get: (target, name) => (name === 'append' ? own.append : Reflect.get(target, name, target).bind(target)),
  });
}

describe('the store', () => {
  test('that has freed series is told their labels again, and nothing of the scrape is lost', async () => {
    const store = await openMemoryStore();
    let left = 3;
    const forgetful = storeLike(store, {
      append: async (batch: Batch, options: AppendOptions): Promise<AppendResult> => {
        const isForgotten = left > 0 && batch.refs.length > 5;
        if (!isForgotten) return store.append(batch, options);
        left -= 1;
        return {
          appended: 0,
          duplicates: 0,
          conflicts: 0,
          outOfBounds: 0,
          leftOut: [],
          unknown: [...batch.refs.keys()],
        };
      },
    });
    mini = await startMini(yaml(job('forgotten')), '/', { store: forgetful });
    await rounds('forgotten', 3);
    expect(left).toBeLessThanOrEqual(0);
    const [up, a] = [await story('forgotten', 'up'), await story('forgotten', 'a')];
    expect(a.length).toBe(up.length);
    // One may just be under way.
    expect(up.length).toBeGreaterThanOrEqual((requests.get('/metrics') ?? 0) - 1);
  });

  test('that fails makes the scrape count as failed, and the next ones go on', async () => {
    const store = await openMemoryStore();
    let fails = true;
    const failing = storeLike(store, {
      append: (batch: Batch, options: AppendOptions) =>
        fails ? Promise.reject(new AppError('full', 'no room')) : store.append(batch, options),
    });
    mini = await startMini(yaml(job('failing')), '/', { store: failing });
    await waitFor('a failure', async () => (await mini.lastErrors()).get('failing')?.includes('no room'));
    fails = false;
    await rounds('failing', 2);
    expect(await mini.registry.metrics()).toMatch(/scrapes_failed_total\{reason="store"\} [1-9]/);
    expect((await mini.lastErrors()).get('failing')).toBe('');
  });

  test('without room for one more series fails the scrape that brings it, and no other', async () => {
    const store = await openMemoryStore({ maxSeries: 12 });
    mini = await startMini(yaml(job('first')), '/', { store });
    await rounds('first', 2);
    mini.apply(yaml(job('first'), job('second'), job('third')));
    await waitFor('the refusal', async () =>
      [...(await mini.lastErrors()).values()].some((error) => error.includes('series')),
    );
    const up = await story('first', 'up');
    await rounds('first', up.length + 3);
    expect(await story('first', 'up')).not.toContain(0);
  });
});

test('ten thousand targets wait on one timer', async () => {
  const addresses = Array.from({ length: 10_000 }, (_, i) => `sensor_${i}:9100`);
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  mini = await startMini(`scrape_configs:
  - job_name: many
    scrape_interval: 100h
    static_configs: [{targets: ${JSON.stringify(addresses)}}]
`);
  await waitFor('all targets', () => mini.manager.status().active.length === 10_000);
  expect(timers() - before).toBeLessThanOrEqual(2);
});

test('turns that came while the program stood still are counted as left out', async () => {
  mini = await startMini(yaml(job('stands')));
  await rounds('stands', 2);
  const end = performance.now() + 5 * EVERY_MS;
  while (performance.now() < end);
  await rounds('stands', 4);
  const skipped = await mini.registry.getSingleMetric('mini_tsdb_target_scrapes_skipped_total')?.get();
  expect(skipped?.values[0]?.value).toBeGreaterThanOrEqual(3);
});
