// The README on mini-tsdb is true: flags, paths and metrics are compared with the program.

import { readFile } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startHttpServer } from '../src/lib/http-server.ts';
import { createLogger } from '../src/lib/log.ts';
import { type Flags, readFlags } from '../src/tsdb/config/flags.ts';
import { type Observed, registerMetrics } from '../src/tsdb/metrics.ts';
import { openPush } from '../src/tsdb/push/open-push.ts';
import { REFUSALS } from '../src/tsdb/push/refusal.ts';
import { createRemoteWrite } from '../src/tsdb/push/remote-write.ts';
import { createDirectQueue } from '../src/tsdb/queue/direct.ts';
import { createWriteMetrics, registerQueueMetrics } from '../src/tsdb/queue/metrics.ts';
import { openMemoryOutbox } from '../src/tsdb/queue/outbox/memory.ts';
import { createOutboxMetrics } from '../src/tsdb/queue/outbox/metrics.ts';
import { createRedisQueueMetrics, REFUSALS as QUEUE_REFUSALS } from '../src/tsdb/queue/redis/metrics.ts';
import { NO_ENTRIES } from '../src/tsdb/queue/redis/stream-state.ts';
import { createWriter } from '../src/tsdb/queue/writer.ts';
import { createScrapeManager } from '../src/tsdb/scrape/manager.ts';
import { SCRAPE_FAILURES } from '../src/tsdb/scrape/metrics.ts';
import { openMemoryStore } from '../src/tsdb/storage/memory/store.ts';
import { registerMetrics as registerPostgresMetrics } from '../src/tsdb/storage/postgres/metrics.ts';
import { allRoutes, type Sources } from '../src/tsdb/web/all-routes.ts';
import { createWeb } from '../src/tsdb/web/server.ts';
import { openReadme, words } from './helpers/readme.ts';

const { text, table } = await openReadme();

function flags(...args: string[]): Flags {
  const asked = readFlags(args);
  if (asked.kind !== 'run') throw new Error(asked.kind);
  return asked.flags;
}

describe('flags', () => {
  const rows = table('### Flags').map(([name, fallback, example]) => ({
    name: words(name)[0] ?? '',
    fallback: words(fallback)[0] ?? '',
    example: words(example)[0] ?? '',
  }));

  test('each has a row with its default, in the order of the program', () => {
    const { effective } = flags();
    expect(rows.map(({ name, fallback }) => [name, fallback])).toEqual(
      Object.entries(effective).map(([name, value]) => [`--${name}`, value]),
    );
  });

  const REDIS = ['--queue.engine=redis', '--queue.redis.url-file=url'];
  // One is nothing without the other.
  const NEEDED: Readonly<Record<string, string | readonly string[]>> = {
    '--export.path': '--web.enable-export-drain',
    '--export.max-samples': '--web.enable-export-drain',
    '--export.max-size': '--web.enable-export-drain',
    '--push.clients-file': '--web.enable-push',
    '--queue.engine': '--queue.redis.url-file=url',
    '--queue.redis.url-file': '--queue.engine=redis',
    '--queue.redis.ca-file': REDIS,
    '--queue.redis.stream': REDIS,
    '--queue.redis.appendfsync': REDIS,
    '--queue.redis.max-entries': REDIS,
    '--queue.redis.max-size': REDIS,
    '--queue.redis.claim-after': REDIS,
    '--storage.engine': '--storage.postgres.url-file=url',
    '--storage.postgres.url-file': '--storage.engine=postgres',
    '--inventory-sd.ca-file': '--inventory-sd.url=https://localhost:9098',
    '--inventory-sd.basic-auth-file': '--inventory-sd.url=https://localhost:9098',
  };

  test.each(rows)('$name has an example that the program takes', ({ name, example }) => {
    const needed = [NEEDED[name] ?? []].flat();
    const { effective: _, ...values } = flags(`${name}=${example}`, ...needed);
    // Some need each other.
    const alone = ['--queue.engine', '--queue.redis.url-file', '--storage.'];
    const isAlone = alone.some((start) => name.startsWith(start));
    const { effective: __, ...without } = flags(...(isAlone ? [] : needed));
    expect(values).not.toEqual(without);
  });
});

interface OpenApi {
  readonly paths: Readonly<Record<string, object>>;
}

/** Its document; nothing else is asked, so the doors stand before nothing. */
async function openApi(): Promise<OpenApi> {
  const routes = allRoutes({ status: {}, admin: {} } as Sources);
  const web = await createWeb({ version: '0', routes, failed: console.error });
  const server = await startHttpServer({ host: '127.0.0.1', port: 0 }, web);
  try {
    const answer = await fetch(`http://127.0.0.1:${server.address.port}/api/openapi.json`);
    return (await answer.json()) as OpenApi;
  } finally {
    await server.stop();
  }
}

test('every path of the OpenAPI document has a row with its methods, and every row is a path', async () => {
  const { paths } = await openApi();
  const declared = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const told = table('### What it answers').flatMap(([cell]) => {
    const methods = words(cell).filter((word) => !word.startsWith('/'));
    const inCell = words(cell).filter((word) => word.startsWith('/'));
    return inCell.flatMap((path) => methods.map((method) => `${method} ${path}`));
  });
  expect(told.sort()).toEqual(declared.sort());
});

test('every metric has a row with its labels, and every row is a metric', async () => {
  const registry = new Registry();
  const store = await openMemoryStore();
  const log = createLogger('silent');
  const scraper = createScrapeManager({ store, registry, log, userAgent: 'test', seed: 0 });
  const configuration = { lastReload: () => ({ isGood: true, time: 0 }) } as Observed['configuration'];
  createWriteMetrics(registry);
  const queue = createDirectQueue({ write: createWriter({ store }) });
  registerQueueMetrics(registry, queue);
  createRedisQueueMetrics(registry, { isUp: () => false, state: async () => NO_ENTRIES });
  const { dropped, observe } = createOutboxMetrics(registry);
  observe(openMemoryOutbox({ mostSamples: 1, mostBytes: 1, retentionMs: 1, log, dropped }));
  openPush({ flags: flags().push, queue, registry, log, addresses: [] });
  createRemoteWrite(registry);
  registerPostgresMetrics(registry, { trouble: () => undefined, waiting: () => 0 });
  registerMetrics(registry, { version: '0', configuration, store, isDiskTroubled: () => false });
  const metrics = await registry.getMetricsAsJSON();
  await scraper.stop();
  await store.close();

  const rows = table('### Its metrics');
  const told = rows.flatMap(([names]) => words(names).map((name) => `mini_tsdb_${name}`));
  const ours = metrics.map(({ name }) => name).filter((name) => name.startsWith('mini_tsdb_'));
  expect(told.map((name) => name.split('{')[0]).sort()).toEqual(ours.sort());
  const [, reasons] = rows.find(([name]) => name?.includes('scrapes_failed_total')) ?? [];
  expect(words(reasons)).toEqual(SCRAPE_FAILURES);
  const [, refusals] = rows.find(([name]) => name?.includes('push_refused_total')) ?? [];
  expect(words(refusals)).toEqual(REFUSALS);
  const [, queueRefusals] = rows.find(([name]) => name?.includes('queue_refused_batches_total')) ?? [];
  expect(words(queueRefusals)).toEqual(QUEUE_REFUSALS);
});

test('the samples of metrics that it shows are metrics it tells of', () => {
  const told = table('### Its metrics').flatMap(([names]) => words(names));
  const shown = [...text.matchAll(/^ {4}mini_tsdb_(\w+)/gm)].map(([, name]) => name);
  expect(shown.length).toBeGreaterThan(3);
  for (const name of shown) expect(told.map((word) => word.split('{')[0])).toContain(name);
});

test('its questions about one sensor name the job: in compose two of them scrape each sensor', () => {
  const asked = text.split('\n').filter((line) => /^ +\$ curl .*sensor_id=/.test(line));
  expect(asked.length).toBeGreaterThan(2);
  for (const line of asked) expect(line).toMatch(/job="?sensors/);
});

test('it says how each profile of compose is stopped', async () => {
  const { services } = parse(await readFile('docker-compose.yml', 'utf8'), { merge: true });
  const profiles = Object.values(services as Record<string, { profiles?: string[] }>).flatMap(
    (service) => service.profiles ?? [],
  );
  expect(profiles).toContain('simulate');
  for (const profile of profiles) expect(text).toContain(`docker compose --profile ${profile} down`);
});

test('it says that the files of users and clients are looked at with a request', async () => {
  const clients = table('### Flags').find(([name]) => name?.includes('--push.clients-file'));
  expect(clients?.join()).toContain('looked at with a push, at most once a second');
  expect(text).toContain('looked at with a request or handshake, at most once a second');
  expect(await readFile('docs/pushing.md', 'utf8')).toContain(
    'looked at with a request, at most once a second',
  );
});
