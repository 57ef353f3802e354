// Anchored RE2: the short ways agree with the engine, templates are Go's.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Go are what is tested.

import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { compileRegexp } from '../../src/model/regexp.ts';
import { simplePattern } from '../../src/model/regexp-simple.ts';

describe('the whole text must match:', () => {
  const f = (source: string, matching: string[], others: string[]) =>
    test(JSON.stringify(source), () => {
      const { test: matches } = compileRegexp(source);
      expect([...matching, ...others].filter(matches)).toEqual(matching);
    });
  f('up', ['up'], ['', 'ups', 'u', 'UP', 'up\n']);
  f('', [''], ['a', '\n']);
  f('a|b', ['a', 'b'], ['', 'ab', 'a|b']);
  f('a|', ['a', ''], ['b']);
  f('|', [''], ['|']);
  f('|a', ['', 'a'], ['|a']);
  f('(a|b)', ['a', 'b'], ['(a|b)']);
  f('(?:a|b\\.c)', ['a', 'b.c'], ['bxc']);
  f('a\\|b|c', ['a|b', 'c'], ['a', 'b']);
  f('a\\\\|b', ['a\\', 'b'], ['a|b']);
  f('foo.*', ['foo', 'foobar', 'foo\nbar'], ['fo', 'afoo']);
  f('foo.+', ['foobar', 'foo\n'], ['foo', 'fo']);
  f('.*foo', ['foo', 'xfoo'], ['foox']);
  f('.+foo', ['xfoo'], ['foo']);
  f('.*', ['', 'a', '\n'], []);
  f('.+', ['a', '\n'], ['']);
  f('a.*a', ['aa', 'aba'], ['a']); // the text is not used twice
  f('.*foo.*', ['foo', 'xfoox', '\nfoo\n'], ['fo']);
  f('a.c', ['abc', 'a\nc'], ['ac', 'abbc']);
  f('a+', ['a', 'aaa'], ['', 'b']);
  f('[ab]c', ['ac', 'bc'], ['c']);
  f('(?i)up', ['up', 'UP'], ['down']);
  f('a|)(b', ['ab', 'b'], ['a', '']); // Prometheus writes its anchors around the text as it stands: ^(?s:a|)(b)$
  f('\\d+', ['12'], ['', 'a']);
  f('(?-s).', ['a'], ['\n']);
  f('^a$', ['a'], ['^a$', 'aa']);
  f('💡.', ['💡💡', '💡a'], ['💡']);
  f('.', ['💡', 'a'], ['aa']);
});

describe('RE2 refuses, with its own words:', () => {
  const f = (source: string, words: string) =>
    test(source, () => expect(() => compileRegexp(source)).toThrow(`error parsing regexp: ${words}`));
  f('(', 'missing closing ): `^(?s:()$`');
  f('[', 'missing closing ]: `[)$`');
  f('*', 'missing argument to repetition operator: `*`');
  f('(?=a)', 'invalid or unsupported Perl syntax: `(?=`');
  f('\\1', 'invalid escape sequence: `\\1`');
  f('a{1001}', 'invalid repeat count: `{1001}`');
});

test('its words are bounded', () => {
  expect(() => compileRegexp(`${'ab'.repeat(10_000)}(`)).toThrow(
    /^error parsing regexp: missing closing \): `\^\(\?s:[ab]{200,}…$/,
  );
});

describe('a template', () => {
  const f = (source: string, text: string, template: string, filled: string | undefined) =>
    test(`${template} of ${source} in ${JSON.stringify(text)}`, () =>
      expect(compileRegexp(source).expand(text, template)).toBe(filled));
  f('(.*)', 'a', '$1', 'a');
  f('(.*)', 'a', '$0', 'a');
  f('(.*)', 'a', '$2', '');
  f('(.*)', 'a', '$1x', ''); // the group named 1x, which there is not
  f('(.*)', 'a', '${1}x', 'ax');
  f('(.*)', 'a', '$1-x', 'a-x');
  f('(.*)', 'a', '$$1', '$1');
  f('(.*)', 'a', '$$$1', '$a');
  f('(.*)', 'a', '$', '$');
  f('(.*)', 'a', '$ 1', '$ 1');
  f('(.*)', 'a', '${1', '${1');
  f('(.*)', 'a', '${}', '${}');
  f('(.*)', 'a', '${-}', '${-}');
  f('(.*)', 'a', '$01', ''); // a leading zero: a name
  f('(.*)', 'a', '$100000000', '');
  f('(.*)', 'a', '$é', ''); // letters of any language are names
  f('(.*)', '$1', '$1', '$1'); // what is filled in is not read again
  f('(?P<name>a)(b)?', 'a', '$name-$2-${name}', 'a--a');
  f('(?<name>a)', 'a', '$name', 'a');
  f('(a)(b)', 'ab', '$2$1', 'ba');
  f('(.+):\\d+', 'sensor_0:9100', '$1', 'sensor_0');
  f('(.+):\\d+', 'sensor_0', '$1', undefined);
  f('(.+):\\d+', 'sensor_0', 'x', undefined);
  f('a', 'a', 'x', 'x');
  f('foo_(.+)', 'foo_bar', '$1', 'bar');
  f('(.*)_foo', '_foo', '<$1>', '<>');
  f('a(.*)b', 'axxb', '$1', 'xx');
  f('(a|b)', 'b', '<$1>', '<b>');
  f('(?:a|b)', 'b', '<$1$0>', '<b>');
  f('.*', 'b', '<$1$0>', '<b>');
});

test('the memory of groups is bounded and right', () => {
  const { expand } = compileRegexp('(.+):\\d+');
  for (let round = 0; round < 2; round += 1) {
    for (let i = 0; i < 3000; i += 1) {
      expect(expand(`host${i}:1`, '$1')).toBe(`host${i}`);
      expect(expand(`host${i}`, '$1')).toBeUndefined();
    }
  }
});

const letters = fc.constantFrom('a', 'b', '_', '\n', '💡', '|', '.', '\\', '(', '$');
const texts = fc.string({ unit: letters, maxLength: 6 });
const pieces = fc.constantFrom(
  'a',
  'b',
  '_',
  '\\.',
  '\\|',
  '\\\\',
  '|',
  '.*',
  '.+',
  '(.*)',
  '(.+)',
  '(',
  ')',
  '(?:',
  '💡',
  '\n',
);
const sources = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));

test('what is answered without the engine is what the engine answers', () => {
  let answered = 0;
  fc.assert(
    fc.property(sources, fc.array(texts, { minLength: 1, maxLength: 8 }), (source, values) => {
      const simple = simplePattern(source);
      if (simple === undefined) return;
      answered += 1;
      const engine = RE2JS.compile(`^(?s:${source})$`);
      for (const value of values) {
        const found = engine.exec(value);
        expect(simple.test(value), value).toBe(found !== null);
        expect(simple.match(value)?.groups, value).toEqual(found === null ? undefined : [...found]);
      }
    }),
    { numRuns: 3000 },
  );
  expect(answered).toBeGreaterThan(300);
});
