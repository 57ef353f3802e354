// What `inventory-sd check` found, as JSON and as lines for people. Pure.

import type { Labels } from '../../model/labels.ts';
import { describeCount } from '../../model/target-group.ts';
import { describeSetAside } from '../sensors/account.ts';
import type { SetAside } from '../sensors/set-aside.ts';
import { type HeldAnswer, howItEnds } from '../targets/held-answer.ts';
import { printable, quoteLabel } from './difference-table.ts';
import type { LabelChange } from './differences.ts';

interface Listed {
  /** `host:port`. */
  readonly target: string;
  readonly labels: Labels;
}

export interface CheckReport {
  readonly kind: 'no_difference' | 'differences';
  readonly inventory: { readonly targets: number };
  readonly file: {
    readonly path: string;
    /** Null when no list stands in the file. */
    readonly targets: number | null;
    /** How many of them the inventory no longer lists, and REMOVAL_GRACE still keeps. */
    readonly graced: number;
  };
  readonly added: readonly Listed[];
  readonly removed: readonly Listed[];
  readonly changed: readonly { readonly target: string; readonly labels: readonly LabelChange[] }[];
  /** Every entry that is no target because something is wrong with it. */
  readonly setAside: readonly SetAside[];
  readonly disabled: number;
  readonly duplicates: number;
  /** What the sidecar would hold back of it. */
  readonly held: HeldAnswer | null;
  readonly waiting: number;
}

/**
 * One line a target: `+` would come, `-` would go, `~` has other labels; `!` is an entry set aside, and why.
 * @param isServed whether a sidecar runs that could accept what is held.
 */
export function describeCheck(report: CheckReport, isServed: boolean): string[] {
  const { inventory, file, added, removed, changed, setAside, disabled, duplicates } = report;
  return [
    ...added.map(({ target, labels }) => `+ ${target}${written(labels)}`),
    ...removed.map(({ target, labels }) => `- ${target}${written(labels)}`),
    ...setAside.map((entry) => `! ${describeSetAside(entry)}`),
    ...changed.map(({ target, labels }) => `~ ${target}  ${labels.map(change).join('; ')}`),
    `inventory: ${describeCount(inventory.targets)}; ${file.path}: ${standing(file)}`,
    `${added.length} to add, ${removed.length} to remove, ${changed.length} to change; ${setAside.length} set aside, ${disabled} disabled, ${duplicates} twice`,
    ...verdict(report, isServed),
  ].map(printable);
}

function standing({ targets, graced }: CheckReport['file']): string {
  if (targets === null) return 'no list';
  return graced === 0 ? describeCount(targets) : `${describeCount(targets)} (${graced} in their grace)`;
}

function verdict({ held, waiting }: CheckReport, isServed: boolean): string[] {
  if (held !== null) {
    const what = held.isWhole ? 'nothing of it is published' : 'the removals are not published';
    return [`held: ${held.message}; ${what}; ${howItEnds(held, isServed)}`];
  }
  return waiting === 0 ? [] : [`${waiting} of them wait for room below MAX_TARGETS`];
}

function written(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `  ${name}=${JSON.stringify(value)}`)
    .join('');
}

function change({ name, expected, found }: LabelChange): string {
  return `${name}: ${quoteLabel(found)} → ${quoteLabel(expected)}`;
}
