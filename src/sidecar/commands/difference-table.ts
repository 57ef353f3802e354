// Differences as lines for people: a few of each kind, and how many more there are. Pure.

import { DIFFERENCE_NAMES, type Difference, type DifferenceKind, type LabelChange } from './differences.ts';

// A fleet that is down must not hide the one target that is missing.
const ROWS_OF_A_KIND = 10;
const DETAIL_LENGTH = 120;

const HEAD = ['difference', 'target', 'scrape job', 'detail'];

/** @param showServer whether a row says which server it is of. */
export function differenceTable(differences: readonly Difference[], showServer: boolean): string[] {
  if (differences.length === 0) return [];
  const blocks = [...byKind(differences)].map(([kind, all]) => ({
    rows: all.slice(0, ROWS_OF_A_KIND).map((difference) => cells(difference, showServer)),
    rest:
      all.length > ROWS_OF_A_KIND
        ? `… and ${all.length - ROWS_OF_A_KIND} more ${DIFFERENCE_NAMES[kind]}`
        : undefined,
  }));
  const widths = widthsOf([HEAD, ...blocks.flatMap(({ rows }) => rows)]);
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    line(HEAD),
    ...blocks.flatMap(({ rows, rest }) => [...rows.map(line), ...(rest === undefined ? [] : [rest])]),
  ];
}

/** How many there are of each kind, in the order of the road. */
export function countKinds(differences: readonly Difference[]): Partial<Record<DifferenceKind, number>> {
  return Object.fromEntries([...byKind(differences)].map(([kind, all]) => [kind, all.length]));
}

function byKind(differences: readonly Difference[]): Map<DifferenceKind, Difference[]> {
  const found = Map.groupBy(differences, ({ kind }) => kind);
  const kinds = Object.keys(DIFFERENCE_NAMES) as DifferenceKind[];
  return new Map(kinds.flatMap((kind) => (found.has(kind) ? [[kind, found.get(kind) ?? []] as const] : [])));
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return HEAD.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
}

function cells({ kind, target, server, job, labels, detail }: Difference, showServer: boolean): string[] {
  const where = showServer && server !== undefined ? `${job} at ${server}` : (job ?? '');
  const more = detail ?? (labels ?? []).map((change) => describe(change, kind)).join('; ');
  return [DIFFERENCE_NAMES[kind], target, where, more.slice(0, DETAIL_LENGTH)].map(printable);
}

function describe({ name, expected, found }: LabelChange, kind: DifferenceKind): string {
  const [here, there] =
    kind === 'changed_in_file' ? ['the inventory', 'the file'] : ['the file', 'Prometheus'];
  return `${name}: ${quoteLabel(expected)} in ${here}, ${quoteLabel(found)} in ${there}`;
}

/** A label's value; an empty one is none. */
export function quoteLabel(value: string): string {
  return value === '' ? 'none' : JSON.stringify(value);
}

/** A label or an error of a scrape may hold what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, ' ');
}
