// The README as data: its tables by their headings.

import { readFile } from 'node:fs/promises';

export interface Readme {
  readonly text: string;
  /** The rows of the first table below a heading, as lists of cells. */
  table(heading: string): string[][];
}

export async function openReadme(): Promise<Readme> {
  const text = await readFile('README.md', 'utf8');
  return { text, table: (heading) => tableBelow(text, heading) };
}

function tableBelow(text: string, heading: string): string[][] {
  const start = text.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`the README has no ${heading}`);
  const section = text.slice(start);
  const lines = section.slice(section.indexOf('\n|')).trimStart().split('\n');
  const rows = lines.slice(
    2,
    lines.findIndex((line) => !line.startsWith('|')),
  );
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What a cell has in backquotes. */
export function words(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
