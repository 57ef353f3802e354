import { describe, expect, test } from 'vitest';
import { ACCEPT, formatOf } from '../../../src/tsdb/exposition/content-type.ts';
import { CONTENT_TYPES } from './content-type-table.ts';

describe('the format of an answer', () => {
  test.each(CONTENT_TYPES.filter(({ format }) => format !== undefined))('$contentType is $format', (row) => {
    expect(formatOf(row.contentType)).toBe(row.format);
    expect(formatOf(row.contentType, 'text')).toBe(row.format);
  });

  test.each(CONTENT_TYPES.filter(({ format }) => format === undefined))('$contentType is refused', (row) => {
    const refused = expect.objectContaining({ name: 'AppError', reason: 'exposition' });
    expect(() => formatOf(row.contentType)).toThrow(refused);
  });

  test('a fallback stands in for no, a broken and an unknown type, and never for protobuf', () => {
    expect(['', 'text/plain; version', 'text/html'].map((type) => formatOf(type, 'openmetrics'))).toEqual(
      Array(3).fill('openmetrics'),
    );
    expect(() => formatOf('application/vnd.google.protobuf', 'text')).toThrow(
      'protobuf format, which was not asked for',
    );
  });

  test('says what is wrong', () => {
    expect(() => formatOf('')).toThrow(
      'the target sends no Content-Type, and no fallback_scrape_protocol is set',
    );
    expect(() => formatOf('text/html')).toThrow('the Content-Type "text/html" is not supported');
    expect(() => formatOf('text/plain; version')).toThrow(
      'the Content-Type "text/plain; version" cannot be parsed',
    );
    expect(() => formatOf(`x/${'y'.repeat(500)}`)).toThrow(/^.{100,250}$/);
  });

  test('asks for what can be read, and not for protobuf', () => {
    expect(ACCEPT).not.toContain('protobuf');
    const asked = ACCEPT.split(',').filter((each) => !each.startsWith('*'));
    expect(asked.map((each) => formatOf(each))).toEqual(['openmetrics', 'openmetrics', 'text', 'text']);
  });
});
