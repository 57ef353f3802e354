// Writes samples as an exposition, for `/federate`: families in the order of their names, in pieces for a stream.

import type { Labels } from '../../model/labels.ts';
import { formatGoFloat } from './go-float.ts';
import type { Escaping, WrittenFormat } from './written-format.ts';

export interface WrittenSample {
  /** With `__name__`; an empty value is written as one. */
  readonly labels: Labels;
  readonly value: number;
  /** Unix milliseconds. */
  readonly time: number;
}

const PIECE_CHARACTERS = 32_768;
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * The whole exposition in pieces of some ten thousand characters. Samples of one series come in the order of their times;
 * types are not known, as in Prometheus' federation. Samples without a name are left out.
 */
export function* writeSamples(samples: readonly WrittenSample[], format: WrittenFormat): Generator<string> {
  const lines = samples
    .filter(({ labels }) => (labels.__name__ ?? '') !== '')
    .map((sample) => lineOf(sample, format));
  let piece = '';
  let family: string | undefined;
  for (const { name, text } of lines.sort(compareLines)) {
    if (name !== family)
      piece += `# TYPE ${metricName(name)} ${format.name === 'text' ? 'untyped' : 'unknown'}\n`;
    family = name;
    piece += text;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (format.name === 'openmetrics') piece += '# EOF\n';
  if (piece !== '') yield piece;
}

interface Line {
  readonly name: string;
  readonly series: string;
  readonly time: number;
  readonly text: string;
}

function compareLines(a: Line, b: Line): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  if (a.series !== b.series) return a.series < b.series ? -1 : 1;
  return a.time - b.time;
}

function lineOf({ labels, value, time }: WrittenSample, format: WrittenFormat): Line {
  const name = escapeName(labels.__name__ ?? '', NAME, format.escaping);
  const series = seriesText(name, labels, format.escaping);
  const moment = format.name === 'text' ? String(time) : secondsText(time);
  return { name, series, time, text: `${series} ${formatGoFloat(value)} ${moment}\n` };
}

function seriesText(name: string, labels: Labels, escaping: Escaping): string {
  const pairs = Object.entries(labels)
    .filter(([label]) => label !== '__name__')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => {
      const written = escapeName(label, LABEL_NAME, escaping);
      return `${LABEL_NAME.test(written) ? written : quoted(written)}=${quoted(value)}`;
    });
  if (!NAME.test(name)) return `{${[quoted(name), ...pairs].join()}}`;
  return pairs.length === 0 ? name : `${name}{${pairs.join()}}`;
}

function metricName(name: string): string {
  return NAME.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))}"`;
}

/** The name as a reader without UTF-8 names takes it. Source of the schemes: prometheus/common. */
function escapeName(name: string, valid: RegExp, escaping: Escaping): string {
  if (escaping === 'allow-utf-8' || name === '' || valid.test(name)) return name;
  const signs = [...name].map((sign, i) => {
    const fits = valid.test(i === 0 ? sign : `a${sign}`);
    return fits && (sign !== '_' || escaping === 'underscores') ? sign : escapeSign(sign, escaping);
  });
  return `${escaping === 'values' ? 'U__' : ''}${signs.join('')}`;
}

function escapeSign(sign: string, escaping: Escaping): string {
  if (escaping === 'underscores') return '_';
  if (sign === '_') return '__';
  if (escaping === 'dots') return sign === '.' ? '_dot_' : '__';
  return `_${(sign.codePointAt(0) ?? 0).toString(16)}_`;
}

/**
 * Seconds that readers find to be these milliseconds. Prometheus multiplies by 1000 and cuts, so that of 1.001 only 1000
 * would be left: half a microsecond more, where it is needed, is too little to be seen.
 */
function secondsText(time: number): string {
  const text = `${time < 0 ? '-' : ''}${Math.floor(Math.abs(time) / 1000)}.${String(Math.abs(time) % 1000).padStart(3, '0')}`;
  return Math.trunc(Number(text) * 1000) === time ? text : `${text}0005`;
}
