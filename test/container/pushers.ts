// Three clients that push into the doors of one mini-tsdb, by JSON, remote write and gRPC, each batch again and again
// until it is acknowledged, whatever happens meanwhile; and what they were told, counted.

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/lib/errors.ts';
import { grpcClient } from '../helpers/grpc-client.ts';
import { encodeWriteRequest, snappy } from '../helpers/remote-write.ts';

export const DOORS = ['json', 'remote_write', 'grpc'] as const;
export type DoorName = (typeof DOORS)[number];

export interface Addresses {
  /** Of the HTTP doors. */
  readonly url: string;
  /** Of the gRPC door, host and port. */
  readonly grpc: string;
}

/** Samples, but for `refused`. */
export interface Tally {
  /** Of pushes that were answered well, repeats too. */
  readonly acknowledged: number;
  /** Of acknowledged batches that were pushed once more as they were. */
  readonly duplicates: number;
  /** Of acknowledged batches that were pushed once more with other values. */
  readonly conflicts: number;
  /** Pushes that failed, and were made again. */
  readonly refused: number;
}

export interface Pushing {
  /** Acknowledged samples so far, of the door that has the fewest. */
  least(): number;
  /** Resolves when every pusher has had its last batch acknowledged. @throws what no patience helped against. */
  stop(): Promise<Tally>;
}

export interface PushingOptions {
  /** Name of the metric; it has a series for each door and `SERIES` numbers. */
  readonly metric: string;
  /** Unix milliseconds of the first batch; the next ones follow at every second. */
  readonly begin: number;
}

export const SERIES = 100;
/** What is added to a value where another one stands already. */
const OTHER = 0.5;
const PAUSE_MS = 40;
const AGAIN_MS = 100;
const ANSWER_MS = 15_000;
/** Longer than anything that is broken in a test stays so. */
const PATIENCE_MS = 240_000;

/** One row of a batch: number of its series, time in Unix milliseconds, value. */
type Row = readonly [series: number, time: number, value: number];
type Send = (rows: readonly Row[]) => Promise<void>;

/** Begins at once. Values are whole numbers from 0 on for each door, each once; those of conflicts lie between them. */
export function startPushers(doors: Addresses, { metric, begin }: PushingOptions): Pushing {
  const stopping = new AbortController();
  const ends: (() => void)[] = [];
  const pushers = DOORS.map((door) => {
    const { send, close } = SENDERS[door](doors, metric);
    ends.push(close);
    return new Pusher(send, begin);
  });
  const running = Promise.all(pushers.map((pusher) => pusher.run(stopping.signal)));
  // The stop reports it.
  running.catch(() => {});
  return {
    least: () => Math.min(...pushers.map(({ tally }) => tally.acknowledged)),
    async stop() {
      stopping.abort();
      try {
        await running;
      } finally {
        for (const end of ends) end();
      }
      const sum = (of: keyof Tally) => pushers.reduce((all, { tally }) => all + tally[of], 0);
      return {
        acknowledged: sum('acknowledged'),
        duplicates: sum('duplicates'),
        conflicts: sum('conflicts'),
        refused: sum('refused'),
      };
    },
  };
}

class Pusher {
  readonly tally = { acknowledged: 0, duplicates: 0, conflicts: 0, refused: 0 };
  readonly #send: Send;
  readonly #begin: number;

  constructor(send: Send, begin: number) {
    this.#send = send;
    this.#begin = begin;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let batch = 0; !signal.aborted; batch += 1) {
      await this.#push(this.#rows(batch, 0));
      if (batch % 10 === 3) this.tally.duplicates += await this.#push(this.#rows(batch, 0));
      if (batch % 10 === 7) this.tally.conflicts += await this.#push(this.#rows(batch, OTHER));
      await sleep(PAUSE_MS);
    }
  }

  #rows(batch: number, more: number): Row[] {
    const time = this.#begin + 1000 * batch;
    return Array.from({ length: SERIES }, (_, i) => [i, time, SERIES * batch + i + more] as const);
  }

  async #push(rows: readonly Row[]): Promise<number> {
    for (const end = Date.now() + PATIENCE_MS; ; this.tally.refused += 1) {
      try {
        await this.#send(rows);
        this.tally.acknowledged += rows.length;
        return rows.length;
      } catch (error) {
        if (Date.now() > end) throw new Error(`never taken: ${messageOf(error)}`, { cause: error });
        await sleep(AGAIN_MS);
      }
    }
  }
}

type Sender = (doors: Addresses, metric: string) => { readonly send: Send; readonly close: () => void };

// Each with a token, since they come from one address.
const SENDERS: Readonly<Record<DoorName, Sender>> = {
  json: ({ url }, name) => ({
    send: async (rows) => {
      const metrics = rows.map(([i, timestamp_ms, value]) => ({
        name,
        timestamp_ms,
        value,
        labels: { door: 'json', i },
      }));
      const headers = { authorization: 'Bearer json', 'content-type': 'application/json' };
      await post(`${url}/v1/metrics`, headers, JSON.stringify({ metrics }), 201);
    },
    close: () => {},
  }),
  remote_write: ({ url }, name) => ({
    send: async (rows) => {
      const series = rows.map(([i, time, value]) => ({
        labels: { __name__: name, door: 'remote_write', i: String(i) },
        samples: [[time, value]] as const,
      }));
      const headers = {
        authorization: 'Bearer remote-write',
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
      };
      await post(`${url}/api/v1/write`, headers, new Uint8Array(snappy(encodeWriteRequest(series))), 204);
    },
    close: () => {},
  }),
  grpc: ({ grpc }, name) => {
    const client = grpcClient('test/fixtures/push/data-nexus.proto', 'data_nexus.MetricsService', grpc);
    return {
      send: async (rows) => {
        const metrics = rows.map(([i, time, value]) => ({
          name,
          value,
          timestamp: Math.floor(time / 1000),
          labels: { door: 'grpc', i: String(i) },
        }));
        await client.call('IngestMetrics', { metrics }, { authorization: 'Bearer grpc' });
      },
      close: client.close,
    };
  },
};

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array<ArrayBuffer>,
  expected: number,
): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch(url, { method: 'POST', headers, body, signal });
  const text = await answer.text();
  if (answer.status !== expected) throw new Error(`${answer.status} ${text}`);
}
