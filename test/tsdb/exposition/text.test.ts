import { describe, expect, test } from 'vitest';
import { createExpositionReader } from '../../../src/tsdb/exposition/reader.ts';
import { seriesOf } from './reading.ts';
import { bodyOf, TEXTS } from './text-table.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

describe('text 0.0.4 and 1.0.0', () => {
  test.each(TEXTS.filter(({ series }) => series !== undefined).map((each) => [each.text, each.series]))(
    'takes %j',
    (text, series) => {
      const reader = createExpositionReader();
      const scrape = reader.read(bodyOf(text), TEXT);
      // Rows with a time of their own are not seen in a table of what is there now.
      expect(scrape.timed ? {} : seriesOf(reader, scrape)).toEqual(series);
    },
  );

  test.each(TEXTS.filter(({ series }) => series === undefined).map(({ text }) => [text]))(
    'refuses %j',
    (text) => {
      const reader = createExpositionReader();
      const refused = expect.objectContaining({ name: 'AppError', reason: 'exposition' });
      expect(() => reader.read(bodyOf(text), TEXT)).toThrow(refused);
      expect(reader.read(Buffer.from('a 1\n'), TEXT).count).toBe(1);
    },
  );
});
