// Reads OpenMetrics 1.0.0 and 0.0.1 text, and refuses the whole of it for anything the standard forbids.

import { isUtf8 } from 'node:buffer';
import { HASH, NEWLINE, QUOTE, SPACE } from './bytes.ts';
import { faultAt } from './fault.ts';
import { parseNumber } from './number.ts';
import { readExemplar } from './openmetrics-exemplar.ts';
import { type Family, FamilyWalk, type SampleLine } from './openmetrics-family.ts';
import { readStrictSeries, skipStrictQuoted } from './openmetrics-series.ts';
import { faultyRow, type ValueRules, wordsOf } from './openmetrics-values.ts';
import { NO_TIME } from './rows.ts';
import type { FamilyType } from './scrape.ts';
import { type Bound, checkParts, resolveEscapes, type SeriesParts, skipName, textOf } from './series-text.ts';
import { boundOf, checkRoom, LINES_A_PIECE, type Reading } from './text.ts';

const CARRIAGE_RETURN_NEWLINE = '\r\n';
const END = '# EOF\n';
const MAX_MS = 2 ** 63;

const TYPES: ReadonlySet<string> = new Set<FamilyType>([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
]);

/**
 * @returns the rules that the values of these rows keep to.
 * @throws AppError for the whole text.
 * @yields between pieces of work.
 */
export function* readOpenMetrics(reading: Reading): Generator<void, ValueRules> {
  const { body, rows } = reading;
  checkWhole(body);
  const latin1 = body.toString('latin1');
  const walk = new FamilyWalk(body);
  const state = { bound: '' as Bound };
  const end = body.length - END.length;
  for (let i = 0, lines = 1; i < end; lines += 1) {
    if (lines % LINES_A_PIECE === 0) yield;
    i =
      body[i] === HASH
        ? readMetadata(reading, walk, state, i)
        : readSample(reading, walk, latin1, state.bound, i);
  }
  walk.end();
  const rules = walk.rules(rows.count, rows.exemplars);
  const row = faultyRow(rules, rows.values);
  if (row !== -1) throw faultAt(body, rows.marks[row * 4] ?? 0, wordsOf(rules, row));
  return rules;
}

function checkWhole(body: Buffer): void {
  const carriageReturn = body.indexOf(CARRIAGE_RETURN_NEWLINE);
  if (carriageReturn !== -1) throw faultAt(body, carriageReturn, 'a line ends with a carriage return');
  const end = body.length - END.length;
  if (body.toString('latin1', Math.max(0, end)) !== END || (end > 0 && body[end - 1] !== NEWLINE))
    throw faultAt(body, Math.max(0, body.length - 1), 'the text does not end with "# EOF"');
  if (!isUtf8(body)) throw faultAt(body, firstBadLine(body), 'the text is not valid UTF-8');
}

function firstBadLine(body: Buffer): number {
  let start = 0;
  for (let end = body.indexOf(NEWLINE); end !== -1; end = body.indexOf(NEWLINE, start)) {
    if (!isUtf8(body.subarray(start, end))) break;
    start = end + 1;
  }
  return start;
}

/** @returns where the next line begins. */
function readMetadata(reading: Reading, walk: FamilyWalk, state: { bound: Bound }, start: number): number {
  const { body, families } = reading;
  const lineEnd = body.indexOf(NEWLINE, start);
  const word = body.toString('latin1', start, start + 7);
  const kind = KINDS.get(word);
  if (kind === undefined) throw faultAt(body, start, 'only HELP, TYPE, UNIT and the last EOF may follow "#"');
  const nameStart = start + word.length;
  const quoted = body[nameStart] === QUOTE;
  const nameEnd = quoted ? skipStrictQuoted(body, nameStart) : skipName(body, nameStart);
  if (nameEnd === nameStart || body[nameEnd] !== SPACE)
    throw faultAt(body, start, 'expected a metric name and one space');
  const name = quoted ? textOf(body, nameStart + 1, nameEnd - 1) : textOf(body, nameStart, nameEnd);
  const family = walk.metadata(start, Buffer.from(name).toString('latin1'), kind);
  const text = body.toString('utf8', nameEnd + 1, lineEnd);
  if (kind === 'help') families.say(name, { help: resolveEscapes(text) });
  else if (kind === 'unit') families.say(name, { unit: walk.setUnit(family, text) });
  else {
    if (!TYPES.has(text)) throw faultAt(body, start, `there is no metric type ${JSON.stringify(text)}`);
    family.type = text as FamilyType;
    families.say(name, { type: family.type });
    state.bound = boundOf(family.type);
  }
  return lineEnd + 1;
}

const KINDS: ReadonlyMap<string, keyof Family['said']> = new Map([
  ['# HELP ', 'help'],
  ['# TYPE ', 'type'],
  ['# UNIT ', 'unit'],
]);

/** @returns where the next line begins. */
function readSample(reading: Reading, walk: FamilyWalk, latin1: string, bound: Bound, start: number): number {
  const { body, series, rows } = reading;
  const parts = readStrictSeries(body, start);
  const text = latin1.slice(start, parts.end);
  const known = series.find(text);
  if (known === undefined) checkParts(body, parts);
  const numbers = readNumbers(body, parts.end);
  const sample: SampleLine = { row: rows.count, start, ...namesOf(latin1, parts), time: numbers.time };
  walk.sample(sample);
  checkRoom(reading);
  rows.push(known ?? series.add(text, bound), numbers.value, millisecondsOf(numbers.time));
  const { valueEnd, end } = numbers;
  const exemplar = body[end] === NEWLINE ? undefined : readExemplar(body, end);
  if (exemplar !== undefined) walk.exemplar(sample, exemplar);
  rows.exemplars ||= exemplar !== undefined;
  rows.mark(parts.end + 1, valueEnd, NO_TIME, exemplar?.end ?? end);
  return (exemplar?.end ?? end) + 1;
}

/** Bytes of names and values, escapes resolved: enough to compare them. Labels without a value do not count. */
function namesOf(
  latin1: string,
  { nameStart, nameEnd, labels }: SeriesParts,
): Pick<SampleLine, 'name' | 'labels'> {
  const pairs: string[] = [];
  for (let i = 0; i < labels.length; i += 4) {
    if (labels[i + 2] === labels[i + 3]) continue;
    pairs.push(resolveEscapes(latin1.slice(labels[i], labels[i + 1])));
    pairs.push(resolveEscapes(latin1.slice(labels[i + 2], labels[i + 3])));
  }
  return { name: resolveEscapes(latin1.slice(nameStart, nameEnd)), labels: pairs };
}

interface Numbers {
  readonly value: number;
  readonly valueEnd: number;
  /** Seconds, NaN for none. */
  readonly time: number;
  readonly end: number;
}

function readNumbers(body: Buffer, start: number): Numbers {
  if (body[start] !== SPACE) throw faultAt(body, start, 'expected one space and a value after the series');
  const valueEnd = endOfToken(body, start + 1);
  const value = parseNumber(body, start + 1, valueEnd);
  if (value === undefined) throw faultAt(body, start, 'the value is not a number that fits a double');
  if (body[valueEnd] === NEWLINE || body[valueEnd + 1] === HASH)
    return { value, valueEnd, time: Number.NaN, end: valueEnd };
  const end = endOfToken(body, valueEnd + 1);
  const time = parseNumber(body, valueEnd + 1, end);
  if (time === undefined || !Number.isFinite(time))
    throw faultAt(body, valueEnd, 'the timestamp is not a finite number');
  return { value, valueEnd, time, end };
}

function endOfToken(body: Buffer, start: number): number {
  let i = start;
  while (body[i] !== SPACE && body[i] !== NEWLINE) i++;
  return i;
}

// Cut, not rounded, and held within 64 bits: as Prometheus does.
function millisecondsOf(seconds: number): number {
  return Math.max(-MAX_MS, Math.min(MAX_MS, Math.trunc(seconds * 1000)));
}
