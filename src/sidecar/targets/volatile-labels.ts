// Labels that change with every answer: each change of one rewrites the file, and most begin a new series.

import type { Labels } from '../../model/labels.ts';
import type { Target } from './target.ts';

/** The first targets of a list stand for all of it. */
const SAMPLE = 1000;
/** A label that changed once may be news; one that changed in so many answers, one after the other, is a clock. */
const ANSWERS = 3;

/** The labels that have another value in most of the targets which both lists begin with. */
export function volatileLabels(previous: readonly Target[], next: readonly Target[]): string[] {
  const before = labelsById(previous);
  const changes = new Map<string, number>();
  let common = 0;
  for (const [id, labels] of labelsById(next)) {
    const old = before.get(id);
    if (labels === undefined || old === undefined) continue;
    common += 1;
    for (const [name, value] of Object.entries(labels)) {
      if (old[name] !== value) changes.set(name, (changes.get(name) ?? 0) + 1);
    }
  }
  return [...changes].filter(([, count]) => count > common / 2).map(([name]) => name);
}

// Undefined for a sensor that is several targets: which of them is which, only their labels tell.
function labelsById(targets: readonly Target[]): Map<string, Labels | undefined> {
  const byId = new Map<string, Labels | undefined>();
  for (const { id, labels } of targets.slice(0, SAMPLE)) byId.set(id, byId.has(id) ? undefined : labels);
  return byId;
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
