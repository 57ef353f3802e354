// Plain selectors as the explorer edits them: a metric and matchers, nothing around them.

import { labelName, quote } from './series-name.ts';

export interface SelectorMatcher {
  readonly name: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly SelectorMatcher[];
}

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const STRING = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\`[^\`]*\``;
const MATCHER = new RegExp(
  String.raw`^\s*([a-zA-Z_][a-zA-Z0-9_]*|${STRING})\s*(=~|!~|!=|=)\s*(${STRING})\s*(?:,|$)`,
);
const QUOTED_METRIC = new RegExp(String.raw`^\s*(${STRING})\s*(?:,|$)`);

/** @returns undefined when it is not a plain selector; a blank text is one without anything. */
export function parseSelector(text: string): Selector | undefined {
  const trimmed = text.trim();
  const metric = METRIC.exec(trimmed)?.[0] ?? '';
  const rest = trimmed.slice(metric.length).trim();
  if (rest === '') return { metric, matchers: [] };
  if (!rest.startsWith('{') || !rest.endsWith('}')) return undefined;
  return parseInside(metric, rest.slice(1, -1));
}

function parseInside(metric: string, text: string): Selector | undefined {
  const quoted = metric === '' ? QUOTED_METRIC.exec(text) : null;
  const name = quoted === null ? metric : unquote(quoted[1] as string);
  const matchers: SelectorMatcher[] = [];
  let rest = text.slice(quoted?.[0].length ?? 0);
  while (rest.trim() !== '') {
    const match = MATCHER.exec(rest);
    if (match === null) return undefined;
    const [whole, label = '', operator, value = ''] = match;
    const plain = /^["'`]/.test(label) ? unquote(label) : label;
    matchers.push({
      name: plain,
      operator: operator as SelectorMatcher['operator'],
      value: unquote(value),
    });
    rest = rest.slice(whole.length);
  }
  return { metric: name, matchers };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquote(text: string): string {
  const inside = text.slice(1, -1);
  if (text.startsWith('`')) return inside;
  return inside.replaceAll(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
}

/** The text of a selector; `parseSelector` reads the same again. */
export function writeSelector({ metric, matchers }: Selector): string {
  const isPlain = METRIC.exec(metric)?.[0] === metric;
  const inside = [
    ...(metric === '' || isPlain ? [] : [quote(metric)]),
    ...matchers.map(({ name, operator, value }) => `${labelName(name)}${operator}${quote(value)}`),
  ];
  return `${isPlain ? metric : ''}${inside.length === 0 ? '' : `{${inside.join(', ')}}`}`;
}

/** The query for a metric that was chosen: itself. */
export function withMetric(metric: string): string {
  return writeSelector({ metric, matchers: [] });
}

/**
 * The query with one value of a label: in the place of what it said about that label, or without it when it said this.
 * @returns undefined when the query is not a plain selector.
 */
export function withValue(query: string, name: string, value: string): string | undefined {
  const selector = parseSelector(query);
  if (selector === undefined) return undefined;
  const others = selector.matchers.filter((matcher) => matcher.name !== name);
  const isThere = selector.matchers.some(
    (matcher) => matcher.name === name && matcher.operator === '=' && matcher.value === value,
  );
  const matchers = isThere ? others : [...others, { name, operator: '=' as const, value }];
  return writeSelector({ metric: selector.metric, matchers });
}
