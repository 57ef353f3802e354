// The exemplar at the end of an OpenMetrics sample: checked, and then dropped.

import { NEWLINE, SPACE } from './bytes.ts';
import { faultAt } from './fault.ts';
import { parseNumber } from './number.ts';
import { readStrictBraces } from './openmetrics-series.ts';
import { NO_NAME, type SeriesParts, textOf } from './series-text.ts';

export interface Exemplar {
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

const OPENING = ' # {';
const MAX_LABEL_CHARACTERS = 128;

/** Reads ` # {…} value [timestamp]` from the byte after the sample to the end of its line. @throws AppError */
export function readExemplar(body: Buffer, start: number): Exemplar {
  if (body.toString('latin1', start, start + OPENING.length) !== OPENING)
    throw faultAt(body, start, 'expected the end of the line or an exemplar');
  const parts: SeriesParts = { nameStart: NO_NAME, nameEnd: NO_NAME, labels: [], end: start };
  readStrictBraces(body, start + OPENING.length, parts, false);
  if (charactersOf(body, parts.labels) > MAX_LABEL_CHARACTERS)
    throw faultAt(body, start, `the labels of an exemplar have more than ${MAX_LABEL_CHARACTERS} characters`);
  if (body[parts.end] !== SPACE)
    throw faultAt(body, parts.end, 'expected one space and a value in the exemplar');
  const lineEnd = body.indexOf(NEWLINE, parts.end);
  const [valueText, timeText, ...more] = body.toString('latin1', parts.end + 1, lineEnd).split(' ');
  return { start, value: readValue(body, parts.end, valueText, timeText, more), end: lineEnd };
}

function readValue(
  body: Buffer,
  at: number,
  value = '',
  time: string | undefined,
  more: readonly string[],
): number {
  const number = parseText(value);
  if (number === undefined)
    throw faultAt(body, at, 'the value of the exemplar is not a number that fits a double');
  const seconds = time === undefined ? 0 : parseText(time);
  if (seconds === undefined || !Number.isFinite(seconds) || more.length > 0)
    throw faultAt(body, at, 'the timestamp of the exemplar is not a finite number');
  return number;
}

function parseText(text: string): number | undefined {
  return parseNumber(Buffer.from(`${text}\n`, 'latin1'), 0, text.length);
}

function charactersOf(body: Buffer, labels: readonly number[]): number {
  let characters = 0;
  for (let i = 0; i < labels.length; i += 2)
    characters += [...textOf(body, labels[i] ?? 0, labels[i + 1] ?? 0)].length;
  return characters;
}
