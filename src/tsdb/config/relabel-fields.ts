// One rule of relabel_configs or metric_relabel_configs, with Prometheus' defaults and requirements.

import { messageOf } from '../../lib/errors.ts';
import { count, fault, fields, list, orEmpty, type Read } from '../../lib/yaml-fields.ts';
import { compileRegexp, type Regexp } from '../../model/regexp.ts';
import type { RelabelAction, RelabelConfig } from '../../model/relabel.ts';
import { string } from './values.ts';

const ACTIONS: readonly RelabelAction[] = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
];

/** What a rule has that does not say it. */
export const RULE_DEFAULTS = {
  action: 'replace',
  sourceLabels: [],
  separator: ';',
  regex: compileRegexp('(.*)'),
  modulus: 0,
  targetLabel: '',
  replacement: '$1',
} as const satisfies RelabelConfig;

const action: Read<RelabelAction> = (field) => {
  const written = string(field);
  const known = ACTIONS.find((name) => name === written.toLowerCase());
  if (known === undefined)
    throw fault(field, `action is ${JSON.stringify(written)}; it is one of ${ACTIONS.join(', ')}`);
  return known;
};

const regex: Read<Regexp> = (field) => {
  try {
    return compileRegexp(string(field));
  } catch (error) {
    throw fault(field, messageOf(error));
  }
};

const labelName: Read<string> = (field) => {
  const name = string(field);
  if (name === '') throw fault(field, `${field.name} has an empty name`);
  return name;
};

const known = fields({
  action: orEmpty<RelabelAction | undefined>(undefined, action),
  source_labels: list(labelName),
  separator: string,
  regex: orEmpty(compileRegexp(''), regex),
  modulus: count,
  target_label: string,
  replacement: string,
});

type Given = ReturnType<typeof known>;

export const relabelRule: Read<RelabelConfig> = (field) => {
  const given = known(field);
  if ('action' in given && given.action === undefined) throw fault(field, 'action has no value');
  const rule = ruleOf(given);
  const missing = missingIn(rule);
  if (missing !== undefined) throw fault(field, `action ${rule.action} needs ${missing}`);
  const foreign = foreignIn(rule, given);
  if (foreign !== undefined) throw fault(field, `action ${rule.action} takes no ${foreign}`);
  return rule;
};

function ruleOf(given: Given): RelabelConfig {
  return {
    action: given.action ?? RULE_DEFAULTS.action,
    sourceLabels: given.source_labels ?? RULE_DEFAULTS.sourceLabels,
    separator: given.separator ?? RULE_DEFAULTS.separator,
    regex: given.regex ?? RULE_DEFAULTS.regex,
    modulus: given.modulus ?? RULE_DEFAULTS.modulus,
    targetLabel: given.target_label ?? RULE_DEFAULTS.targetLabel,
    replacement: given.replacement ?? RULE_DEFAULTS.replacement,
  };
}

// Source of the requirements: Config.Validate in Prometheus' model/relabel. In 3.x every name is valid but the empty one.
const TARGETED: readonly RelabelAction[] = [
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
];

function missingIn({ action, modulus, targetLabel, replacement }: RelabelConfig): string | undefined {
  if (TARGETED.includes(action) && targetLabel === '') return 'a target_label';
  if (action === 'hashmod' && modulus === 0) return 'a modulus above 0';
  if (action === 'labelmap' && replacement === '') return 'a replacement that is not empty';
  return undefined;
}

type Name = keyof Given;

const ONLY_REGEX: readonly Name[] = ['source_labels', 'target_label', 'modulus', 'separator', 'replacement'];
const ONLY_LABELS: readonly Name[] = ['regex', 'modulus', 'separator', 'replacement'];
const FOREIGN: Partial<Record<RelabelAction, readonly Name[]>> = {
  labeldrop: ONLY_REGEX,
  labelkeep: ONLY_REGEX,
  keepequal: ONLY_LABELS,
  dropequal: ONLY_LABELS,
  lowercase: ['replacement'],
  uppercase: ['replacement'],
};

// What only repeats the default does no harm, except where Prometheus compares whether it was given.
function foreignIn(rule: RelabelConfig, given: Given): Name | undefined {
  const isDefault: Readonly<Record<string, boolean>> = {
    separator: rule.separator === RULE_DEFAULTS.separator,
    replacement: rule.replacement === RULE_DEFAULTS.replacement,
    target_label: rule.targetLabel === '',
    modulus: rule.modulus === 0,
  };
  return FOREIGN[rule.action]?.find((name) => given[name] !== undefined && !isDefault[name]);
}
