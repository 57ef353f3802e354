// The queue that the flags ask for, between the doors for pushed samples and the store.

import type { Registry } from 'prom-client';
import type { Logger } from '../../lib/log.ts';
import type { Flags } from '../config/flags.ts';
import type { Queue, Writer } from '../queue/contract.ts';
import { createDirectQueue } from '../queue/direct.ts';
import { createWriteMetrics, registerQueueMetrics } from '../queue/metrics.ts';
import type { Outbox } from '../queue/outbox/contract.ts';
import { guardQueue } from '../queue/outbox/guard-queue.ts';
import type { PushedFamilies } from '../queue/pushed-families.ts';
import { createWriter } from '../queue/writer.ts';
import type { Store } from '../storage/contract.ts';
import { consumerOf } from './consumer.ts';

interface QueueParts {
  readonly flags: Flags;
  readonly store: Store;
  readonly outbox: Outbox | undefined;
  readonly families: PushedFamilies;
  readonly registry: Registry;
  readonly log: Logger;
}

/** @throws AppError `flags` or `credentials` for the engine `redis`. */
export async function openQueue(parts: QueueParts): Promise<Queue> {
  const { flags, store, outbox, families, registry } = parts;
  const written = createWriteMetrics(registry);
  const write = createWriter({ store, outbox, written, described: families.describe });
  const queue = flags.queue.engine === 'redis' ? await openRedis(parts, write) : createDirectQueue({ write });
  registerQueueMetrics(registry, queue);
  return outbox === undefined ? queue : guardQueue(queue, outbox);
}

// Its client is loaded only when it is needed.
async function openRedis({ flags, registry, log }: QueueParts, writer: Writer): Promise<Queue> {
  const { openQueueOfFlags } = await import('../queue/redis/open.ts');
  return openQueueOfFlags(flags.queue, { writer, registry, log, consumer: consumerOf(flags) });
}
