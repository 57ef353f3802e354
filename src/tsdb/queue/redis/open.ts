// The queue in Redis as the flags ask for it.

import { AppError } from '../../../lib/errors.ts';
import { type SecretFile, secretFile } from '../../../lib/secret-file.ts';
import { serverUrl, type UrlForm } from '../../../lib/server-url.ts';
import type { QueueFlags } from '../../config/flags/queue.ts';
import type { Queue } from '../contract.ts';
import type { Outbox } from '../outbox/contract.ts';
import { openRedisOutbox, type RedisOutboxOptions } from './outbox.ts';
import { openRedisQueue, type RedisQueueOptions } from './queue.ts';

type Wiring = Pick<RedisQueueOptions, 'writer' | 'registry' | 'log' | 'consumer'>;
type OutboxWiring = Omit<RedisOutboxOptions, 'url' | 'ca' | 'queue'>;

/** Certificates of authorities, at most. */
const CA_BYTES = 2 ** 20;

const FORM: UrlForm = {
  schemes: ['redis', 'rediss'],
  kind: 'URL that begins with redis:// or rediss://',
  isSound: ({ hostname, pathname, search }) =>
    hostname !== '' && /^(\/\d*)?$/.test(pathname) && search === '',
};

/** @throws AppError `flags` without a file, `credentials` when it cannot be read. */
export async function openQueueOfFlags(flags: QueueFlags, wiring: Wiring): Promise<Queue> {
  const { stream, appendfsync, maxEntries, maxSize, claimAfterMs } = flags;
  return openRedisQueue({
    ...wiring,
    ...(await serverOf(flags)),
    stream,
    keeps: appendfsync,
    bounds: { entries: maxEntries, bytes: maxSize, claimAfterMs },
  });
}

/** For what the queue has brought into the store. @throws as `openQueueOfFlags`. */
export async function openOutboxOfFlags(flags: QueueFlags, wiring: OutboxWiring): Promise<Outbox> {
  return openRedisOutbox({ ...wiring, ...(await serverOf(flags)), queue: flags.stream });
}

async function serverOf({ urlFile, caFile }: QueueFlags): Promise<Pick<RedisQueueOptions, 'url' | 'ca'>> {
  if (urlFile === undefined)
    throw new AppError('flags', 'cannot start: --queue.engine=redis needs --queue.redis.url-file');
  const secret = secretFile(urlFile);
  const url = () => readUrl(secret);
  const ca = caFile === undefined ? undefined : secretFile(caFile, CA_BYTES);
  // What cannot be read now is a mistake; later it may be a file that is just being replaced.
  await url();
  await ca?.read();
  return { url, ...(ca !== undefined && { ca: ca.read }) };
}

async function readUrl({ path, read }: SecretFile): Promise<string> {
  return serverUrl((await read()).trim(), path, FORM);
}
