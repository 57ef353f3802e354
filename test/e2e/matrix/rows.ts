// The faults, one a row: how each begins and ends, what the sidecar counts, and what it does to a control.

import type { Verdict } from '../naive.ts';
import { type Stage, WANTED } from './stage.ts';

export interface Row {
  readonly name: string;
  /** Its job in Prometheus, and its folder. */
  readonly job: string;
  /** The series of `inventory_sd_…` that counts it. */
  readonly counted: string;
  /**
   * What loses targets by it: a sidecar that believes everything, or what becomes of a naive updater; a sentence says
   * why none can.
   */
  readonly control: 'believing' | Exclude<Verdict, 'kept'> | { readonly none: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly overTls?: true;
  readonly begin: (stage: Stage) => Promise<unknown>;
  /** The inventory then lists what it did before. */
  readonly end: (stage: Stage) => Promise<unknown>;
  /** The fault is there before the first start of the sidecar, and no file either. */
  readonly fromTheStart?: true;
  /** The targets that remain when the confirmation is over, and how long it takes. */
  readonly remains?: readonly string[];
  readonly confirmAfterMs?: number;
  /** A failure that may be counted besides. */
  readonly mayFail?: string;
}

const failed = (reason: string) => `poll_failures_total{reason="${reason}"}`;
const HELD = 'polls_total{outcome="held"}';

const CONFIRM_AFTER_MS = 15_000;
const NO_SUCH_HOST = 'http://no-such-host.invalid/inventory';

type Unnamed = Omit<Row, 'job'>;
type Answer = Readonly<Record<string, unknown>>;

/** A row in which the inventory gives a faulty answer. */
function answers(name: string, fault: Answer, counted: string, control: Row['control']): Unnamed {
  return {
    name,
    counted,
    control,
    begin: ({ inventory }) => inventory.fault(fault),
    end: ({ inventory }) => inventory.heal(),
  };
}

/** A row in which the answer does not end. */
function lasting(name: string, fault: Answer): Unnamed {
  return { ...answers(name, fault, failed('timeout'), 'stuck'), environment: { INVENTORY_TIMEOUT: '3s' } };
}

const statuses = [401, 403, 404, 429, 500, 503].map((status) =>
  // Who does not look at the status takes the JSON that explains the error for the list.
  answers(`status ${status}`, { fault: 'status', status }, failed('status'), 'wrong'),
);

const half = answers('half missing', { fault: 'half' }, HELD, 'believing');

const TABLE: readonly Unnamed[] = [
  answers('status 301', { fault: 'status', status: 301 }, failed('redirect'), 'wrong'),
  ...statuses,
  answers('HTML with 200', { fault: 'html' }, failed('not_json'), {
    none: 'no parser of JSON takes it',
  }),
  answers('an empty list', { fault: 'empty' }, HELD, 'believing'),
  answers('null', { fault: 'null' }, failed('not_a_list'), 'wiped'),
  answers('an empty object', { fault: 'wrong_shape', shape: 'object' }, failed('not_a_list'), 'wiped'),
  answers('a number', { fault: 'wrong_shape', shape: 'number' }, failed('not_a_list'), {
    none: 'there is nothing in it to go through',
  }),
  answers('a quarter missing', { fault: 'quarter' }, HELD, 'believing'),
  half,
  {
    ...half,
    name: 'half missing for longer than the confirmation',
    control: { none: 'it is the row above' },
    environment: { SHRINK_CONFIRM_AFTER: `${CONFIRM_AFTER_MS}ms` },
    confirmAfterMs: CONFIRM_AFTER_MS,
    remains: WANTED.filter((target) => /[02468]:9100$/.test(target)),
  },
  answers('a renamed fleet', { fault: 'renamed' }, HELD, 'believing'),
  answers('cut JSON', { fault: 'cut_json' }, failed('not_json'), {
    none: 'half a JSON is an error to every parser',
  }),
  answers('a cut body', { fault: 'cut_body' }, failed('connection'), {
    none: 'less than was announced is an error to every client',
  }),
  lasting('a longer Content-Length', { fault: 'long_length' }),
  answers('a reset', { fault: 'reset' }, failed('connection'), { none: 'no byte of an answer comes' }),
  lasting('a hang', { fault: 'hang' }),
  lasting('a drip', { fault: 'drip' }),
  answers('an endless body', { fault: 'endless' }, failed('too_large'), 'died'),
  answers('a gzip bomb', { fault: 'gzip_bomb' }, failed('too_large'), 'died'),
  answers('a wrong charset', { fault: 'wrong_charset' }, failed('not_json'), 'wrong'),
  answers('a byte order mark', { fault: 'bom' }, 'polls_total{outcome="unchanged"}', {
    none: 'a parser refuses it, as the standard says, or skips it, as ours does',
  }),
  answers('10,000-deep nesting', { fault: 'wrong_shape', shape: 'deep' }, HELD, {
    none: 'made into a text it overflows the stack, which is an error like any other',
  }),
  {
    name: 'a name that is not found',
    counted: failed('dns'),
    control: { none: 'no byte of an answer comes' },
    begin: async (stage) => {
      await stage.stopSidecar();
      await stage.startSidecar({ INVENTORY_URL: NO_SUCH_HOST });
    },
    end: async (stage) => {
      await stage.stopSidecar();
      await stage.startSidecar();
    },
  },
  {
    name: 'a refused connection',
    counted: failed('connection'),
    control: { none: 'no byte of an answer comes' },
    begin: (stage) => stage.stopInventory(),
    end: (stage) => stage.startInventory(),
  },
  {
    name: 'an expired certificate',
    counted: failed('tls'),
    control: { none: 'every client refuses it unless told not to' },
    overTls: true,
    begin: async ({ tls }) => tls?.use('expired'),
    end: async ({ tls }) => tls?.use('server'),
  },
  {
    name: 'a restart of the inventory',
    counted: 'polls_total{outcome="unchanged"}',
    mayFail: 'connection',
    control: { none: 'no byte of an answer comes while it is down' },
    begin: async (stage) => {
      await stage.stopInventory();
      await stage.startInventory();
    },
    end: async () => {},
  },
  {
    name: 'a restart of the sidecar',
    counted: 'polls_total{outcome="unchanged"}',
    control: { none: 'the file stands while its writer is gone' },
    begin: async (stage) => {
      await stage.stopSidecar();
      await stage.startSidecar();
    },
    end: async () => {},
  },
  {
    name: 'an inventory that is down when the sidecar starts, with a file',
    counted: failed('connection'),
    control: { none: 'the file stands until an answer comes' },
    begin: async (stage) => {
      await stage.stopInventory();
      await stage.stopSidecar();
      await stage.startSidecar();
    },
    end: (stage) => stage.startInventory(),
  },
  {
    name: 'an inventory that is down when the sidecar starts, without a file',
    counted: failed('connection'),
    control: { none: 'there is no target to lose' },
    fromTheStart: true,
    begin: (stage) => stage.stopInventory(),
    end: (stage) => stage.startInventory(),
  },
];

export const ROWS: readonly Row[] = TABLE.map((row) => ({
  ...row,
  job: row.name.toLowerCase().replace(/[^a-z0-9]+/g, '_'),
}));
