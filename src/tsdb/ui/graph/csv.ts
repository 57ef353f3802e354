// What is shown as CSV after RFC 4180, with a column for each label, and safe to open in a spreadsheet.

import { type Labels, labelOf, seriesName } from './series-name.ts';
import { formatValue } from './value-format.ts';

export interface CsvRow {
  readonly query: string;
  readonly labels: Labels;
  /** The fixed columns of the table, in their order. */
  readonly cells: readonly (string | number | boolean)[];
}

/**
 * @param columns names of what stands in each row's cells.
 * @param all the labels of the series that the rows are of.
 * @returns parts of the text, a line each.
 */
export function* csvLines(
  columns: readonly string[],
  all: readonly Labels[],
  rows: Iterable<CsvRow>,
): Generator<string> {
  const names = [...new Set(all.flatMap((labels) => Object.keys(labels)))].sort();
  const fixed = ['query', ...columns];
  yield line([...fixed, ...names.map((name) => (fixed.includes(name) ? `label_${name}` : name))]);
  for (const { query, labels, cells } of rows)
    yield line([query, ...cells, ...names.map((name) => labelOf(labels, name))]);
}

function line(cells: readonly (string | number | boolean)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: string | number | boolean): string {
  if (typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  const safe = guard(typeof value === 'number' ? formatValue(value) : (value as string));
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// A spreadsheet takes a text that begins so, some also in full width, for a formula and runs it (OWASP, CSV injection).
function guard(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

/** A name of a file that tells what is inside, of plain letters only. */
export function csvName(labels: Labels | undefined, from: number, to: number): string {
  const name = seriesName({ __name__: labels?.__name__ ?? '' }).replaceAll(/[^a-zA-Z0-9_]+/g, '_');
  const time = (at: number) => new Date(at).toISOString().slice(0, 19).replaceAll(':', '');
  return `${name.replaceAll(/^_+|_+$/g, '') || 'mini-tsdb'}_${time(from)}_${time(to)}.csv`;
}
