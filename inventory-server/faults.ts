// The table of faults: who gets which, how often still. Pure: no socket, no clock.

import { AppError } from '../src/lib/errors.ts';

export const FAULT_KINDS = [
  'status',
  'delay',
  'hang',
  'drip',
  'cut_body',
  'long_length',
  'cut_json',
  'reset',
  'html',
  'empty',
  'null',
  'wrong_shape',
  'quarter',
  'half',
  'renamed',
  'wrong_charset',
  'bom',
  'endless',
  'gzip_bomb',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const SHAPES = ['object', 'number', 'string', 'numbers', 'nested', 'deep', 'mixed'] as const;
export type Shape = (typeof SHAPES)[number];

export interface FaultOptions {
  readonly status: number;
  /** Seconds or an HTTP date; none when absent. */
  readonly retryAfter?: string;
  readonly ms: number;
  readonly intervalMs: number;
  readonly shape: Shape;
}

export const DEFAULT_OPTIONS: FaultOptions = { status: 500, ms: 5000, intervalMs: 500, shape: 'object' };

/** The options each kind takes; a kind that is not here takes none. */
export const OPTIONS_OF: Readonly<Partial<Record<FaultKind, readonly (keyof FaultOptions)[]>>> = {
  status: ['status', 'retryAfter'],
  delay: ['ms'],
  drip: ['intervalMs'],
  wrong_shape: ['shape'],
};

/** A fault as it is asked for. */
export interface Fault {
  readonly kind: FaultKind;
  readonly options: FaultOptions;
  /** Beginning of the User-Agent it is for, in any case; every client when absent. */
  readonly client?: string;
  /** For how many requests; until cleared when absent. */
  readonly requests?: number;
}

export interface ActiveFault extends Fault {
  readonly id: number;
  readonly served: number;
}

export interface FaultTable {
  /** @throws AppError `conflict` when the table is full. */
  add(fault: Fault): ActiveFault;
  /** The newest fault for this client, counted as served; the last of its requests removes it. */
  take(userAgent: string | undefined): ActiveFault | undefined;
  /** Oldest first. */
  list(): readonly ActiveFault[];
  /** @throws AppError `not_found` when there is none with this id. */
  remove(id: number): void;
  /** @returns how many there were. */
  clear(): number;
}

const MAX_FAULTS = 100;

export function createFaultTable(): FaultTable {
  let faults: readonly ActiveFault[] = [];
  let lastId = 0;

  return {
    add(fault) {
      if (faults.length >= MAX_FAULTS)
        throw new AppError('conflict', `cannot add a fault: ${MAX_FAULTS} are active; clear one first`);
      lastId += 1;
      const added = { ...fault, id: lastId, served: 0 };
      faults = [...faults, added];
      return added;
    },
    take(userAgent) {
      const taken = faults.findLast((fault) => isFor(fault, userAgent));
      if (taken === undefined) return undefined;
      const counted = { ...taken, served: taken.served + 1 };
      faults = faults
        .map((fault) => (fault === taken ? counted : fault))
        .filter((fault) => left(fault) !== 0);
      return counted;
    },
    list: () => faults,
    remove(id) {
      const rest = faults.filter((fault) => fault.id !== id);
      if (rest.length === faults.length) throw new AppError('not_found', `there is no fault ${id}`);
      faults = rest;
    },
    clear() {
      const { length } = faults;
      faults = [];
      return length;
    },
  };
}

/** How many requests a fault is still for; undefined: until it is cleared. */
export function left(fault: ActiveFault): number | undefined {
  return fault.requests === undefined ? undefined : fault.requests - fault.served;
}

function isFor(fault: Fault, userAgent: string | undefined): boolean {
  if (fault.client === undefined) return true;
  return userAgent?.toLowerCase().startsWith(fault.client.toLowerCase()) ?? false;
}
