// Figures → the lines of a table that fits a terminal.

import { DOOR_FACTS, type DoorName } from '../push/doors.ts';
import type { Figures } from './figures.ts';
import { shortNumber } from './short-number.ts';

interface Column {
  /** Two lines. */
  readonly head: readonly [string, string];
  readonly cell: (figures: Figures) => string;
}

const COLUMNS: readonly Column[] = [
  { head: ['', 'clients'], cell: ({ clients }) => String(clients) },
  { head: ['', 'batch'], cell: ({ batch }) => String(batch) },
  { head: ['', 'taken'], cell: ({ success }) => percent(success) },
  { head: ['req', '/s'], cell: ({ requestsPerSecond }) => shortNumber(requestsPerSecond) },
  { head: ['samp.', '/s'], cell: ({ samplesPerSecond }) => shortNumber(samplesPerSecond) },
  { head: ['ms', 'p50'], cell: ({ p50 }) => shortNumber(p50) },
  { head: ['ms', 'p95'], cell: ({ p95 }) => shortNumber(p95) },
  { head: ['ms', 'p99'], cell: ({ p99 }) => shortNumber(p99) },
  { head: ['ms', 'max'], cell: ({ max }) => shortNumber(max) },
  { head: ['CPU µs', '/req'], cell: ({ cpuPerRequest }) => shortNumber(cpuPerRequest) },
  { head: ['CPU µs', '/samp.'], cell: ({ cpuPerSample }) => shortNumber(cpuPerSample) },
  { head: ['above', 'parse'], cell: ({ cpuPerSampleAboveParse }) => shortNumber(cpuPerSampleAboveParse) },
  { head: ['req /', 'CPU s'], cell: ({ requestsPerCpuSecond }) => shortNumber(requestsPerCpuSecond) },
];
const WIDEST_GAP = 4;

/** A block for each door. @param columns of the terminal; narrower than 80 it does not get. */
export function tableLines(all: readonly Figures[], columns: number): string[] {
  const cells = all.map((figures) => COLUMNS.map(({ cell }) => cell(figures)));
  const widths = COLUMNS.map(({ head }, i) =>
    Math.max(...head.map((word) => word.length), ...cells.map((row) => (row[i] ?? '').length)),
  );
  const used = widths.reduce((sum, width) => sum + width, 0);
  const gap = Math.min(WIDEST_GAP, Math.max(1, Math.floor((columns - used) / (widths.length - 1))));
  const lineOf = (row: readonly string[]) =>
    row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join(' '.repeat(gap));
  const heads = ([0, 1] as const).map((row) => lineOf(COLUMNS.map(({ head }) => head[row])));
  return doorsIn(all).flatMap((door) => [
    DOOR_FACTS[door].title,
    ...heads,
    ...all.flatMap((figures, i) => (figures.door === door ? [lineOf(cells[i] ?? [])] : [])),
    '',
  ]);
}

/** In the order in which they were loaded. */
export function doorsIn(all: readonly Figures[]): DoorName[] {
  return [...new Set(all.map(({ door }) => door))];
}

function percent(share: number | undefined): string {
  // Only what is whole is called so.
  if (share === undefined) return '–';
  return share === 1 ? '100%' : `${(Math.floor(share * 1000) / 10).toFixed(1)}%`;
}
