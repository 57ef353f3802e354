// The bytes of an answer → the sensors it lists. Pure; one bad entry fails the whole answer.

import { inspect } from 'node:util';
import { AppError, messageOf } from '../../lib/errors.ts';
import { readEntry } from './entry.ts';
import type { Sensor } from './sensor.ts';

/** Why bytes are no list of sensors. */
export const ANSWER_FAILURES = ['not_json', 'not_a_list', 'bad_entry'] as const;

/**
 * Reads a JSON list in UTF-8: of texts, of flat objects, or of http_sd groups.
 * @param source where the answer came from, for the messages.
 * @throws AppError, its reason one of ANSWER_FAILURES, that says what was answered instead.
 */
export function readSensors(body: Uint8Array, source: string): Sensor[] {
  try {
    const answer = parse(body);
    if (!Array.isArray(answer))
      throw new AppError('not_a_list', `it is ${kindOf(answer)}, not a list of sensors`);
    return answer.flatMap(readNumbered);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.reason, `cannot use the answer of ${source}: ${error.message}`, {
      cause: error,
    });
  }
}

function readNumbered(entry: unknown, index: number): Sensor[] {
  try {
    return readEntry(entry);
  } catch (cause) {
    // Not JSON.stringify: it recurses, and an entry may be nested ten thousand deep.
    const shown = excerpt(
      inspect(entry, { depth: 1, maxArrayLength: 5, maxStringLength: 80, breakLength: Infinity }),
    );
    throw new AppError('bad_entry', `entry ${index} ${excerpt(messageOf(cause))}: ${shown}`, { cause });
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    const beginning = excerpt(Buffer.from(body.subarray(0, 200)).toString('latin1'));
    throw new AppError('not_json', `it is no JSON (${excerpt(messageOf(cause))}); it begins ${beginning}`, {
      cause,
    });
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

// Enough for a person to recognise a login page, too little to flood a log, and nothing that a terminal would obey.
function excerpt(text: string): string {
  const printable = text.slice(0, 120).replace(/[^\x20-\x7e]+/g, ' ');
  return text.length > 120 ? `${printable}…` : printable;
}
