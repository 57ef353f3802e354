// Which rows are shown, and in which order.

import { naturalOrder } from './answer.ts';
import { TARGET_STATES, type TargetRow } from './row.ts';
import type { SortColumn, View } from './view.ts';

/** The words of a filter, in small letters: parted by blanks, but not within quotes, which go. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  return words.map((word) => word.replaceAll('"', '')).filter((word) => word !== '');
}

/** The rows that have all words, and the job and state asked for; in the order given. */
export function selectRows(
  rows: readonly TargetRow[],
  { text, job, state }: Pick<View, 'text' | 'job' | 'state'>,
): TargetRow[] {
  const words = wordsOf(text);
  return rows.filter((row) => {
    if (state === 'active' ? row.state === 'dropped' : row.state !== state) return false;
    return (job === '' || row.job === job) && words.every((word) => row.searched.includes(word));
  });
}

const KEYS: Readonly<Record<SortColumn, (row: TargetRow) => number | string>> = {
  state: ({ state }) => TARGET_STATES.indexOf(state),
  target: ({ order }) => order,
  job: ({ job }) => naturalOrder(job),
  scrape: ({ lastScrape }) => -lastScrape,
  duration: ({ duration }) => duration,
  samples: ({ samples }) => samples,
};

/** Sorted by a column; rows that are equal there keep their order. */
export function sortRows(
  rows: readonly TargetRow[],
  { sort, isDescending }: Pick<View, 'sort' | 'isDescending'>,
): TargetRow[] {
  const key = KEYS[sort];
  const sign = isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: key(row) }));
  keyed.sort(({ key: a }, { key: b }) => (a === b ? 0 : a < b ? -sign : sign));
  return keyed.map(({ row }) => row);
}
