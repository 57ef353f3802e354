// Settings that only the sidecar has: their text → their value, or an Error that says what is wrong with the text.

import { parseByteSize } from '../lib/byte-size.ts';
import { quoted } from '../lib/setting-values.ts';
import { isLabelName, type Labels } from '../model/labels.ts';

/** A path that ends in .json: Prometheus goes by the name, and an empty YAML file would remove every target. */
export function readTargetsFile(text: string): string {
  if (!/[^/]\.json$/.test(text)) throw new Error(`is ${quoted(text)}, not a file that ends in .json`);
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
