// Relabelling: rules that rewrite, keep or drop a label set.

import { createHash } from 'node:crypto';
import type { Labels } from './labels.ts';
import { lowerCase, upperCase } from './letter-case.ts';
import type { Regexp } from './regexp.ts';

export type RelabelAction =
  | 'replace'
  | 'keep'
  | 'drop'
  | 'keepequal'
  | 'dropequal'
  | 'hashmod'
  | 'labelmap'
  | 'labeldrop'
  | 'labelkeep'
  | 'lowercase'
  | 'uppercase';

/** One rule with every default filled in. */
export interface RelabelConfig {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly regex: Regexp;
  readonly modulus: number;
  readonly targetLabel: string;
  readonly replacement: string;
}

/**
 * Applies the rules in their order; a label without a value is none.
 * Source of the rules: `relabel.Process` of Prometheus 3.x. 2.x differs in that it ignores a `replace` whose name
 * comes out with other characters than letters, digits and _; here as in 3.x any name but the empty one is taken.
 * @returns the new labels, undefined when a rule drops them.
 */
export function relabel(labels: Labels, configs: readonly RelabelConfig[]): Labels | undefined {
  const draft: Draft = new Map(Object.entries(labels).filter(([, value]) => value !== ''));
  const isKept = configs.every((config) => ACTIONS[config.action](draft, config));
  return isKept ? Object.fromEntries(draft) : undefined;
}

// Names are anybody's: a map has no `constructor` of its own.
type Draft = Map<string, string>;

/** Changes the draft. @returns whether it is kept. */
type Action = (draft: Draft, config: RelabelConfig) => boolean;

const ACTIONS: Readonly<Record<RelabelAction, Action>> = {
  replace,
  keep: (draft, config) => config.regex.test(sourceOf(draft, config)),
  drop: (draft, config) => !config.regex.test(sourceOf(draft, config)),
  keepequal: isEqual,
  dropequal: (draft, config) => !isEqual(draft, config),
  hashmod: computed((source, { modulus }) => hashModulo(source, modulus)),
  lowercase: computed(lowerCase),
  uppercase: computed(upperCase),
  labelmap,
  labeldrop: (draft, { regex }) => removeNames(draft, regex.test),
  labelkeep: (draft, { regex }) => removeNames(draft, (name) => !regex.test(name)),
};

function sourceOf(draft: Draft, { sourceLabels, separator }: RelabelConfig): string {
  return sourceLabels.map((name) => draft.get(name) ?? '').join(separator);
}

function set(draft: Draft, name: string, value: string): void {
  if (value === '') draft.delete(name);
  else draft.set(name, value);
}

function isEqual(draft: Draft, config: RelabelConfig): boolean {
  return (draft.get(config.targetLabel) ?? '') === sourceOf(draft, config);
}

function replace(draft: Draft, config: RelabelConfig): true {
  const source = sourceOf(draft, config);
  const name = config.regex.expand(source, config.targetLabel);
  // Undefined: no match. Empty: no name.
  if (name) set(draft, name, config.regex.expand(source, config.replacement) ?? '');
  return true;
}

function computed(compute: (source: string, config: RelabelConfig) => string): Action {
  return (draft, config) => {
    set(draft, config.targetLabel, compute(sourceOf(draft, config), config));
    return true;
  };
}

// Only the last eight bytes count, as ever since Prometheus' first version of it.
function hashModulo(source: string, modulus: number): string {
  const hash = createHash('md5').update(source).digest().readBigUInt64BE(8);
  return String(hash % BigInt(modulus));
}

// In the order of names: when two come out equal the later one counts. New labels are not looked at again.
function labelmap(draft: Draft, { regex, replacement }: RelabelConfig): true {
  const before = [...draft].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of before) {
    const mapped = regex.expand(name, replacement);
    if (mapped !== undefined) set(draft, mapped, value);
  }
  return true;
}

function removeNames(draft: Draft, isRemoved: (name: string) => boolean): true {
  for (const name of [...draft.keys()]) if (isRemoved(name)) draft.delete(name);
  return true;
}
