// The flags of what stands between the doors and the store.

import { changedFlags, type FlagTable, type FlagValues } from '../../../lib/flag-table.ts';
import { durationWithUnitBetween, integerBetween, oneOf, readFileName } from '../../../lib/setting-values.ts';
import { DOOR_NAMES, type DoorValues, hasDoor } from './push.ts';
import { readQueueSize } from './sizes.ts';

export interface QueueFlags {
  readonly engine: 'direct' | 'redis';
  /** Of `redis` only, as are those below. */
  readonly urlFile: string | undefined;
  readonly caFile: string | undefined;
  readonly stream: string;
  readonly appendfsync: 'any' | 'everysec' | 'always';
  readonly maxEntries: number;
  /** Bytes. */
  readonly maxSize: number;
  readonly claimAfterMs: number;
}

const DAY = 86_400_000;

export const QUEUE_FLAGS = {
  'queue.engine': {
    default: 'direct',
    read: oneOf('direct', 'redis'),
    says: 'direct: pushed samples go to the store at once; redis: by Redis Streams',
  },
  'queue.redis.url-file': {
    default: '',
    read: readFileName,
    says: 'file with the URL of Redis, redis:// or rediss://, perhaps with a password',
  },
  'queue.redis.ca-file': {
    default: '',
    read: readFileName,
    says: "certificates that a rediss:// server is checked against; none: the system's",
  },
  'queue.redis.stream': { default: 'mini-tsdb:{push}', read: readStream, says: 'key of the stream' },
  'queue.redis.appendfsync': {
    default: 'any',
    read: oneOf('any', 'everysec', 'always'),
    says: 'pushes are refused while Redis writes to its disk less surely than this',
  },
  'queue.redis.max-entries': {
    default: '100000',
    read: integerBetween(1, 1e9),
    says: 'batches in the stream; then pushes are refused',
  },
  'queue.redis.max-size': {
    default: '512MB',
    read: readQueueSize,
    says: 'bytes of the batches in the stream; then pushes are refused',
  },
  'queue.redis.claim-after': {
    default: '1m',
    read: durationWithUnitBetween(1000, DAY),
    says: 'batches of a process that gave no sign for so long are taken over',
  },
} as const satisfies FlagTable;

export function queueFlags(values: FlagValues<typeof QUEUE_FLAGS>): QueueFlags {
  return Object.freeze({
    engine: values['queue.engine'],
    urlFile: values['queue.redis.url-file'],
    caFile: values['queue.redis.ca-file'],
    stream: values['queue.redis.stream'],
    appendfsync: values['queue.redis.appendfsync'],
    maxEntries: values['queue.redis.max-entries'],
    maxSize: values['queue.redis.max-size'],
    claimAfterMs: values['queue.redis.claim-after'],
  });
}

export function queueConflicts(values: FlagValues<typeof QUEUE_FLAGS>): string[] {
  if (values['queue.engine'] === 'redis')
    return values['queue.redis.url-file'] === undefined
      ? ['--queue.engine=redis needs --queue.redis.url-file']
      : [];
  return changedFlags(QUEUE_FLAGS, values).map((name) => `--${name} needs --queue.engine=redis`);
}

/** What is told at the start: a process may be meant to empty the queue only. */
export function queueWarnings(values: FlagValues<typeof QUEUE_FLAGS> & DoorValues): string[] {
  if (values['queue.engine'] !== 'redis' || hasDoor(values)) return [];
  const only = 'this process only brings what is in Redis into the store';
  return [`--queue.engine=redis without a door for pushes (${DOOR_NAMES}): ${only}`];
}

function readStream(text: string): string {
  if (text === '') throw new Error('is empty; name a key');
  return text;
}
