// Flags of a tool: a table of them in, their values or everything that is wrong with them out.

import { AppError, messageOf } from '../src/lib/errors.ts';
import { readGiven } from '../src/tsdb/config/given-flags.ts';

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

/** One line for each thing that does not go together. Values are told only when each alone is right. */
export type FlagConflicts<Table extends FlagTable> = (
  values: FlagValues<Table>,
  isGiven: (name: keyof Table & string) => boolean,
) => readonly string[];

/**
 * @returns undefined when help was asked for.
 * @throws AppError `flags`: one line that counts what is wrong, then a line for each.
 */
export function readFlagTable<const Table extends FlagTable>(
  tool: string,
  table: Table,
  args: readonly string[],
  conflicts: FlagConflicts<Table> = () => [],
): FlagValues<Table> | undefined {
  if (args.some((arg) => arg === '--help' || arg === '-h')) return undefined;
  const { given, faults: misused } = readGiven(args, Object.keys(table), switchesOf(table));
  const faults = [...misused];
  const entries = Object.entries(table).map(([name, flag]) => {
    try {
      return [name, flag.read(given.get(name) ?? flag.default)];
    } catch (error) {
      faults.push(`--${name} ${messageOf(error)}`);
      return [name, undefined];
    }
  });
  const values = Object.fromEntries(entries) as FlagValues<Table>;
  if (faults.length === 0) faults.push(...conflicts(values, (name) => given.has(name)));
  if (faults.length > 0) throw new AppError('flags', describe(tool, faults));
  return values;
}

function describe(tool: string, faults: readonly string[]): string {
  const count = faults.length === 1 ? '1 faulty flag' : `${faults.length} faulty flags`;
  return [`cannot start: ${count}; see npm run ${tool} -- --help`, ...faults].join('\n  ');
}

/** A line a flag, aligned. */
export function flagRows(table: FlagTable): string {
  const switches = switchesOf(table);
  const rows = Object.entries(table).map(([name, flag]): [string, string] => [
    switches.includes(name) ? `--${name}` : `--${name}=${flag.default === '' ? '…' : flag.default}`,
    flag.says,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n');
}

/** Reads a switch. */
export function readSwitch(text: string): boolean {
  if (text !== 'true' && text !== 'false')
    throw new Error(`is ${JSON.stringify(text)}, neither true nor false`);
  return text === 'true';
}

function switchesOf(table: FlagTable): string[] {
  return Object.keys(table).filter((name) => table[name]?.read === readSwitch);
}

/** Reads one of these words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new Error(`is ${JSON.stringify(text)}; it is one of ${words.join(', ')}`);
    return found;
  };
}

/** Reads words or numbers with commas between them, none of them twice. */
export function listOf<Value>(read: (text: string) => Value): (text: string) => Value[] {
  return (text) => {
    const values = text.split(',').map((part) => read(part.trim()));
    if (new Set(values).size < values.length)
      throw new Error(`is ${JSON.stringify(text)}, with one of them twice`);
    return values;
  };
}

/** Reads what may be left out. */
export function optional<Value>(read: (text: string) => Value): (text: string) => Value | undefined {
  return (text) => (text === '' ? undefined : read(text));
}
