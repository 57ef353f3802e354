// The CSV of what is shown, as a file of the browser.

import { element } from '../kit/element.ts';
import { formatCount } from '../kit/number-format.ts';
import { takeTurns } from '../kit/turns.ts';
import { type CsvRow, csvLines, csvName } from './csv.ts';
import type { Line } from './lines.ts';
import type { QueryResult, Results } from './queries.ts';
import type { Labels } from './series-name.ts';

/** Some 150 MB: more is none for the memory of a page. */
const MAX_ROWS = 1_000_000;

/**
 * Saves it, a part after the other, so that the page goes on to answer.
 * @param lines those that the chart shows, of which the table has none.
 * @returns what to say of it: nothing, unless it is not the whole.
 */
export async function saveCsv(results: Results, lines: readonly Line[]): Promise<string> {
  const { name, parts, words } = await csvFile(results, lines);
  save(name, parts);
  return words;
}

interface CsvFile {
  readonly name: string;
  readonly parts: Blob[];
  /** What to say of it. */
  readonly words: string;
}

/** The same before it is saved. @param most rows. */
export async function csvFile(
  { queries, tab, granularity, span }: Results,
  lines: readonly Line[],
  most = MAX_ROWS,
): Promise<CsvFile> {
  const isTable = tab === 'table';
  const columns = isTable || granularity === 'raw' ? SAMPLE_COLUMNS : BUCKET_COLUMNS;
  const labels = isTable ? labelsOf(queries) : lines.map(({ data }) => data.labels);
  const rows = isTable ? latestRows(queries) : lineRows(lines, queries);
  const count = isTable ? labels.length : lines.reduce((sum, { data }) => sum + data.times.length, 0);
  const text = csvLines(columns, labels, atMost(most, rows));
  // As bytes at once: to make them of all of it would be long work of its own.
  const parts = await takeTurns(text, (part) => new Blob([part.join('')]));
  const words = `The file has the first ${formatCount(most)} of ${formatCount(count)} rows.`;
  return { name: csvName(labels[0], span.from, span.to), parts, words: count > most ? words : '' };
}

const SAMPLE_COLUMNS = ['time', 'value'];
const BUCKET_COLUMNS = ['time', 'end', 'avg', 'min', 'max', 'count', 'partial'];

function labelsOf(queries: readonly QueryResult[]): Labels[] {
  return queries.flatMap(({ latest }) => latest.map(({ labels }) => labels));
}

function* latestRows(queries: readonly QueryResult[]): Generator<CsvRow> {
  for (const { text, latest } of queries)
    for (const { labels, time, value } of latest) yield { query: text, labels, cells: [isoOf(time), value] };
}

function* lineRows(lines: readonly Line[], queries: readonly QueryResult[]): Generator<CsvRow> {
  for (const { data, place } of lines) {
    const query = queries.find((one) => one.place === place)?.text ?? '';
    const { labels, times } = data;
    for (let i = 0; i < times.length; i++) yield { query, labels, cells: cellsOf(data, i) };
  }
}

function* atMost(most: number, rows: Iterable<CsvRow>): Generator<CsvRow> {
  let count = 0;
  for (const row of rows) {
    if (count++ === most) return;
    yield row;
  }
}

function cellsOf(data: Line['data'], i: number): CsvRow['cells'] {
  const [time, value] = [isoOf(data.times[i] as number), data.values[i] as number];
  if (data.kind === 'raw') return [time, value];
  const [min, max, count] = [data.mins[i] as number, data.maxs[i] as number, data.counts[i] as number];
  return [time, isoOf(data.ends[i] as number), value, min, max, count, data.partial[i] === 1];
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}

function save(name: string, parts: Blob[]): void {
  const address = URL.createObjectURL(new Blob(parts, { type: 'text/csv;charset=utf-8' }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
