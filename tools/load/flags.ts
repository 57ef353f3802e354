// The flags of `npm run load`.

import { type FlagValues, readSwitch } from '../../src/lib/flag-table.ts';
import { integerBetween, oneOf, optional, readFileName, readHttpUrl } from '../../src/lib/setting-values.ts';
import { listOf, readToolFlags, toolFlagRows } from '../flag-table.ts';
import { DOOR_FACTS, DOORS, type DoorName } from '../push/doors.ts';

const FLAGS = {
  url: {
    default: '',
    read: optional(readHttpUrl),
    says: 'a mini-tsdb that runs; without --url and --grpc one is started, with high limits',
  },
  grpc: { default: '', read: optional(readHttpUrl), says: 'where its gRPC server is' },
  doors: {
    default: '',
    read: optional(listOf(oneOf(...DOORS))),
    says: `of ${DOORS.join(', ')}; none: json and grpc, without the one whose address is not given`,
  },
  clients: {
    default: '1,10,50',
    read: listOf(integerBetween(1, 1000)),
    says: 'numbers of clients, each with a connection and one request at a time',
  },
  batches: {
    default: '1,10,100,1000',
    read: listOf(integerBetween(1, 10_000)),
    says: 'metrics in a request',
  },
  seconds: {
    default: '3',
    read: readSeconds,
    says: 'that a step is measured for, a third more to warm up',
  },
  repeats: { default: '3', read: integerBetween(1, 100), says: 'parts of a step; the median of them counts' },
  series: {
    default: '1000',
    read: integerBetween(1, 100_000),
    says: 'of all clients together, at least a batch of each',
  },
  labels: { default: '2', read: integerBetween(1, 50), says: 'of a metric, beside its name' },
  'token-file': { default: '', read: readFileName, says: 'tokens of the clients, one a line' },
  disk: { default: 'false', read: readSwitch, says: 'the mini-tsdb that is started keeps its data on disk' },
  json: { default: '', read: readFileName, says: 'a file for the results' },
  svg: { default: '', read: readFileName, says: 'a file for the plot' },
} as const;

type Values = FlagValues<typeof FLAGS>;

export interface LoadFlags extends Omit<Values, 'doors'> {
  readonly doors: readonly DoorName[];
}

/** @returns undefined when help was asked for. @throws AppError `flags` */
export function readLoadFlags(args: readonly string[]): LoadFlags | undefined {
  const values = readToolFlags('load', FLAGS, args, conflicts);
  return values && { ...values, doors: doorsOf(values) };
}

function doorsOf({ doors, url, grpc }: Values): readonly DoorName[] {
  if (doors !== undefined) return doors;
  const isOwn = url === undefined && grpc === undefined;
  return (['json', 'grpc'] as const).filter((door) => isOwn || (door === 'grpc' ? grpc : url) !== undefined);
}

function conflicts(values: Values): string[] {
  const { url, grpc, batches, disk } = values;
  const doors = doorsOf(values);
  const faults: string[] = [];
  const isGiven = url !== undefined || grpc !== undefined;
  if (isGiven && disk)
    faults.push('--disk is of the mini-tsdb that is started, and --url or --grpc names another');
  if (isGiven && url === undefined && doors.some((door) => door !== 'grpc'))
    faults.push('--grpc without --url is enough for --doors=grpc only');
  if (isGiven && grpc === undefined && doors.includes('grpc'))
    faults.push('--doors=grpc needs --grpc beside --url');
  for (const door of doors) {
    const { mostMetrics } = DOOR_FACTS[door];
    if (batches.some((batch) => batch > mostMetrics))
      faults.push(
        `--doors=${door} takes at most ${mostMetrics} metrics in a request; give it smaller --batches`,
      );
  }
  return faults;
}

function readSeconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0.1 && value <= 3600) return value;
  throw new Error(`is ${JSON.stringify(text)}, not a number from 0.1 to 3600`);
}

export const LOAD_HELP = `npm run load [-- FLAGS]

Pushes as fast as the answers come, for each door, number of clients and batch size, and prints a table and a plot:
success, throughput, latency, and the CPU time of the server by its own process_cpu_seconds_total. "above parse" is
that without the time that JSON.parse takes for the same bodies here. Exit code 0: everything was taken; 1: something
was not; 2: a faulty flag.

${toolFlagRows(FLAGS)}`;
