// Pushes a known number of samples while consumers are killed, Redis is restarted and connections are cut, and counts what
// has arrived.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openConnection } from '../../../../src/tsdb/queue/redis/connection.ts';
import { Door } from '../../../../src/tsdb/queue/redis/door.ts';
import { MOMENTS } from '../../../../src/tsdb/queue/redis/moments.ts';
import { Stream } from '../../../../src/tsdb/queue/redis/stream.ts';
import type { StreamState } from '../../../../src/tsdb/queue/redis/stream-state.ts';
import { type Program, startNode } from '../../../helpers/process.ts';
import { type RunningRedis, startRedis } from '../../../helpers/redis.ts';
import { openSqliteStore, type SqliteStore, type Stored } from '../../../helpers/sqlite-store.ts';
import { startTcpProxy, type TcpProxy } from '../../../helpers/tcp-proxy.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, STREAM } from './helpers.ts';

/** Where a consumer kills itself; `any`: it is killed from outside, whenever that is. */
export const DEATHS = [...MOMENTS, 'inside the transaction', 'any'] as const;
export type Death = (typeof DEATHS)[number];

export interface Plan {
  /** At least; more are pushed while consumers have still to die. */
  readonly batches: number;
  readonly rows: number;
  /** In the order in which consumers die, one after the other. */
  readonly deaths: readonly Death[];
  /** Between two faults of Redis or of the way to it; each second one restarts Redis. */
  readonly faultEveryMs: number;
}

export interface Outcome {
  readonly stored: Stored;
  /** Samples of pushes that resolved. */
  readonly pushed: number;
  /** Pushes that were refused, and made again. */
  readonly refused: number;
  readonly left: StreamState;
  /** Deaths that happened. */
  readonly died: readonly Death[];
  readonly restarts: number;
}

const BOUNDS = { entries: 2000, bytes: 2 ** 26, deadLetters: 10, deadLetterBytes: 2 ** 20 };
const START = Date.UTC(2026, 0, 15);
const SERIES = 50;

export async function runCrashes(plan: Plan): Promise<Outcome> {
  const redis = await startRedis();
  const proxy = await startTcpProxy(redis.port);
  const folder = await tempDir('crashes');
  const path = join(folder.path, 'store');
  const store = openSqliteStore(path);
  const over = new AbortController();
  try {
    const consumers = keepConsuming(proxy, path, plan.deaths, over.signal);
    const faults = makeFaults(redis, proxy, plan.faultEveryMs, over.signal);
    const { pushed, refused, stream, close } = await pushAll(proxy, plan, () => consumers.died.length);
    await consumers.allDied;
    over.abort();
    const restarts = await faults;
    const left = await whenEmpty(stream, store, pushed);
    await consumers.stop();
    await close();
    return { stored: store.read(), pushed, refused, left, died: consumers.died, restarts };
  } finally {
    over.abort();
    store.close();
    await proxy.stop();
    await redis.stop();
    await folder.remove();
  }
}

async function pushAll(proxy: TcpProxy, { batches, rows, deaths }: Plan, died: () => number) {
  const connection = openConnection({
    url: async () => `redis://127.0.0.1:${proxy.port}`,
    name: 'pusher',
    answerMs: 2000,
    retryMs: 500,
  });
  const stream = new Stream(connection, STREAM, BOUNDS);
  const door = new Door({
    stream,
    where: () => '',
    brokenPromise: () => undefined,
    maxBatchBytes: 2 ** 24,
    maxUnderwayBytes: 2 ** 24,
    refused: () => {},
  });
  let refused = 0;
  let i = 0;
  for (; i < batches || died() < deaths.length; i += 1) {
    const batch = batchOf(`s${i % SERIES}`, START + i * rows, rows);
    while (
      !(await door.push(batch).then(
        () => true,
        () => false,
      ))
    ) {
      refused += 1;
      await sleep(20);
    }
  }
  return { pushed: i * rows, refused, stream, close: () => connection.close() };
}

// Two at a time, under names that stay the same; each dies as the plan says, and the next takes its place.
function keepConsuming(proxy: TcpProxy, path: string, deaths: readonly Death[], over: AbortSignal) {
  const plan = [...deaths];
  const died: Death[] = [];
  const running = new Set<Program>();
  const start = (name: string, death: Death | 'none', times: number) => {
    const args = [`redis://127.0.0.1:${proxy.port}`, path, name, STREAM, death, String(times)];
    const program = startNode('test/programs/redis-consumer.ts', args);
    running.add(program);
    return program;
  };
  const keep = async (name: string) => {
    for (let n = 0; ; n += 1) {
      const death = plan.shift();
      if (death === undefined || over.aborted) return void start(name, 'none', 1);
      const program = start(name, death, 1 + (n % 4));
      if (death === 'any')
        void program
          .line(/consumes/)
          .then(() => sleep(50 + n * 37))
          .then(() => program.kill('SIGKILL'));
      const { signal } = await program.exit;
      running.delete(program);
      if (signal !== 'SIGKILL') throw new Error(`it ended by itself: ${program.stderr.join('\n')}`);
      died.push(death);
    }
  };
  const allDied = Promise.all([keep('host:1'), keep('host:2')]);
  return {
    died,
    allDied,
    stop: () => Promise.all([...running].map((program) => program.stop())),
  };
}

async function makeFaults(
  redis: RunningRedis,
  proxy: TcpProxy,
  everyMs: number,
  over: AbortSignal,
): Promise<number> {
  let restarts = 0;
  for (let n = 0; !over.aborted; n += 1) {
    await sleep(everyMs, undefined, { signal: over }).catch(() => {});
    if (n % 2 === 0) proxy.cut();
    else {
      await redis.kill();
      await redis.start();
      restarts += 1;
    }
  }
  return restarts;
}

function whenEmpty(stream: Stream, store: SqliteStore, pushed: number): Promise<StreamState> {
  return waitFor(
    `${pushed} samples in the store, and an empty stream`,
    async () => {
      const left = await stream.settle();
      const { samples } = store.read();
      if (left.entries > 0 || samples < pushed) throw new Error(`${JSON.stringify(left)}, ${samples} stored`);
      return left;
    },
    300_000,
  );
}
