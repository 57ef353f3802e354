// Prometheus' regular expressions: RE2, anchored at both ends, `.` takes line ends too (Prometheus 2.x: not those).

import { RE2JS } from 're2js';
import { detached } from './detached.ts';
import { type Pattern, simplePattern } from './regexp-simple.ts';
import { expandTemplate, type Match } from './regexp-template.ts';

export interface Regexp {
  readonly source: string;
  /** Whether the whole text matches. */
  readonly test: (text: string) => boolean;
  /**
   * The template with the groups of the match filled in, undefined when the text does not match. As Go's Expand:
   * `$1`, `${1}`, `$name`, `${name}`, `$$`; the longest name counts, so `$1x` is the group named `1x`.
   */
  readonly expand: (text: string, template: string) => string | undefined;
}

/** @throws Error when RE2 refuses it, with RE2's words. */
export function compileRegexp(source: string): Regexp {
  const { test, match } = simplePattern(source) ?? re2Pattern(source);
  return {
    source,
    test,
    expand(text, template) {
      if (!template.includes('$')) return test(text) ? template : undefined;
      const found = match(text);
      return found && expandTemplate(template, found);
    },
  };
}

function re2Pattern(source: string): Pattern {
  const pattern = compiled(source);
  const names = new Map(Object.entries(pattern.namedGroups()));
  const match = (text: string): Match | undefined => {
    const matcher = pattern.matcher(text);
    if (!matcher.find()) return undefined;
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? '');
    return { groups, names };
  };
  return { test: (text) => pattern.test(text), match: remembered(match) };
}

// The message repeats the expression, which may be very long.
const MESSAGE_LENGTH = 300;

function compiled(source: string): RE2JS {
  try {
    return RE2JS.compile(`^(?s:${source})$`);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(message.length > MESSAGE_LENGTH ? `${message.slice(0, MESSAGE_LENGTH)}…` : message, {
      cause,
    });
  }
}

// Finding the groups costs 2 µs, asking the memory 0.1; `test` alone costs 0.3 and needs none. Scraped values come
// again and again: `le="0.5"`, the job's own labels.
const REMEMBERED = 1024;

function remembered(match: Pattern['match']): Pattern['match'] {
  const memory = new Map<string, Match | undefined>();
  return (text) => {
    if (memory.has(text)) return memory.get(text);
    if (memory.size >= REMEMBERED) memory.clear();
    const own = detached(text);
    const found = match(own);
    memory.set(own, found);
    return found;
  };
}
