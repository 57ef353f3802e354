// YAML read field by field into values; every fault names its line.

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';
import { nearestName } from './nearest-name.ts';

/** One value in the document. */
export interface Field {
  readonly name: string;
  readonly line: number;
  readonly node: unknown;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Makes a value of a field. @throws Error of `fault`. */
export type Read<T> = (field: Field) => T;

type Readers = Readonly<Record<string, Read<unknown>>>;
type ValuesOf<Known extends Readers> = { readonly [Name in keyof Known]?: ReturnType<Known[Name]> };

/** Reads a document whose top is a map; an empty one is a map without fields. @throws Error with the line. */
export function readYaml<T>(source: string, read: Read<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  return read({ name: 'the file', line: 1, node: document.contents, document, lines });
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
      if (!isAbsent(child)) values[child.name] = read(child);
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

export const truth: Read<boolean> = (field) => {
  const written = text(field);
  // With quotes it would be text.
  const isPlain = isScalar(field.node) && field.node.type === 'PLAIN';
  if (isPlain && TRUE.test(written)) return true;
  if (isPlain && FALSE.test(written)) return false;
  throw fault(field, `${field.name} is neither true nor false`);
};

// As Prometheus' YAML 1.1 has them.
const TRUE = /^(y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;
const FALSE = /^(n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/;

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

function isAbsent({ node }: Field): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function children(field: Field): Field[] {
  if (isAbsent(field)) return [];
  if (!isMap(field.node)) throw fault(field, `${field.name} is no map of fields`);
  return field.node.items.map((pair) => childOf(field, pair));
}

function childOf(field: Field, { key, value }: Pair): Field {
  const child = resolve({ ...field, node: key });
  return resolve({ ...child, name: text(child), node: value }, child.line);
}

// The line of a value is that of its key: a long value begins below it.
function resolve(field: Field, line = lineOf(field)): Field {
  const { node, document } = field;
  return { ...field, line, node: isAlias(node) ? (node.resolve(document) ?? null) : node };
}

function lineOf({ node, lines, line }: Field): number {
  const range = (node as { range?: readonly number[] } | null)?.range;
  return range?.[0] === undefined ? line : lines.linePos(range[0]).line;
}
