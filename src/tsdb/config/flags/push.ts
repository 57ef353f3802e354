// The flags of pushed samples: who may push, and how much.

import { changedFlags, type FlagTable, type FlagValues } from '../../../lib/flag-table.ts';
import type { ListenAddress } from '../../../lib/listen-address.ts';
import { integerBetween, quoted, readFileName } from '../../../lib/setting-values.ts';
import { readSize } from './sizes.ts';
import type { WEB_FLAGS } from './web.ts';

/** Rates are of one client, a second. */
export interface PushFlags {
  /** Undefined: everybody may push. */
  readonly clientsFile: string | undefined;
  readonly samplesPerSecond: number;
  readonly requestsPerSecond: number;
  /** Of one client. */
  readonly maxSeries: number;
  /** Bytes. */
  readonly maxBody: number;
  /** Requests at once. */
  readonly maxConcurrency: number;
}

const MOST_RATE = 10_000_000;
const MOST_BODY = 2 ** 29;

export const PUSH_FLAGS = {
  'push.clients-file': {
    default: '',
    read: readFileName,
    says: 'who may push, with tokens and limits; none: everybody',
  },
  'push.samples-per-second': {
    default: '10000',
    read: integerBetween(1, MOST_RATE),
    says: 'samples of one client; as many at once are its burst',
  },
  'push.requests-per-second': {
    default: '10000',
    read: integerBetween(1, MOST_RATE),
    says: 'requests of one client',
  },
  'push.max-series-per-client': {
    default: '100000',
    read: integerBetween(1, 1e9),
    says: 'series that one client pushed within an hour',
  },
  'push.max-body-size': {
    default: '8MB',
    read: readBodySize,
    says: 'of one request, also when it is unpacked',
  },
  'push.max-concurrency': {
    default: '512',
    read: integerBetween(1, 100_000),
    says: 'requests at once; a quarter of them by one client',
  },
} as const satisfies FlagTable;

export function pushFlags(values: FlagValues<typeof PUSH_FLAGS>): PushFlags {
  return Object.freeze({
    clientsFile: values['push.clients-file'],
    samplesPerSecond: values['push.samples-per-second'],
    requestsPerSecond: values['push.requests-per-second'],
    maxSeries: values['push.max-series-per-client'],
    maxBody: values['push.max-body-size'],
    maxConcurrency: values['push.max-concurrency'],
  });
}

/** What decides whether anybody can push. */
export type DoorValues = FlagValues<typeof WEB_FLAGS> & {
  readonly 'grpc.listen-address': ListenAddress | undefined;
};

const DOORS = ['web.enable-push', 'web.enable-remote-write-receiver', 'grpc.listen-address'] as const;

/** As messages list them. */
export const DOOR_NAMES = DOORS.map((name) => `--${name}`).join(', ');

type PushValues = FlagValues<typeof PUSH_FLAGS> & DoorValues;

/** Limits may be given to all of several servers; a list of clients is meant to protect something. */
export function pushConflicts(values: PushValues): string[] {
  if (hasDoor(values) || values['push.clients-file'] === undefined) return [];
  const [push, write, grpc] = DOORS;
  return [`--push.clients-file needs a door: --${push}, --${write} or --${grpc}`];
}

/** What is told at the start of flags that have no effect. */
export function pushWarnings(values: PushValues): string[] {
  if (hasDoor(values)) return [];
  return changedFlags(PUSH_FLAGS, values).map(
    (name) => `--${name} has no effect: no door for pushes is open (${DOOR_NAMES})`,
  );
}

export function hasDoor(values: DoorValues): boolean {
  return DOORS.some((name) => Boolean(values[name]));
}

// A text has at most so many characters in this program.
function readBodySize(text: string): number {
  const bytes = readSize(text, '8MB');
  if (bytes < 1 || bytes > MOST_BODY) throw new Error(`is ${quoted(text)}, not between 1B and 512MB`);
  return bytes;
}
