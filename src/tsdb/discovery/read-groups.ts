// Target groups from the JSON or YAML of file_sd and http_sd, refused as a whole as Prometheus refuses them.

import {
  entries,
  type Field,
  fault,
  fields,
  hasNoValue,
  list,
  orEmpty,
  readYaml,
  text,
} from '../../lib/yaml-fields.ts';
import type { Labels } from '../../model/labels.ts';
import type { TargetGroup } from '../../model/target-group.ts';

/**
 * Source of the rules: targetgroup.Group of Prometheus 3.x, which takes label names of any characters.
 * @throws Error that says what is wrong.
 */
export function readJsonGroups(json: string): TargetGroup[] {
  const value: unknown = JSON.parse(json);
  if (value === null) return [];
  if (!Array.isArray(value)) throw new Error('it is not a list of target groups');
  return value.map((group, index) => withPlace(index, () => readGroup(group)));
}

/** @throws as `readJsonGroups`, with the line. An empty text is an empty list, as it is to Prometheus. */
export function readYamlGroups(yaml: string): TargetGroup[] {
  // Aliases make a long list of a short text.
  let left = yaml.length;
  const textOrNone = orEmpty('', (field) => {
    left -= 1;
    if (left < 0) throw fault(field, 'aliases make it larger than it is written');
    return text(field);
  });
  const groupFields = fields({ targets: list(textOrNone), labels: entries(textOrNone) });
  const groups = list((field: Field) => {
    if (hasNoValue(field)) throw fault(field, 'a target group is missing');
    return groupFields(field);
  });
  return readYaml(yaml, orEmpty([], groups)).map(
    ({ targets = [], labels = new Map<string, string>() }, index) => {
      if (labels.has('')) throw new Error(`group ${index} has a label without a name`);
      return { targets, labels: Object.fromEntries(labels) };
    },
  );
}

function withPlace<T>(index: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`group ${index} ${(error as Error).message}`);
  }
}

// Go matches the names of fields in any case, and null is nothing at all.
function readGroup(group: unknown): TargetGroup {
  if (!isObject(group)) throw new Error('is not an object');
  let targets: readonly string[] = [];
  let labels: Labels = {};
  for (const [name, value] of Object.entries(group)) {
    const field = name.toLowerCase();
    if (field === 'targets') targets = readTargets(value ?? []);
    else if (field === 'labels') labels = readLabels(value ?? {});
    else throw new Error(`has the unknown field ${JSON.stringify(name)}`);
  }
  return { targets, labels };
}

function readTargets(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Error('has targets that are no list');
  return value.map((target: unknown) => readText(target, 'a target'));
}

function readLabels(value: unknown): Labels {
  if (!isObject(value)) throw new Error('has labels that are no object');
  if (Object.hasOwn(value, '')) throw new Error('has a label without a name');
  return Object.fromEntries(
    Object.entries(value).map(([name, label]) => [name, readText(label, `a label ${JSON.stringify(name)}`)]),
  );
}

function readText(value: unknown, what: string): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw new Error(`has ${what} that is no text`);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
