// Writes the text format 0.0.4, as Prometheus' own encoder does.

import { isLabelName, type Labels } from '../../model/labels.ts';
import { type Escaping, escapeName, isPlainName } from './escape-name.ts';
import { formatGoFloat } from './go-float.ts';

export interface WrittenSample {
  /** With `__name__`; written in this order. */
  readonly labels: Labels;
  readonly value: number;
  /** Unix milliseconds. */
  readonly time: number;
}

/** The line that begins a family of which no more is known. */
export function untypedLine(name: string, escaping: Escaping): string {
  return familyLines(name, '', '', escaping);
}

/** The lines that begin a family of which something is known; a text that says nothing has no line. */
export function familyLines(name: string, type: string, help: string, escaping: Escaping): string {
  const shown = quoted(escapeName(name, escaping));
  const helpLine = help === '' ? '' : `# HELP ${shown} ${escapeHelp(help)}\n`;
  // The series of the other types stand under several names, and none of them is the family's.
  const isOfOneName = type === 'counter' || type === 'gauge';
  return `${helpLine}# TYPE ${shown} ${isOfOneName ? type : 'untyped'}\n`;
}

/** The line of a sample. */
export function sampleLine({ labels, value, time }: WrittenSample, escaping: Escaping): string {
  return lineOf(seriesText(labels, escaping), value, time);
}

/** The line of a sample whose series is a text already. @param time Unix milliseconds. */
export function lineOf(series: string, value: number, time: number): string {
  return `${series} ${formatValue(value)} ${time}\n`;
}

/** Name and labels, as the lines of all samples of a series begin. */
export function seriesText(labels: Labels, escaping: Escaping): string {
  const { __name__ = '', ...others } = labels;
  const name = escapeName(__name__, escaping);
  const pairs = Object.entries(others).map(
    ([label, text]) => `${labelName(label, escaping)}="${escapeText(text)}"`,
  );
  // A name that needs quotes stands where the labels do.
  const all = isPlainName(name) ? pairs : [quoted(name), ...pairs];
  const braces = all.length === 0 ? '' : `{${all.join(',')}}`;
  return `${isPlainName(name) ? name : ''}${braces}`;
}

// Metric names may have colons, labels may not: Prometheus' own encoder forgets it and then writes what it cannot read.
function labelName(name: string, escaping: Escaping): string {
  if (isLabelName(name)) return name;
  return escaping === 'allow-utf-8'
    ? `"${escapeText(name)}"`
    : escapeName(name, escaping).replaceAll(':', '_');
}

function quoted(name: string): string {
  return isPlainName(name) ? name : `"${escapeText(name)}"`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeText(text: string): string {
  if (!/["\\\n]/.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

// It has no negative zero.
function formatValue(value: number): string {
  return formatGoFloat(value === 0 ? 0 : value);
}
