// Whatever bytes a target sends: a scrape or our error, soon, and the reader lives on.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createExpositionReader } from '../../../src/tsdb/exposition/reader.ts';
import { bodyOfText, GOOD } from './openmetrics-table.ts';
import { bodyOf, TEXTS } from './text-table.ts';

const TEXT = 'text/plain; version=0.0.4';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';
const TYPES = [TEXT, OPENMETRICS];

/** Throws whatever is not the error of an exposition. */
function feed(bodies: readonly Uint8Array[], contentType: string): void {
  const reader = createExpositionReader({ maxSamples: 10_000 });
  for (const body of bodies) {
    try {
      const { series, count, values, times } = reader.read(Buffer.from(body), contentType);
      for (const number of series) reader.labelsOf(number);
      expect([series.length, values.length, times.length]).toEqual([count, count, count]);
    } catch (error) {
      expect(error).toMatchObject({ name: 'AppError', reason: 'exposition' });
    }
  }
  expect(reader.read(Buffer.from(contentType === TEXT ? 'a 1\n' : 'a 1\n# EOF\n'), contentType).count).toBe(
    1,
  );
}

const pieces = fc.constantFrom(
  ...[
    'a',
    '_b:9',
    '{',
    '}',
    '"',
    '\\',
    '\\"',
    '\\n',
    ',',
    '=',
    ' ',
    '\t',
    '\n',
    '\r',
    '\0',
    '1',
    '-0.5e3',
    'NaN',
    '+Inf',
    '.',
  ],
  ...[
    '# HELP a ',
    '# TYPE a ',
    '# UNIT ',
    '# EOF',
    '#',
    'counter\n',
    'histogram\n',
    'a_bucket{le="',
    '+Inf',
    '_total',
    '{"x.y"}',
    '\xFF',
    'é',
  ],
);

describe('any bytes', () => {
  test.each(TYPES)('at random, as %s', (contentType) => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(bodies, (each) => feed(each, contentType)),
      { numRuns: 1_000 },
    );
  });

  test.each(TYPES)('that look like an exposition, as %s', (contentType) => {
    const body = fc.array(pieces, { maxLength: 40 }).map((each) => Buffer.from(each.join(''), 'latin1'));
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 3 }), (each) => feed(each, contentType)),
      {
        numRuns: 3_000,
      },
    );
  });

  test('of the tables, with some changed', () => {
    const texts = [...TEXTS.map(({ text }) => bodyOf(text)), ...GOOD.map(({ text }) => bodyOfText(text))];
    const change = fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(change, { maxLength: 3 }),
        fc.constantFrom(...TYPES),
        (text, changes, type) => {
          const changed = Buffer.from(text);
          for (const [at, byte] of changes) if (at < changed.length) changed[at] = byte;
          feed([text, text, changed, text, changed], type);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('a megabyte takes no longer than its bytes', () => {
  const MEGABYTE = 1_000_000;
  const fill = (piece: string, end = '') => piece.repeat(Math.ceil(MEGABYTE / piece.length)) + end;
  const noLabels = Array.from({ length: 60_000 }, (_, i) => `l${i}="x"`).join();

  test.each(
    Object.entries({
      'of one name': fill('a'),
      'of digits': `a ${fill('1')}\n`,
      'of zeros behind a point': `a 0.${fill('0')}1\n`,
      'of an exponent': `a 1e${fill('0')}1\n`,
      'of blanks': fill(' '),
      'of blanks in braces': `a{${fill(' ')}`,
      'of comments': fill('#\n'),
      'of comments with a blank': fill('# \n'),
      'of line ends': fill('\n'),
      'of open braces': fill('{'),
      'of lines with an open brace': fill('a{\n'),
      'of quotes': `a{${fill('"')}`,
      'of backslashes': `a{b="${fill('\\')}`,
      'of byte 0': fill('\0'),
      'of byte 0 in a value': `a{b="c"${fill('\0')}} 1\n`,
      'of one label value': `a{b="${fill('x')}"} 1\n`,
      'of labels': `a{${noLabels}} 1\n`,
      'of labels, one twice': `a{${noLabels},l0="x"} 1\n`,
      'of one label again and again': `a{${fill('b="c",')}} 1\n`,
      'of help': `# HELP a ${fill('\\n')}\n`,
      'of short lines': fill('a 1\n'),
      'of families': Array.from({ length: 40_000 }, (_, i) => `# TYPE a${i} gauge\n`).join(''),
      'of metrics': `# TYPE a gauge\n${Array.from({ length: 9_000 }, (_, i) => `a{b="${i}"} 1\n`).join('')}`,
      'of an exemplar': `# TYPE a counter\na_total 1 # {b="${fill('c')}"} 1\n`,
      'of exemplar labels': `# TYPE a counter\na_total 1 # {${noLabels}} 1\n`,
    }),
  )('%s', (_, text) => {
    for (const contentType of TYPES) {
      const body = Buffer.from(contentType === TEXT ? text : `${text}# EOF\n`);
      feed([body, body, body], contentType);
    }
  });
});
