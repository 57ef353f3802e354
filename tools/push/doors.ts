// The doors of mini-tsdb for pushed metrics, seen from outside: what each is called, where it is, what opens it.

export const DOORS = ['json', 'gateway', 'grpc', 'remote-write'] as const;

export type DoorName = (typeof DOORS)[number];

interface DoorFacts {
  readonly title: string;
  /** Of HTTP. */
  readonly path: string;
  /** The flag of mini-tsdb that opens it. */
  readonly flag: string;
  /** Metrics that one request may hold. */
  readonly mostMetrics: number;
}

const MOST_METRICS = 10_000;

export const DOOR_FACTS: Readonly<Record<DoorName, DoorFacts>> = {
  json: {
    title: 'POST /v1/metrics',
    path: '/v1/metrics',
    flag: '--web.enable-push',
    mostMetrics: MOST_METRICS,
  },
  gateway: { title: 'POST /metrics', path: '/metrics', flag: '--web.enable-push', mostMetrics: 1000 },
  grpc: { title: 'gRPC', path: '', flag: '--grpc.listen-address=:50051', mostMetrics: MOST_METRICS },
  'remote-write': {
    title: 'remote write',
    path: '/api/v1/write',
    flag: '--web.enable-remote-write-receiver',
    mostMetrics: MOST_METRICS,
  },
};

/** What became of a request: `again` may be tried again later, `refused` never as it is. */
export type Fate = 'taken' | 'again' | 'refused';

export interface Answer {
  readonly fate: Fate;
  /** The status of HTTP or gRPC, or the code of a failed connection. */
  readonly status: string;
  /** In the words of the server; empty for what was taken. */
  readonly why: string;
  /** What the server asks for. */
  readonly retryAfterMs?: number;
}

/** One request, ready to be sent. */
export interface Parcel {
  readonly bytes: Buffer;
  readonly samples: number;
}

/** A way to one door. */
export interface Door {
  /** For people. */
  readonly url: string;
  /** Never fails: what goes wrong is an answer too. It is bounded in time. */
  send(parcel: Parcel, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}
