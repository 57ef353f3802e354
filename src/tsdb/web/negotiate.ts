// Which escaping of names a reader of the text format asks for.

import type { Escaping } from '../exposition/escape-name.ts';

const ESCAPINGS: readonly string[] = ['allow-utf-8', 'underscores', 'dots', 'values'] satisfies Escaping[];

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * Of the ranges of an Accept header in the order of their `q`, the last escaping that stands before or in the first one
 * that the text format answers. Source: `Negotiate` of Prometheus' `common/expfmt`.
 */
export function escapingOf(accept: string): Escaping {
  let escaping: Escaping = 'underscores';
  for (const { type, parameters } of rangesOf(accept)) {
    const asked = parameters.get('escaping') ?? '';
    if (ESCAPINGS.includes(asked)) escaping = asked as Escaping;
    if (type === 'text/plain' && ['', '0.0.4'].includes(parameters.get('version') ?? '')) break;
  }
  return escaping;
}

function rangesOf(accept: string): Range[] {
  return accept
    .split(',')
    .map(rangeOf)
    .sort((a, b) => b.quality - a.quality);
}

function rangeOf(text: string): Range {
  const [type = '', ...pairs] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2).map((part) => part.trim());
      return [name, value] as const;
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { type, parameters, quality: Number.isNaN(quality) ? 1 : quality };
}
