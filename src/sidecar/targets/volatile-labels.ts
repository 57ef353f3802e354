// Labels that change with every answer: each change of one rewrites the file, and most begin a new series.

import type { Target } from './target.ts';

/** The first targets of a list stand for all of it. */
const SAMPLE = 1000;
/** A label that changed once may be news; one that changed in so many answers, one after the other, is a clock. */
const ANSWERS = 3;

/** The labels that have another value in most of the targets which both lists begin with. */
export function volatileLabels(previous: readonly Target[], next: readonly Target[]): string[] {
  if (previous === next) return [];
  const before = new Map(previous.slice(0, SAMPLE).map(({ id, labels }) => [id, labels]));
  const common = next.slice(0, SAMPLE).filter(({ id }) => before.has(id));
  const changes = new Map<string, number>();
  for (const { id, labels } of common) {
    const old = before.get(id) ?? labels;
    if (old === labels) continue;
    for (const [name, value] of Object.entries(labels)) {
      if (old[name] !== value) changes.set(name, (changes.get(name) ?? 0) + 1);
    }
  }
  return [...changes].filter(([, count]) => count > common.length / 2).map(([name]) => name);
}

/** Makes the function that is given the targets of every good answer and warns, once, of a label that changes in each. */
export function watchLabels(warn: (message: string) => void): (targets: readonly Target[]) => void {
  let previous: readonly Target[] = [];
  let inARow = new Map<string, number>();
  return (targets) => {
    const names = volatileLabels(previous, targets);
    inARow = new Map(names.map((name) => [name, (inARow.get(name) ?? 0) + 1]));
    previous = targets.slice(0, SAMPLE);
    for (const [name, count] of inARow) if (count === ANSWERS) warn(warning(name));
  };
}

function warning(name: string): string {
  const harm = name.startsWith('__meta_')
    ? 'each time the target file is written and read anew'
    : 'each time the series of these targets begin anew';
  return `the label ${name} changed in most targets with each of the last ${ANSWERS} answers: ${harm}; leave it out`;
}
