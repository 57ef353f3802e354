// Flags of a tool: a table of them in, their values out, or undefined when help was asked for.

import type { AppError } from '../src/lib/errors.ts';
import {
  type FlagConflicts,
  type FlagTable,
  type FlagValues,
  flagRows,
  flagsError,
  isHelp,
  readFlagTable,
} from '../src/lib/flag-table.ts';

/**
 * @returns undefined when help was asked for.
 * @throws AppError `flags`: one line that counts what is wrong, then a line for each.
 */
export function readToolFlags<const Table extends FlagTable>(
  tool: string,
  table: Table,
  args: readonly string[],
  conflicts: FlagConflicts<Table>,
): FlagValues<Table> | undefined {
  if (isHelp(args)) return undefined;
  return readFlagTable(table, args, { help: helpOf(tool), conflicts }).values;
}

/** Of flags that read well, and yet name what is not there. @param faults a line each. */
export function faultyFlags(tool: string, faults: readonly string[]): AppError<'flags'> {
  return flagsError(faults, helpOf(tool));
}

function helpOf(tool: string): string {
  return `npm run ${tool} -- --help`;
}

/** A line a flag, aligned. */
export function toolFlagRows(table: FlagTable): string {
  return flagRows(table, [['--help', 'shows this']]);
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
