// Settings that only the sidecar has: their text → their value, or an Error that says what is wrong with the text.

import { parseByteSize } from '../lib/byte-size.ts';
import { integerBetween, quoted } from '../lib/setting-values.ts';
import { isLabelName, type Labels } from '../model/labels.ts';
import { compileExpression } from './sensors/expression.ts';
import { metaLabels } from './sensors/mapping.ts';
import type { MaxShrink } from './targets/limits.ts';

/** A path that ends in .json: Prometheus goes by the name, and an empty YAML file would remove every target. */
export function readTargetsFile(text: string): string {
  if (!/[^/]\.json$/.test(text)) throw new Error(`is ${quoted(text)}, not a file that ends in .json`);
  if (/(^|\/)\.inventory-sd\//.test(text))
    throw new Error(`is ${quoted(text)}, in the folder where the sidecar keeps files of its own`);
  return text;
}

/** `name=value,name=value`. */
export function readLabels(text: string): Labels {
  const pairs = text === '' ? [] : text.split(',').map((pair) => splitPair(pair.trim()));
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`names the label ${twice} twice`);
  return Object.fromEntries(pairs);
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  const name = pair.slice(0, Math.max(at, 0)).trim();
  if (at < 0)
    throw new Error(`has ${quoted(pair)} where name=value belongs; write e.g. env=prod,site=berlin`);
  if (!isLabelName(name) || name.startsWith('__'))
    throw new Error(`has the illegal label name ${quoted(name)}`);
  return [name, pair.slice(at + 1).trim()];
}

/** A JMESPath expression, as its text; empty: none. */
export function readExpression(text: string): string {
  if (text !== '') compileExpression(text);
  return text;
}

/** `site,rack`: names of fields that become labels, each another one. */
export function readFieldNames(text: string): readonly string[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  metaLabels(names);
  return names;
}

// V8 has no longer strings than 512 MiB.
const MAX_ANSWER_BYTES = 500 * 2 ** 20;

/** A size in bytes that an answer may have. */
export function readAnswerSize(text: string): number {
  const bytes = parseByteSize(text);
  if (bytes === undefined || bytes < 1 || bytes > MAX_ANSWER_BYTES) {
    throw new Error(`is ${quoted(text)}; write a size up to 500MB, e.g. 256MB`);
  }
  return bytes;
}

export function readBoolean(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Error(`is ${quoted(text)}; write true or false`);
}

/** `20%` of the sensors, or a number of them. */
export function readMaxShrink(text: string): MaxShrink {
  const percent = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { percent: Number(percent) };
  if (/^\d{1,9}$/.test(text)) return { count: Number(text) };
  throw new Error(`is ${quoted(text)}; write a share from 0% to 100%, or a number of sensors`);
}

/** Empty: no limit. */
export function readMaxTargets(text: string): number {
  return text === '' ? Number.POSITIVE_INFINITY : integerBetween(1, 100_000_000)(text);
}
