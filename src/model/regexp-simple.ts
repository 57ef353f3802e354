// The common regular expressions that need no engine: `up`, `a|b|c`, `node_.*`, `.+_total`, `(.*)`.

import type { Match } from './regexp-template.ts';

/** How a text is tested, and what its groups hold. */
export interface Pattern {
  readonly test: (text: string) => boolean;
  readonly match: (text: string) => Match | undefined;
}

const LITERAL = String.raw`(?:[^\\.+*?()|[\]{}^$]|\\[!-/:-@[-^_\`{-~])`;
const WILDCARD = String.raw`\.[*+]`;

const WORDS = new RegExp(`^(?:${LITERAL}*\\|)+${LITERAL}*$`, 's');
const GROUPED_WORDS = new RegExp(`^\\((\\?:)?(${LITERAL}*(?:\\|${LITERAL}*)*)\\)$`, 's');
const AROUND = new RegExp(`^(${LITERAL}*)(?:(\\()?(${WILDCARD})(\\))?(${LITERAL}*))?$`, 's');
const CONTAINS = new RegExp(`^\\.\\*(${LITERAL}+)\\.\\*$`, 's');

const NO_NAMES: ReadonlyMap<string, number> = new Map();

/** @returns how to test such an expression, undefined when it is none of these. The engine says the same. */
export function simplePattern(source: string): Pattern | undefined {
  return around(source) ?? words(source) ?? contains(source);
}

function pattern(test: Pattern['test'], groups: (text: string) => Match['groups']): Pattern {
  const match = (text: string) => (test(text) ? { groups: groups(text), names: NO_NAMES } : undefined);
  return { test, match };
}

// At most one wildcard, with or without a group, with a literal before and after it.
function around(source: string): Pattern | undefined {
  const [found, before = '', open, wildcard, close, after = ''] = AROUND.exec(source) ?? [];
  if (found === undefined || (open === undefined) !== (close === undefined)) return undefined;
  const start = unescaped(before);
  const end = unescaped(after);
  if (wildcard === undefined) return pattern((text) => text === start, whole);
  const shortest = start.length + end.length + (wildcard === '.+' ? 1 : 0);
  const test = (text: string) => text.length >= shortest && text.startsWith(start) && text.endsWith(end);
  if (open === undefined) return pattern(test, whole);
  return pattern(test, (text) => [text, text.slice(start.length, text.length - end.length)]);
}

function words(source: string): Pattern | undefined {
  const grouped = GROUPED_WORDS.exec(source);
  if (grouped === null && !WORDS.test(source)) return undefined;
  const known = new Set(split(grouped?.[2] ?? source));
  const isCaptured = grouped !== null && grouped[1] === undefined;
  return pattern((text) => known.has(text), isCaptured ? (text) => [text, text] : whole);
}

function contains(source: string): Pattern | undefined {
  const inner = CONTAINS.exec(source)?.[1];
  if (inner === undefined) return undefined;
  const part = unescaped(inner);
  return pattern((text) => text.includes(part), whole);
}

const whole = (text: string) => [text];

// A bar that is escaped separates nothing.
function split(source: string): string[] {
  return (`|${source}`.match(/\|(?:[^|\\]|\\.)*/gs) ?? []).map((word) => unescaped(word.slice(1)));
}

function unescaped(literal: string): string {
  return literal.replace(/\\(.)/gs, '$1');
}
