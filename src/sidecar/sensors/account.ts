// What became of every entry of an answer. All are counted, the first are kept in words.

import { type EntryFault, SET_ASIDE_REASONS, type SetAside, type SetAsideReason } from './set-aside.ts';

/** Something that a target lost, a label mostly. */
export interface EntryNote {
  readonly index: number;
  readonly message: string;
}

/** What became of the entries that are no sensor; each target of a group counts as one. */
export interface Remainder {
  /** The first ones; `setAsideBy` counts them all. */
  readonly setAside: readonly SetAside[];
  readonly setAsideBy: Readonly<Record<SetAsideReason, number>>;
  readonly disabled: number;
  /** The first ones of `noted`. */
  readonly notes: readonly EntryNote[];
  readonly noted: number;
}

/** What became of all entries of an answer: with its targets, its number of entries is the sum. */
export interface Account extends Remainder {
  /** Entries that make a target which an earlier one makes already. */
  readonly duplicates: number;
}

/** A sidecar that runs for months keeps so many in words. */
export const KEPT_ENTRIES = 1000;

/** Makes an account, entry by entry; the first `kept` in words. */
export function createTally(kept: number) {
  const setAside: SetAside[] = [];
  const setAsideBy = Object.fromEntries(SET_ASIDE_REASONS.map((reason) => [reason, 0])) as Record<
    SetAsideReason,
    number
  >;
  const notes: EntryNote[] = [];
  let noted = 0;
  let disabled = 0;
  return {
    setAside(index: number, target: number | undefined, { reason, message }: EntryFault, count = 1): void {
      setAsideBy[reason] += count;
      if (setAside.length < kept) setAside.push({ index, target, reason, message });
    },
    note(index: number, message: string): void {
      noted += 1;
      if (notes.length < kept) notes.push({ index, message });
    },
    disable(count: number): void {
      disabled += count;
    },
    close: (): Remainder => ({ setAside, setAsideBy, disabled, notes, noted }),
  };
}

export type Tally = ReturnType<typeof createTally>;

/** How many entries are set aside, all reasons together. */
export function countSetAside({ setAsideBy }: Pick<Remainder, 'setAsideBy'>): number {
  return Object.values(setAsideBy).reduce((sum, count) => sum + count, 0);
}

/** What became of the entries that are no targets: `2 disabled, 60 entries set aside; entry 0: …`; undefined: none is. */
export function describeRemainder(account: Remainder): string | undefined {
  const count = countSetAside(account);
  const [first] = account.setAside;
  const parts = [
    ...(account.disabled > 0 ? [`${account.disabled} disabled`] : []),
    ...(count > 0 ? [`${countEntries(count)} set aside`] : []),
  ];
  if (parts.length === 0) return undefined;
  return parts.join(', ') + (first === undefined ? '' : `; ${describeSetAside(first)}`);
}

/** A number of entries in words. */
export function countEntries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

/** `entry 3, target 0: "a b" is no host name`. */
export function describeSetAside({ index, target, message }: SetAside): string {
  return `entry ${index}${target === undefined ? '' : `, target ${target}`}: ${message}`;
}
