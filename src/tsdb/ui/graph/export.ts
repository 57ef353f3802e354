// The CSV of what is shown, as a file of the browser.

import { element } from '../kit/element.ts';
import { type CsvRow, csvLines, csvName } from './csv.ts';
import type { Line } from './lines.ts';
import type { QueryResult, Results } from './queries.ts';

/** @param lines those that the chart shows, of which the table has none. */
export function saveCsv({ queries, tab, granularity, span }: Results, lines: readonly Line[]): void {
  const rows =
    tab === 'table' ? latestRows(queries) : lines.flatMap((line) => lineRows(line, textOf(queries, line)));
  const columns =
    tab === 'table' || granularity === 'raw'
      ? ['time', 'value']
      : ['time', 'end', 'avg', 'min', 'max', 'count', 'partial'];
  const labels = lines[0]?.data.labels ?? queries[0]?.latest[0]?.labels;
  save(csvName(labels, span.from, span.to), [...csvLines(columns, rows)]);
}

function textOf(queries: readonly QueryResult[], { place }: Line): string {
  return queries.find((query) => query.place === place)?.text ?? '';
}

function latestRows(queries: readonly QueryResult[]): CsvRow[] {
  return queries.flatMap(({ text, latest }) =>
    latest.map(({ labels, time, value }) => ({ query: text, labels, cells: [isoOf(time), value] })),
  );
}

function lineRows({ data }: Line, query: string): CsvRow[] {
  const { labels, times, values } = data;
  return Array.from(times, (time, i): CsvRow => {
    const value = values[i] as number;
    if (data.kind === 'raw') return { query, labels, cells: [isoOf(time), value] };
    const [min, max, count] = [data.mins[i] as number, data.maxs[i] as number, data.counts[i] as number];
    const cells = [isoOf(time), isoOf(data.ends[i] as number), value, min, max, count, data.partial[i] === 1];
    return { query, labels, cells };
  });
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}

function save(name: string, parts: string[]): void {
  const address = URL.createObjectURL(new Blob(parts, { type: 'text/csv;charset=utf-8' }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
