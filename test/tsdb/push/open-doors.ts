// The doors for pushed samples as mini-tsdb wires them, over a store in memory, on a free port.

import { Registry } from 'prom-client';
import { createLogger } from '../../../src/lib/log.ts';
import type { PushFlags } from '../../../src/tsdb/config/flags/push.ts';
import { readFlags } from '../../../src/tsdb/config/flags.ts';
import { openPush, type Push } from '../../../src/tsdb/push/open-push.ts';
import { createRemoteWrite } from '../../../src/tsdb/push/remote-write.ts';
import type { Queue, Writer } from '../../../src/tsdb/queue/contract.ts';
import { createDirectQueue } from '../../../src/tsdb/queue/direct.ts';
import { createPushedFamilies, type PushedFamilies } from '../../../src/tsdb/queue/pushed-families.ts';
import { createWriter } from '../../../src/tsdb/queue/writer.ts';
import type { Store } from '../../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { ingestOf, startTestWeb } from '../web/test-web.ts';

export interface OpenDoors {
  readonly url: string;
  readonly store: Store;
  readonly registry: Registry;
  readonly push: Push;
  readonly queue: Queue;
  readonly families: PushedFamilies;
  /** What the log was told, as it was written. */
  readonly lines: readonly string[];
  readonly failures: readonly unknown[];
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** All limits as the flags have them by default. */
function pushFlags(...args: string[]): PushFlags {
  const asked = readFlags(['--web.enable-push', ...args]);
  if (asked.kind !== 'run') throw new Error(asked.kind);
  return asked.flags.push;
}

/** @param args flags. @param wrap stands between the queue and the store. @param clock that limits go by. */
export async function openDoors(
  args: readonly string[] = [],
  wrap: (write: Writer) => Writer = (write) => write,
  clock: () => number = () => performance.now(),
): Promise<OpenDoors> {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  const registry = new Registry();
  const store = await openMemoryStore({ retentionMs: 1e13 });
  const families = createPushedFamilies();
  const queue = createDirectQueue({ write: wrap(createWriter({ store, described: families.describe })) });
  const push = openPush({ flags: pushFlags(...args), queue, registry, log, addresses: [], clock });
  const remoteWrite = { ...push, read: createRemoteWrite(registry) };
  const federation = { lookbackMs: 300_000, pushed: families.all, externalLabels: () => ({}) };
  const ingest = {
    ...ingestOf(store),
    doors: { push: true, remoteWrite: true, grpc: false },
    tally: push.tally,
    queue: { engine: 'direct', stats: () => queue.stats() },
  };
  const web = await startTestWeb(store, { push, federation, remoteWrite, ingest }, []);
  return {
    url: web.url,
    store,
    registry,
    push,
    queue,
    families,
    lines,
    failures: web.failures,
    post: (path, body, headers = {}) => post(`${web.url}${path}`, body, headers),
    async stop() {
      await queue.close();
      await web.stop();
    },
  };
}

async function post(url: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}
