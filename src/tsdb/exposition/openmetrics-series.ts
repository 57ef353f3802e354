// The text of one series as OpenMetrics allows it: no blanks, no missing or trailing commas, no line ends in quotes.

import { BACKSLASH, CLOSE, COMMA, EQUAL, NEWLINE, OPEN, QUOTE } from './bytes.ts';
import { faultAt } from './fault.ts';
import { NO_NAME, type SeriesParts, skipLabelName, skipName } from './series-text.ts';

/** @throws AppError where the standard's grammar stops; names in quotes are Prometheus 3's addition to it. */
export function readStrictSeries(body: Buffer, start: number): SeriesParts {
  const nameEnd = skipName(body, start);
  const named = nameEnd > start;
  const parts: SeriesParts = {
    nameStart: named ? start : NO_NAME,
    nameEnd: named ? nameEnd : NO_NAME,
    labels: [],
    end: nameEnd,
  };
  if (body[nameEnd] === OPEN) readStrictBraces(body, nameEnd + 1, parts, true);
  if (parts.nameStart === NO_NAME) throw faultAt(body, start, 'expected a metric name');
  return parts;
}

/** @param mayName whether a label that is only a quoted text names the metric. */
export function readStrictBraces(body: Buffer, start: number, parts: SeriesParts, mayName: boolean): void {
  let i = start;
  if (body[i] !== CLOSE) {
    i = readItem(body, i, parts, mayName);
    while (body[i] === COMMA) i = readItem(body, i + 1, parts, mayName);
    if (body[i] !== CLOSE) throw faultAt(body, i, 'expected "," or "}" after a label');
  }
  checkUnique(body, parts);
  parts.end = i + 1;
}

function readItem(body: Buffer, start: number, parts: SeriesParts, mayName: boolean): number {
  const quoted = body[start] === QUOTE;
  const end = quoted ? skipStrictQuoted(body, start) : skipLabelName(body, start);
  if (end === start) throw faultAt(body, start, 'expected a label name');
  const nameStart = quoted ? start + 1 : start;
  const nameEnd = quoted ? end - 1 : end;
  if (body[end] === EQUAL) return readValue(body, end + 1, parts, nameStart, nameEnd);
  if (!quoted || !mayName) throw faultAt(body, end, 'expected "=" after the label name');
  if (parts.nameStart !== NO_NAME) throw faultAt(body, start, 'the metric name stands twice');
  parts.nameStart = nameStart;
  parts.nameEnd = nameEnd;
  return end;
}

function readValue(
  body: Buffer,
  start: number,
  parts: SeriesParts,
  nameStart: number,
  nameEnd: number,
): number {
  if (body[start] !== QUOTE) throw faultAt(body, start, 'expected a quoted label value');
  const end = skipStrictQuoted(body, start);
  parts.labels.push(nameStart, nameEnd, start + 1, end - 1);
  return end;
}

/** The byte after the closing quote, on the same line. */
export function skipStrictQuoted(body: Buffer, start: number): number {
  for (let i = start + 1; body[i] !== NEWLINE; i++) {
    if (body[i] === QUOTE) return i + 1;
    if (body[i] === BACKSLASH && body[++i] === NEWLINE) break;
  }
  throw faultAt(body, start, 'the quotes do not end');
}

// Empty values count here: a name stands once in a label set, whatever its value.
function checkUnique(body: Buffer, { labels }: SeriesParts): void {
  if (labels.length <= 4) return;
  const seen = new Set<string>();
  for (let i = 0; i < labels.length; i += 4) {
    const name = body.toString('latin1', labels[i], labels[i + 1]);
    if (seen.has(name)) throw faultAt(body, labels[i] ?? 0, `the label ${name} stands twice`);
    seen.add(name);
  }
}
