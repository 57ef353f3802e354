// mini-tsdb's scraper and real Prometheus servers behind one face: what was stored at each scrape of a job.

import { Registry } from 'prom-client';
import { createLogger } from '../../../src/lib/log.ts';
import type { Labels } from '../../../src/model/labels.ts';
import { createMatcher } from '../../../src/model/matcher.ts';
import { parseConfig } from '../../../src/tsdb/config/config-file.ts';
import { createScrapeManager, type ScrapeManager } from '../../../src/tsdb/scrape/manager.ts';
import type { Budget, Store } from '../../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import type { PrometheusBinary } from '../../../tools/prometheus-binaries.ts';
import { startPrometheus } from '../../helpers/prometheus.ts';

export interface Seen {
  readonly labels: Labels;
  readonly value: number;
}

export interface Scraper {
  /** The beginning of its User-Agent. */
  readonly client: string;
  /** Times of `up` by job, Unix milliseconds, sorted. */
  scrapes(): Promise<ReadonlyMap<string, readonly number[]>>;
  /** What an instant query finds of a job. */
  at(job: string, time: number): Promise<readonly Seen[]>;
  lastErrors(): Promise<ReadonlyMap<string, string>>;
  stop(): Promise<void>;
}

export interface MiniScraper extends Scraper {
  readonly manager: ScrapeManager;
  readonly store: Store;
  readonly registry: Registry;
  apply(yaml: string): void;
}

/** Of the turns of our own scraper. */
export const SEED = 1;

/** What a test replaces. */
interface Own {
  readonly store: Store;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const LOOKBACK_MS = 300_000;

/** Reads may cost anything. */
const NO_BUDGET: Budget = { take: () => {}, breathe: () => undefined };

/** @param yaml prometheus.yml; relative paths in it start in `dir`. */
export async function startMini(yaml: string, dir = '/', own: Partial<Own> = {}): Promise<MiniScraper> {
  const store = own.store ?? (await openMemoryStore());
  const registry = new Registry();
  const options = { registry, log: createLogger('silent'), userAgent: 'mini-tsdb/0.1', seed: SEED };
  const manager = createScrapeManager({ ...options, ...own, store });
  const apply = (text: string) => manager.apply(parseConfig(text, dir).scrapeConfigs);
  apply(yaml);
  return {
    client: 'mini-tsdb/0.1',
    manager,
    store,
    registry,
    apply,
    async scrapes() {
      const times = new Map<string, number[]>();
      for await (const { labels, time, isStale } of samples(
        store,
        '__name__',
        'up',
        0,
        Number.MAX_SAFE_INTEGER,
      )) {
        const job = labels.job ?? '';
        if (isStale || !isLooked(labels)) continue;
        times.set(job, [...(times.get(job) ?? []), time]);
      }
      return times;
    },
    at: (job, time) => lastOf(store, job, time),
    lastErrors: async () =>
      new Map(manager.status().active.map((target) => [target.scrapePool, target.lastError])),
    stop: () => manager.stop(),
  };
}

async function lastOf(store: Store, job: string, time: number): Promise<Seen[]> {
  const last = new Map<number, Seen & { isStale: boolean }>();
  for await (const { ref, ...seen } of samples(store, 'job', job, time - LOOKBACK_MS + 1, time))
    last.set(ref, seen);
  return [...last.values()].filter(({ isStale }) => !isStale);
}

interface Row extends Seen {
  readonly ref: number;
  readonly time: number;
  readonly isStale: boolean;
}

/** Every sample and marker of the series with this label. */
export async function* samples(
  store: Store,
  name: string,
  value: string,
  from: number,
  to: number,
): AsyncGenerator<Row> {
  const matchers = [createMatcher(name, '=', value)];
  for await (const slices of store.select({ matchers, range: { from, to } }, NO_BUDGET)) {
    for (const { ref, labels, times, values, stale } of slices) {
      for (const [i, time] of times.entries())
        yield { ref, labels, time, value: values[i] as number, isStale: stale[i] === 1 };
    }
  }
}

interface Matrix {
  readonly result: readonly { readonly metric: Labels; readonly values: readonly [number, string][] }[];
}
interface Vector {
  readonly result: readonly { readonly metric: Labels; readonly value: [number, string] }[];
}

/** Starts a real one with the same configuration. */
export async function startReal(binary: PrometheusBinary, yaml: string, dir: string): Promise<Scraper> {
  const prometheus = await startPrometheus(binary, { yaml }, { dir });
  const query = <T>(text: string, at: number) =>
    prometheus.api<T>(`query?query=${encodeURIComponent(text)}&time=${at / 1000}`);
  return {
    client: `Prometheus/${binary.version.split('.').slice(0, 2).join('.')}`,
    async scrapes() {
      const { result } = await query<Matrix>('up[1h]', Date.now());
      return new Map(
        result
          .filter(({ metric }) => isLooked(metric))
          .map(({ metric, values }) => [metric.job ?? '', values.map(([time]) => Math.round(time * 1000))]),
      );
    },
    async at(job, time) {
      const { result } = await query<Vector>(`{job="${job}"}`, time);
      return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: numberOf(value) }));
    },
    async lastErrors() {
      const targets = await prometheus.activeTargets();
      return new Map(targets.map((target) => [target.scrapePool, target.lastError]));
    },
    stop: () => prometheus.stop(),
  };
}

// Of a job with two targets one is looked at.
function isLooked({ instance = '' }: Labels): boolean {
  return !instance.startsWith('localhost');
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? Number(text.replace('Inf', 'Infinity')) : Number(text);
}
