// The flags of `npm run simulate`.

import type { FlagValues } from '../../src/lib/flag-table.ts';
import {
  durationBetween,
  integerBetween,
  oneOf,
  optional,
  readFileName,
  readHttpUrl,
} from '../../src/lib/setting-values.ts';
import { readToolFlags, toolFlagRows } from '../flag-table.ts';
import { DOOR_FACTS, DOORS, type DoorName } from '../push/doors.ts';
import { SHAPES } from './shapes.ts';

const DAY = 86_400_000;

const FLAGS = {
  url: {
    default: 'http://127.0.0.1:9095',
    read: readHttpUrl,
    says: 'where mini-tsdb is',
  },
  grpc: {
    default: 'http://127.0.0.1:50051',
    read: readHttpUrl,
    says: 'where its gRPC server is; https: with TLS',
  },
  door: { default: 'json', read: oneOf(...DOORS), says: `${DOORS.join(', ')}: see below` },
  metrics: { default: '20', read: integerBetween(1, 10_000), says: 'of each client in a round' },
  interval: { default: '300ms', read: durationBetween(1, DAY), says: 'from one round to the next' },
  rate: {
    default: '',
    read: optional(integerBetween(1, 10_000_000)),
    says: 'samples a second of all clients together, instead of --interval',
  },
  clients: {
    default: '1',
    read: integerBetween(1, 1000),
    says: 'at the same time, each with series of its own',
  },
  batch: { default: 'all', read: readBatch, says: 'metrics in a request; all: one request a round' },
  shape: { default: 'sine', read: oneOf(...SHAPES), says: SHAPES.join(', ') },
  duration: {
    default: '',
    read: optional(durationBetween(1, 365 * DAY)),
    says: 'until it ends by itself; none: never',
  },
  'token-file': { default: '', read: readFileName, says: 'tokens of the clients, one a line' },
  seed: { default: '1', read: integerBetween(0, 2 ** 32 - 1), says: 'another seed, other values' },
  patience: {
    default: '1m',
    read: durationBetween(1, DAY),
    says: 'for how long a request is tried again, and a server is waited for',
  },
} as const;

type Values = FlagValues<typeof FLAGS>;

/** Durations are milliseconds. */
export interface SimulateFlags extends Omit<Values, 'batch' | 'rate'> {
  /** Metrics in a request. */
  readonly batch: number;
}

/** @returns undefined when help was asked for. @throws AppError `flags` */
export function readSimulateFlags(args: readonly string[]): SimulateFlags | undefined {
  const values = readToolFlags('simulate', FLAGS, args, conflicts);
  if (values === undefined) return undefined;
  const { batch, rate, ...others } = values;
  const interval = rate === undefined ? values.interval : intervalAt(rate, values);
  return { ...others, interval, batch: Math.min(batch, values.metrics) };
}

function conflicts(values: Values, isGiven: (name: keyof Values) => boolean): string[] {
  const { rate, door, metrics } = values;
  const faults: string[] = [];
  if (rate !== undefined && isGiven('interval')) faults.push('--rate and --interval exclude each other');
  // A series has one sample a millisecond.
  if (rate !== undefined && intervalAt(rate, values) < 1)
    faults.push(`--rate=${rate} wants more than a round a millisecond; give it more --metrics or --clients`);
  const { mostMetrics } = DOOR_FACTS[door];
  if (Math.min(values.batch, metrics) > mostMetrics)
    faults.push(
      `--door=${door} takes at most ${mostMetrics} metrics in a request; give it a smaller --batch`,
    );
  return faults;
}

function intervalAt(rate: number, { metrics, clients }: Pick<Values, 'metrics' | 'clients'>): number {
  return (metrics * clients * 1000) / rate;
}

function doorRow(door: DoorName): string {
  const { title, flag } = DOOR_FACTS[door];
  return `  ${`--door=${door}`.padEnd(21)}${title}, opened by ${flag}`;
}

function readBatch(text: string): number {
  return text === 'all' ? Number.POSITIVE_INFINITY : integerBetween(1, 10_000)(text);
}

export const SIMULATE_HELP = `npm run simulate [-- FLAGS]

Pushes pretend metrics into a mini-tsdb: ${FLAGS.metrics.default} every ${FLAGS.interval.default}, until SIGINT or SIGTERM, or until --duration is over. What the
server cannot take now is tried again when it asks for that (Retry-After), for --patience at most. A client has a
token, by which the server knows it: simulator-1, simulator-2, … or those of --token-file. Exit code 0: all of it was
taken; 1: some of it was not; 2: a faulty flag.

${toolFlagRows(FLAGS)}

${DOORS.map((door) => doorRow(door)).join('\n')}`;
