// YAML read field by field into values; every fault names its line.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { nearestName } from './nearest-name.ts';

/** One value in the document. */
export interface Field {
  readonly name: string;
  readonly line: number;
  readonly node: unknown;
  readonly document: Document;
  readonly lines: LineCounter;
  /** How many more values may be looked at in the whole document. */
  readonly budget: { left: number };
}

/** Makes a value of a field. @throws Error of `fault`. */
export interface Read<T> {
  (field: Field): T;
  /** Asked also for a field without a value, which otherwise counts as absent. */
  readonly takesNone?: true;
}

type Readers = Readonly<Record<string, Read<unknown>>>;
type ValuesOf<Known extends Readers> = { readonly [Name in keyof Known]?: ReturnType<Known[Name]> };

// Without aliases no text has more values than characters; with them a short one may have any number.
const VALUES_WITH_ALIASES = 100_000;

/** Reads a document whose top is a map; an empty one is a map without fields. @throws Error with the line. */
export function readYaml<T>(source: string, read: Read<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`line ${lines.linePos(error.pos[0]).line}: ${syntaxFault(error)}`);
  const budget = { left: VALUES_WITH_ALIASES + 2 * source.length };
  return read({ name: 'the file', line: 1, node: document.contents, document, lines, budget });
}

// Some messages repeat what stands in the file, and that may be a secret.
function syntaxFault({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins';
  if (code === 'BAD_DQ_ESCAPE') return 'Invalid escape sequence';
  const isQuoting = code === 'UNEXPECTED_TOKEN' || code === 'TAG_RESOLVE_FAILED';
  return isQuoting ? message.replace(/:.*$/s, '') : message;
}

/** What is wrong with this field, as an Error. */
export function fault(field: Field, message: string): Error {
  return new Error(`line ${field.line}: ${message}`);
}

/** A map of known fields. One without a value counts as absent. */
export function fields<Known extends Readers>(known: Known): Read<ValuesOf<Known>> {
  return (field) => {
    const values: Record<string, unknown> = {};
    for (const child of children(field)) {
      const read = Object.hasOwn(known, child.name) ? known[child.name] : undefined;
      if (read === undefined) throw fault(child, unknownField(child.name, Object.keys(known)));
      if (read.takesNone || !hasNoValue(child)) values[child.name] = read(child);
    }
    return values as ValuesOf<Known>;
  };
}

/** A map whose names are the user's. */
export function entries<T>(read: Read<T>): Read<ReadonlyMap<string, T>> {
  return (field) => new Map(children(field).map((child) => [child.name, read(child)]));
}

export function list<T>(read: Read<T>): Read<readonly T[]> {
  return (field) => {
    if (!isSeq(field.node)) throw fault(field, `${field.name} is no list`);
    return field.node.items.map((item) => read(resolve({ ...field, node: item })));
  };
}

/** Text, written with quotes or without. */
export const text: Read<string> = (field) => {
  const { node, name } = field;
  if (!isScalar(node)) throw fault(field, `${name} is no text`);
  return typeof node.value === 'string' ? node.value : (node.source ?? '');
};

/** What a field without a value is, where that is not the same as an absent one. */
export function orEmpty<T>(empty: T, read: Read<T>): Read<T> {
  return Object.assign((field: Field) => (hasNoValue(field) ? empty : read(field)), {
    takesNone: true as const,
  });
}

/** The words of YAML 1.1, as Prometheus' programs read them; not in quotes. */
export const truth: Read<boolean> = (field) => {
  const word = plain(field);
  if (/^(y|Y|(yes|Yes|YES)|(true|True|TRUE)|(on|On|ON))$/.test(word)) return true;
  if (/^(n|N|(no|No|NO)|(false|False|FALSE)|(off|Off|OFF))$/.test(word)) return false;
  throw fault(field, `${field.name} is neither true nor false`);
};

/** A whole number from 0 on; not in quotes. */
export const count: Read<number> = (field) => {
  const digits = plain(field).replaceAll('_', '');
  const value = /^(0|[1-9]\d*)$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw fault(field, `${field.name} is no whole number from 0 on`);
  return value;
};

function plain({ node }: Field): string {
  return isScalar(node) && node.type === 'PLAIN' ? (node.source ?? '') : '';
}

/** A word that stands for a value. */
export function word<T>(meanings: Readonly<Record<string, T>>): Read<T> {
  return (field) => {
    const key = text(field);
    if (Object.hasOwn(meanings, key)) return meanings[key] as T;
    const known = Object.keys(meanings);
    throw fault(field, `${field.name} is ${JSON.stringify(key)}; it is one of ${known.join(', ')}`);
  };
}

function unknownField(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return `unknown field ${JSON.stringify(name)}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
}

/** Whether nothing stands behind the name: `name:`, `name: ~`, `name: null`. */
export function hasNoValue({ node }: Field): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

const MERGES_WITHIN = 3;

// What `<<` brings in comes first: a field that is written out counts more.
function children(field: Field, depth = 0): Field[] {
  if (hasNoValue(field)) return [];
  const { node } = field;
  if (!isMap(node)) throw fault(field, `${field.name} is no map of fields`);
  if (depth > MERGES_WITHIN) throw fault(field, `${field.name} merges maps more than ${MERGES_WITHIN} deep`);
  const isMerge = ({ key }: Pair) => isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
  const own = node.items.filter((pair) => !isMerge(pair)).map((pair) => childOf(field, pair));
  const maps = node.items.filter(isMerge).flatMap((pair) => mergedMaps(childOf(field, pair)));
  const merged = maps.reverse().flatMap((map) => children(map, depth + 1));
  return [...new Map([...merged, ...own].map((child) => [child.name, child])).values()];
}

function mergedMaps(field: Field): readonly Field[] {
  return isSeq(field.node) ? list((item) => item)(field) : [field];
}

function childOf(field: Field, { key, value }: Pair): Field {
  const child = resolve({ ...field, node: key });
  return resolve({ ...child, name: text(child), node: value }, child.line);
}

// The line of a value is that of its key: a long value begins below it.
function resolve(field: Field, line = lineOf(field)): Field {
  const { node, document, budget } = field;
  budget.left -= 1;
  if (budget.left < 0) throw fault({ ...field, line }, 'aliases make the file too large');
  if (!isAlias(node)) return { ...field, line };
  const target = node.resolve(document);
  if (target === undefined)
    throw fault({ ...field, line }, 'an alias names an anchor that does not stand above it');
  return { ...field, line, node: target };
}

function lineOf({ node, lines, line }: Field): number {
  const range = (node as { range?: readonly number[] } | null)?.range;
  return range?.[0] === undefined ? line : lines.linePos(range[0]).line;
}
