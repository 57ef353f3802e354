// The outbox that the flags ask for, where pushed samples wait to be handed over.

import type { Registry } from 'prom-client';
import type { Logger } from '../../lib/log.ts';
import type { Flags } from '../config/flags.ts';
import type { Outbox } from '../queue/outbox/contract.ts';
import { openDiskOutbox } from '../queue/outbox/disk.ts';
import { openMemoryOutbox } from '../queue/outbox/memory.ts';
import { createOutboxMetrics } from '../queue/outbox/metrics.ts';
import { consumerOf } from './consumer.ts';

interface OutboxParts {
  readonly flags: Flags;
  readonly registry: Registry;
  readonly log: Logger;
}

/** @returns undefined when nothing is handed over. @throws AppError `flags` or `credentials` for the engine `redis`. */
export async function openOutbox({ flags, registry, log }: OutboxParts): Promise<Outbox | undefined> {
  const { enableDrain, path, maxSamples: mostSamples, maxSize: mostBytes } = flags.export;
  if (!enableDrain) return undefined;
  const { dropped, observe } = createOutboxMetrics(registry);
  const options = { mostSamples, mostBytes, retentionMs: flags.retentionMs, log, dropped };
  if (flags.queue.engine === 'redis') {
    // Its client is loaded only when it is needed.
    const { openOutboxOfFlags } = await import('../queue/redis/open.ts');
    return observe(await openOutboxOfFlags(flags.queue, { ...options, consumer: consumerOf(flags) }));
  }
  return observe(path === undefined ? openMemoryOutbox(options) : await openDiskOutbox({ ...options, path }));
}
