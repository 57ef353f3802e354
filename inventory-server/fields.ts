// Reads the JSON bodies and queries of the admin API; every message names the field and the reason.

import { AppError } from '../src/lib/errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** @throws AppError `invalid` when the text is no JSON object or has a field that is not `allowed`. */
export function readObject(text: string): Fields {
  const value = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid('body', 'must be a JSON object');
}

/** @throws AppError `invalid` for the first field that is not `allowed`. */
export function refuseOthers(fields: Fields, allowed: readonly string[], where: string): void {
  const unknown = Object.keys(fields).find((name) => !allowed.includes(name));
  if (unknown !== undefined) throw invalid(unknown, `${where} takes ${listOf(allowed)} only`);
}

export function readInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalid(name, `must be a whole number from ${min} to ${max}, is ${shown(value)}`);
}

export function readText(name: string, value: unknown, maxLength: number): string {
  if (typeof value !== 'string') throw invalid(name, `must be a string, is ${shown(value)}`);
  if (value === '') throw invalid(name, 'must not be empty');
  if (value.length > maxLength)
    throw invalid(name, `must have at most ${maxLength} characters, has ${value.length}`);
  if (/\p{Cc}/u.test(value)) throw invalid(name, `must not hold control characters, is ${shown(value)}`);
  return value;
}

export function readChoice<Choice extends string>(
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw invalid(name, `must be one of ${listOf(choices)}, is ${shown(value)}`);
}

export function invalid(name: string, reason: string): AppError {
  return new AppError('invalid', `${name}: ${reason}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid', 'body: is not JSON', { cause });
  }
}

function listOf(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** A value as an error shows it: short, and `missing` when it is not there. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
