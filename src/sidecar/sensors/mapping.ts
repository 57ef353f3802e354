// How this inventory's answers are read: what the operator set, made ready once.

import { compileExpression, type Expression } from './expression.ts';
import { legalLabelName } from './label-names.ts';

export interface Mapping {
  /** Finds the list in an answer; undefined: the answer is the list, or an envelope around one. */
  readonly list: Expression | undefined;
  /** Finds the URL of the next page in an answer. */
  readonly next: Expression | undefined;
  /** The fields of an entry that are kept, each with the label it becomes. */
  readonly metaFields: ReadonlyMap<string, string>;
}

/** The settings as their texts were read; empty: not set. */
export interface MappingSettings {
  readonly inventoryJmespath: string;
  readonly inventoryNextJmespath: string;
  readonly inventoryMetaFields: readonly string[];
}

/** @throws Error for what the settings would have refused. */
export function createMapping(settings: MappingSettings): Mapping {
  return {
    list: expressionOf(settings.inventoryJmespath),
    next: expressionOf(settings.inventoryNextJmespath),
    metaFields: metaLabels(settings.inventoryMetaFields),
  };
}

function expressionOf(text: string): Expression | undefined {
  return text === '' ? undefined : compileExpression(text);
}

/**
 * The label that each of these fields becomes.
 * @throws Error for two fields that would become the same one.
 */
export function metaLabels(fields: readonly string[]): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const field of fields) {
    const label = `__meta_inventory_${legalLabelName(field)}`;
    const other = [...labels].find(([, taken]) => taken === label)?.[0];
    if (other !== undefined) throw new Error(`has ${other} and ${field}, which would both become ${label}`);
    labels.set(field, label);
  }
  return labels;
}
