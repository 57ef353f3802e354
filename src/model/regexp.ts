// Prometheus' regular expressions: RE2, anchored at both ends, `.` takes line ends too.

import { RE2JS } from 're2js';

export interface Regexp {
  readonly source: string;
  /** Whether the whole text matches. */
  readonly test: (text: string) => boolean;
  /** The template with the groups of the match filled in, undefined when the text does not match. */
  readonly expand: (text: string, template: string) => string | undefined;
}

/** @throws Error when RE2 refuses it. */
export function compileRegexp(source: string): Regexp {
  const pattern = RE2JS.compile(source, RE2JS.DOTALL);
  return {
    source,
    test: (text) => pattern.matches(text),
    expand: (text, template) => {
      const matcher = pattern.matcher(text);
      return matcher.matches() ? template.replaceAll('$1', matcher.group(1) ?? '') : undefined;
    },
  };
}
