// Relabelling: rules that rewrite, keep or drop a label set.

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
