// Figures → bars that can be compared, for a terminal and for a picture.

import { DOOR_FACTS, type DoorName } from '../push/doors.ts';
import type { Figures } from './figures.ts';
import { shortNumber } from './short-number.ts';
import { doorsIn } from './table.ts';

/** One measure of all steps, on one logarithmic scale. */
export interface Measure {
  readonly title: string;
  readonly of: (figures: Figures) => number | undefined;
}

export const MEASURES: readonly Measure[] = [
  { title: 'samples/s', of: ({ samplesPerSecond }) => samplesPerSecond },
  { title: 'p99, ms', of: ({ p99 }) => p99 },
  { title: 'CPU µs/sample', of: ({ cpuPerSample }) => cpuPerSample },
];

const LABEL = 13;
const VALUE = 7;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How long each bar is, from 0 to 1; undefined where there is none. The shortest one has a tenth, the longest all. */
export function lengthsOf(all: readonly Figures[], { of }: Measure): (number | undefined)[] {
  const logs = all.map((figures) => {
    const value = of(figures);
    return value === undefined || value <= 0 ? undefined : Math.log(value);
  });
  const known = logs.filter((log) => log !== undefined);
  const least = Math.min(...known);
  const span = Math.max(...known) - least;
  return logs.map((log) => {
    if (log === undefined) return undefined;
    return span === 0 ? 1 : 0.1 + (0.9 * (log - least)) / span;
  });
}

/** A line a step, with a bar for each measure; a block for each door. */
export function barLines(all: readonly Figures[], columns: number): string[] {
  const width = Math.floor((columns - LABEL) / MEASURES.length);
  const room = width - VALUE - 1;
  const bars = MEASURES.map((measure) => lengthsOf(all, measure));
  const head = MEASURES.map(({ title }) => ` ${title}`.padEnd(width)).join('');
  const rowOf = (figures: Figures, i: number) => {
    const areas = MEASURES.map(({ of }, m) => {
      const bar = barOf(bars[m]?.[i], room);
      return ` ${bar} ${shortNumber(of(figures))}`.padEnd(width).slice(0, width);
    });
    return (labelOf(figures).padStart(LABEL) + areas.join('')).trimEnd();
  };
  return doorsIn(all).flatMap((door) => [
    titleOf(door),
    ('clients×batch'.padStart(LABEL) + head).trimEnd(),
    ...all.flatMap((figures, i) => (figures.door === door ? [rowOf(figures, i)] : [])),
    '',
  ]);
}

export function labelOf({ clients, batch }: Figures): string {
  return `${clients} × ${batch}`;
}

function titleOf(door: DoorName): string {
  return `${DOOR_FACTS[door].title} (bars are logarithmic)`;
}

function barOf(length: number | undefined, room: number): string {
  if (length === undefined) return '';
  const eighths = Math.max(1, Math.round(length * room * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
