// The bytes of one page of the inventory's answer → its entries, where the next page is, and how many there are in all.

import { isUtf8 } from 'node:buffer';
import { AppError, messageOf } from '../../lib/errors.ts';
import { findList, findNext, findTotal, readNext } from './envelope.ts';
import { excerpt, kindOf } from './excerpt.ts';
import { type Expression, evaluate } from './expression.ts';
import type { Mapping } from './mapping.ts';
import { findPartial, type PartialList } from './partial.ts';

/** Why bytes are no list of sensors. */
export const ANSWER_FAILURES = ['not_json', 'not_a_list'] as const;
type AnswerFailure = (typeof ANSWER_FAILURES)[number];

export interface Page {
  readonly entries: readonly unknown[];
  /** What the inventory says of the next page, a URL if it is well; undefined on the last one. */
  readonly next: string | undefined;
  /** How many entries the inventory says that there are on all pages. */
  readonly total: number | undefined;
  /** How many of those are on this page; an expression may have chosen among them. */
  readonly listed: number;
  /** What the inventory says when this is not all and it names no next page. */
  readonly partial: PartialList | undefined;
}

/**
 * Reads JSON in UTF-8: a list, an envelope with a list in one obvious field, or what INVENTORY_JMESPATH finds.
 * @param source where the page came from, for the messages.
 * @throws AppError, its reason one of ANSWER_FAILURES, that says what was answered instead.
 */
export function readPage(body: Buffer, mapping: Mapping, source: string): Page {
  try {
    const answer = parse(body);
    const next = nextOf(answer, mapping, body.length);
    const partial = findPartial(answer);
    if (mapping.list !== undefined) return { ...choose(mapping.list, answer, body.length), next, partial };
    const entries = findList(answer);
    return { entries, next, total: findTotal(answer), listed: entries.length, partial };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw failure(
      error.reason as AnswerFailure,
      `cannot use the answer of ${source}: ${error.message}`,
      error,
    );
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    const what = isUtf8(body) ? `no JSON (${excerpt(messageOf(cause))})` : 'not in UTF-8';
    const beginning = excerpt(body.subarray(0, 200).toString('latin1'));
    throw failure('not_json', `it is ${what}; it begins ${beginning}`, cause);
  }
}

function choose(expression: Expression, answer: unknown, bytes: number): Omit<Page, 'next' | 'partial'> {
  const entries = run('INVENTORY_JMESPATH', expression, answer, bytes);
  if (!Array.isArray(entries)) {
    throw failure('not_a_list', `INVENTORY_JMESPATH finds ${kindOf(entries)} in it, no list`);
  }
  const listed = listedIn(answer);
  if (listed === undefined) return { entries, total: undefined, listed: entries.length };
  return { entries, total: findTotal(answer), listed };
}

// Without an obvious list nobody can tell what a total counts.
function listedIn(answer: unknown): number | undefined {
  try {
    return findList(answer).length;
  } catch {
    return undefined;
  }
}

function nextOf(answer: unknown, { next }: Mapping, bytes: number): string | undefined {
  return next === undefined
    ? findNext(answer)
    : readNext(run('INVENTORY_NEXT_JMESPATH', next, answer, bytes));
}

function run(setting: string, expression: Expression, answer: unknown, bytes: number): unknown {
  try {
    return evaluate(expression, answer, bytes);
  } catch (cause) {
    throw failure('not_a_list', `${setting} fails on it: ${excerpt(messageOf(cause))}`, cause);
  }
}

function failure(reason: AnswerFailure, message: string, cause?: unknown): AppError<AnswerFailure> {
  return new AppError(reason, message, { cause });
}
