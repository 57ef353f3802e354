// The end of the tour: a table of its steps, and the one sentence that matters.

import type { StepResult } from './tour.ts';

export interface Summary {
  readonly lines: readonly string[];
  readonly held: boolean;
}

const HEADER = ['step', 'unguarded', 'inventory-sd', 'lost', 'time', ''];

/** @param steps how many the story has: one that was not played did not hold. @param seenBy the servers. */
export function summarize(results: readonly StepResult[], steps: number, seenBy: string): Summary {
  const failed = results.filter(({ failure }) => failure !== undefined);
  const held = failed.length === 0 && results.length === steps;
  const rows = results.map(rowOf);
  const failures = failed.map(({ step, failure }) => `failed: ${step.title}: ${failure}`);
  const left = steps - results.length;
  const unplayed = left > 0 ? [`not played: the last ${left} steps`] : [];
  return {
    lines: [...table([HEADER, ...rows]), '', ...failures, ...unplayed, verdict(results, held, seenBy)],
    held,
  };
}

function rowOf({ step, failure, milliseconds, lost }: StepResult): string[] {
  const ok = failure === undefined;
  return [
    step.title,
    step.unguarded.words,
    step.guarded.words,
    `${lost}`,
    `${(milliseconds / 1000).toFixed(1)}s`,
    ok ? 'held' : 'FAILED',
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function verdict(results: readonly StepResult[], held: boolean, seenBy: string): string {
  const looks = results.reduce((sum, { samples }) => sum + samples, 0);
  if (!held) return 'the tour did not hold';
  return `the tour held: in ${looks} looks inventory-sd lost only what was accepted, http_sd all twice and half once; seen by ${seenBy}`;
}
