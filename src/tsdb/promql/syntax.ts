// The syntax tree of a query by Prometheus' own grammar, and the place of what is wrong with it.

import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { AppError, messageOf } from '../../lib/errors.ts';

// A query is typed by a person or made by a dashboard; the parser's work grows with its length, our recursion with its depth.
const MAX_LENGTH = 65_536;
const MAX_DEPTH = 500;

/** A part of a query. */
export interface Syntax {
  readonly name: string;
  readonly text: string;
  /** Where it begins: `line:column`, counted from 1. */
  readonly place: string;
  readonly children: readonly Syntax[];
}

/** @throws AppError `bad_data` with the place of the first fault. */
export function parseSyntax(query: string): Syntax {
  if (query.length > MAX_LENGTH)
    throw new AppError('bad_data', `parse error: the query is longer than ${MAX_LENGTH} characters`);
  if (/^(?:\s|#[^\n]*(?:\n|$))*$/.test(query)) throw syntaxError('1:1', 'no expression found in input');
  // The grammar's top has one child.
  return read(query, parse(query), 0).children[0] as Syntax;
}

// Behind a fault the parser would guess how to go on, which takes seconds for a long query: this one stops there.
const strict = parser.configure({ strict: true });

function parse(query: string): SyntaxNode {
  try {
    return strict.parse(query).topNode;
  } catch (error) {
    const from = Number(/^No parse at (\d+)$/.exec(messageOf(error))?.[1] ?? 0);
    throw syntaxError(placeOf(query, from), unexpected(query, from));
  }
}

/** What is wrong, and where, as Prometheus words it. */
export function syntaxError(place: string, message: string): AppError<'bad_data'> {
  return new AppError('bad_data', `${place}: parse error: ${message}`);
}

function read(query: string, node: SyntaxNode, depth: number): Syntax {
  if (depth > MAX_DEPTH)
    throw syntaxError(placeOf(query, node.from), `the query is nested deeper than ${MAX_DEPTH}`);
  const children: Syntax[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(read(query, child, depth + 1));
  }
  return {
    name: node.name,
    text: query.slice(node.from, node.to),
    // Only faults ask for it, and it is as long to find as the query is.
    get place() {
      return placeOf(query, node.from);
    },
    children,
  };
}

function unexpected(query: string, from: number): string {
  const rest = query.slice(from).trimStart();
  if (rest === '') return 'unexpected end of input';
  return `unexpected ${JSON.stringify(/^(?:[\w:.]+|.)/su.exec(rest)?.[0])}`;
}

function placeOf(query: string, offset: number): string {
  const before = query.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1) as string).length + 1}`;
}
