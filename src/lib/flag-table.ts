// The flags of a program: a table of them and its arguments in, their values or everything that is wrong with them out.

import { isDeepStrictEqual } from 'node:util';
import { AppError, messageOf } from './errors.ts';
import { readGiven } from './given-flags.ts';
import { quoted } from './setting-values.ts';

export interface Flag<Value> {
  /** As a user would write it; empty: none. */
  readonly default: string;
  /** @throws Error with what is wrong. */
  readonly read: (text: string) => Value;
  readonly says: string;
}

export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: ReturnType<Table[Name]['read']>;
};

export interface FlagsRead<Table extends FlagTable> {
  readonly values: FlagValues<Table>;
  /** Of every flag, also of those that were not given. */
  readonly texts: Readonly<Record<string, string>>;
}

/** One line for each thing that does not go together. Values are told only when each alone is right. */
export type FlagConflicts<Table extends FlagTable> = (
  values: FlagValues<Table>,
  isGiven: (name: keyof Table & string) => boolean,
) => readonly string[];

interface FlagOptions<Table extends FlagTable> {
  /** What a user types to see the flags. */
  readonly help: string;
  readonly conflicts?: FlagConflicts<Table>;
}

/** @throws AppError `flags`: one line that counts what is wrong, then a line for each. */
export function readFlagTable<const Table extends FlagTable>(
  table: Table,
  args: readonly string[],
  { help, conflicts = () => [] }: FlagOptions<Table>,
): FlagsRead<Table> {
  const { given, faults: misused } = readGiven(args, Object.keys(table), switchesOf(table));
  const texts = textsOf(table, given);
  const { values, faults } = readValues(table, texts);
  const alone = [...misused, ...faults];
  const all = faults.length > 0 ? alone : [...alone, ...conflicts(values, (name) => given.has(name))];
  if (all.length > 0) throw flagsError(all, help);
  return { values, texts };
}

/** The flags of the table that have another value than by default, in their order. */
export function changedFlags<Table extends FlagTable>(table: Table, values: FlagValues<Table>): string[] {
  return Object.entries(table)
    .filter(([name, flag]) => !isDeepStrictEqual(values[name], flag.read(flag.default)))
    .map(([name]) => name);
}

export function isHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--help' || arg === '-h');
}

function textsOf(table: FlagTable, given: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).map(([name, flag]) => [name, given.get(name) ?? flag.default]),
  );
}

function readValues<Table extends FlagTable>(
  table: Table,
  texts: Readonly<Record<string, string>>,
): { values: FlagValues<Table>; faults: string[] } {
  const faults: string[] = [];
  const entries = Object.entries(table).map(([name, flag]) => {
    try {
      return [name, flag.read(texts[name] ?? flag.default)];
    } catch (error) {
      faults.push(`--${name} ${messageOf(error)}`);
      return [name, undefined];
    }
  });
  return { values: Object.fromEntries(entries) as FlagValues<Table>, faults };
}

/** One line that counts what is wrong, then a line for each. @param help what a user types to see the flags. */
export function flagsError(faults: readonly string[], help: string): AppError<'flags'> {
  const count = faults.length === 1 ? '1 faulty flag' : `${faults.length} faulty flags`;
  return new AppError('flags', [`cannot start: ${count}; see ${help}`, ...faults].join('\n  '));
}

/** Reads what is true by being there. */
export function readSwitch(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error(`is ${quoted(text)}, neither true nor false`);
  return text === 'true';
}

function switchesOf(table: FlagTable): string[] {
  return Object.keys(table).filter((name) => table[name]?.read === readSwitch);
}

/** A line for each flag, aligned, and then for `others`, which are no part of the table. */
export function flagRows(table: FlagTable, others: readonly (readonly [string, string])[]): string {
  const switches = switchesOf(table);
  const rows = Object.entries(table).map(([name, flag]): [string, string] => [
    switches.includes(name) ? `--${name}` : `--${name}=${flag.default === '' ? '…' : flag.default}`,
    flag.says,
  ]);
  const all = [...rows, ...others];
  const width = Math.max(...all.map(([left]) => left.length)) + 3;
  return all.map(([left, right]) => `  ${left.padEnd(width)}${right}`.trimEnd()).join('\n');
}
