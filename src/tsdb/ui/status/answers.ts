// What the server tells of itself: the answers of /api/v1/status.

import { RequestError, request } from '../kit/request.ts';

type Top = readonly { readonly name: string; readonly value: number }[];

interface Cardinality {
  readonly headStats: {
    readonly numSeries: number;
    readonly numLabelPairs: number;
    readonly chunkCount: number;
  };
  readonly seriesCountByMetricName: Top;
  readonly labelValueCountByLabelName: Top;
  readonly memoryInBytesByLabelName: Top;
  readonly seriesCountByLabelValuePair: Top;
}

export type Refused = Readonly<Record<string, number>>;

export interface Client {
  readonly client: string;
  readonly samples: number;
  readonly batches: number;
  readonly refused: Refused;
  readonly lastSeen: string;
  readonly series: number;
  /** Null, or 0: none. */
  readonly limits: Readonly<Record<'samplesPerSecond' | 'requestsPerSecond' | 'series', number | null>>;
}

export interface Ingest {
  readonly doors: { readonly push: boolean; readonly remoteWrite: boolean; readonly grpc: boolean };
  readonly push: {
    readonly total: { readonly samples: number; readonly batches: number; readonly refused: Refused };
    readonly clients: number;
    readonly forgotten: number;
    readonly top: readonly Client[];
  };
  readonly queue: {
    readonly engine: string;
    readonly waiting: number;
    readonly oldestSeconds: number;
    readonly deadLetters: number;
  };
  readonly storage: {
    readonly engine: string;
    readonly bytes: number;
    readonly series: number;
    readonly samples: number;
    readonly oldest: string | null;
    readonly newest: string | null;
    readonly retention: string;
    /** 0: no limit. */
    readonly retentionBytes: number;
    readonly diskTrouble: boolean;
  };
}

interface Build {
  readonly version: string;
  readonly nodeVersion: string;
}

interface Runtime {
  readonly startTime: string;
  readonly CWD: string;
  readonly reloadConfigSuccess: boolean;
  readonly lastConfigTime: string;
}

/** Each one may be refused by itself: the others are shown nevertheless. */
export interface Answers {
  readonly tsdb: Cardinality | RequestError;
  readonly ingest: Ingest | RequestError;
  readonly build: Build | RequestError;
  readonly runtime: Runtime | RequestError;
  readonly flags: Readonly<Record<string, string>> | RequestError;
  readonly config: { readonly yaml: string } | RequestError;
}

/** @param top how long each list is. @throws RequestError when the server does not answer. */
export async function loadAnswers(top: number, signal: AbortSignal): Promise<Answers> {
  const ask = <Data>(name: string) =>
    request<Data>(`api/v1/status/${name}`, { signal }).catch((error: unknown) => {
      if (error instanceof RequestError && error.kind === 'refused') return error;
      throw error;
    });
  const [tsdb, ingest, build, runtime, flags, config] = await Promise.all([
    ask<Cardinality>(`tsdb?limit=${top}`),
    ask<Ingest>(`ingest?limit=${top}`),
    ask<Build>('buildinfo'),
    ask<Runtime>('runtimeinfo'),
    ask<Readonly<Record<string, string>>>('flags'),
    ask<{ yaml: string }>('config'),
  ]);
  return { tsdb, ingest, build, runtime, flags, config };
}
