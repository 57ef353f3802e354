// The server about itself: configuration, flags, build, run time, cardinality.

import { AppError } from '../../lib/errors.ts';
import type { StoreStats } from '../storage/contract.ts';
import { one, type Parameters } from './parameters.ts';
import { type Asked, type Route, textParameter } from './route.ts';

export interface ServerStatus {
  readonly version: string;
  readonly flags: Readonly<Record<string, string>>;
  /** The configuration in force as YAML, its secrets hidden. */
  readonly config: () => string;
  /** Unix milliseconds. */
  readonly startTime: number;
  readonly lastReload: () => { readonly isGood: boolean; readonly time: number };
  /** In words, such as `15d`. */
  readonly retention: string;
  readonly stats: (top: number) => Promise<StoreStats>;
}

const DEFAULT_TOP = 10;
const MAX_TOP = 10_000;

export function statusRoutes(status: ServerStatus): Route[] {
  const door = (name: string, summary: string, data: (asked: Asked) => unknown): Route => ({
    methods: ['GET'],
    url: `/api/v1/status/${name}`,
    tag: 'status',
    summary,
    ...(name === 'tsdb' && { parameters: { limit: textParameter('How long each list is.', '10') } }),
    handle: async (asked) => ({ status: 'success', data: await data(asked) }),
  });
  return [
    door('config', 'The configuration in force, secrets hidden', () => ({ yaml: status.config() })),
    door('flags', 'The flags in force', () => status.flags),
    door('buildinfo', 'What was built', () => ({
      version: status.version,
      revision: '',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
      nodeVersion: process.versions.node,
    })),
    door('runtimeinfo', 'How it runs', () => runtime(status)),
    door('tsdb', 'How many series there are, and of what', async ({ parameters }) =>
      cardinality(await status.stats(topOf(parameters))),
    ),
  ];
}

/** How long the lists are that are asked for. @throws AppError `bad_data`. */
export function topOf(parameters: Parameters): number {
  const text = one(parameters, 'limit') ?? String(DEFAULT_TOP);
  if (!/^\+?0*[1-9]\d*$/.test(text)) throw new AppError('bad_data', 'limit must be a positive number');
  return Math.min(Number(text), MAX_TOP);
}

function runtime({ startTime, lastReload, retention }: ServerStatus) {
  const { isGood, time } = lastReload();
  return {
    startTime: new Date(startTime).toISOString(),
    CWD: process.cwd(),
    serverTime: new Date().toISOString(),
    reloadConfigSuccess: isGood,
    lastConfigTime: new Date(time).toISOString(),
    corruptionCount: 0,
    goroutineCount: 1,
    GOMAXPROCS: 1,
    GOMEMLIMIT: 0,
    GOGC: '',
    GODEBUG: '',
    storageRetention: retention,
  };
}

function cardinality(stats: StoreStats) {
  return {
    headStats: {
      numSeries: stats.series,
      numLabelPairs: stats.labelPairs,
      chunkCount: stats.chunks,
      minTime: stats.oldest ?? 0,
      maxTime: stats.newest ?? 0,
    },
    seriesCountByMetricName: stats.seriesByMetric,
    labelValueCountByLabelName: stats.valuesByLabel,
    memoryInBytesByLabelName: stats.bytesByLabel,
    seriesCountByLabelValuePair: stats.seriesByPair,
  };
}
