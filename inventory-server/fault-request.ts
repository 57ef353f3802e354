// `POST /faults`: from a JSON body to a fault, and from a fault to what the admin API shows of it.

import {
  type ActiveFault,
  DEFAULT_OPTIONS,
  FAULT_KINDS,
  type Fault,
  type FaultKind,
  type FaultOptions,
  left,
  OPTIONS_OF,
  SHAPES,
} from './faults.ts';
import {
  type Fields,
  invalid,
  readChoice,
  readInteger,
  readObject,
  readText,
  refuseOthers,
} from './fields.ts';

const MAX_DELAY_MS = 600_000;
const MAX_INTERVAL_MS = 60_000;
const MAX_REQUESTS = 1_000_000_000;
const MAX_CLIENT_LENGTH = 200;

type Readers = { readonly [Name in keyof FaultOptions]-?: (value: unknown) => FaultOptions[Name] };

const READERS: Readers = {
  status: (value) => readInteger('status', value, 200, 599),
  retryAfter: readRetryAfter,
  ms: (value) => readInteger('ms', value, 1, MAX_DELAY_MS),
  intervalMs: (value) => readInteger('intervalMs', value, 1, MAX_INTERVAL_MS),
  shape: (value) => readChoice('shape', value, SHAPES),
};

/** @throws AppError `invalid` with the field and the reason. */
export function readFault(body: string): Fault {
  const fields = readObject(body);
  const kind = readChoice('fault', fields.fault, FAULT_KINDS);
  const names = OPTIONS_OF[kind] ?? [];
  refuseOthers(fields, ['fault', 'client', 'requests', ...names], `fault ${kind}`);
  return {
    kind,
    options: { ...DEFAULT_OPTIONS, ...readOptions(fields, names) },
    ...(fields.client !== undefined && { client: readText('client', fields.client, MAX_CLIENT_LENGTH) }),
    ...(fields.requests !== undefined && {
      requests: readInteger('requests', fields.requests, 1, MAX_REQUESTS),
    }),
  };
}

export interface ShownFault {
  readonly id: number;
  readonly fault: FaultKind;
  readonly options: Partial<FaultOptions>;
  /** null: every client. */
  readonly client: string | null;
  /** null: until it is cleared. */
  readonly left: number | null;
  readonly served: number;
}

export function showFault(fault: ActiveFault): ShownFault {
  const names = OPTIONS_OF[fault.kind] ?? [];
  return {
    id: fault.id,
    fault: fault.kind,
    options: Object.fromEntries(names.map((name) => [name, fault.options[name]])),
    client: fault.client ?? null,
    left: left(fault) ?? null,
    served: fault.served,
  };
}

function readOptions(fields: Fields, names: readonly (keyof FaultOptions)[]): Partial<FaultOptions> {
  const given = names.filter((name) => fields[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, READERS[name](fields[name])]));
}

/** Seconds, or the one date format RFC 9110 lets a sender use. */
function readRetryAfter(value: unknown): string {
  const text = readText('retryAfter', value, 40);
  if (/^\d{1,10}$/.test(text) || isHttpDate(text)) return text;
  const date = new Date(0).toUTCString();
  throw invalid(
    'retryAfter',
    `must be seconds ("30") or an HTTP date ("${date}"), is ${JSON.stringify(value)}`,
  );
}

function isHttpDate(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toUTCString() === text;
}
