import { describe, expect, test } from 'vitest';
import { createExpositionReader } from '../../../src/tsdb/exposition/reader.ts';
import { BAD, BAD_END, bodyOfText, GOOD } from './openmetrics-table.ts';

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const REFUSED = expect.objectContaining({ name: 'AppError', reason: 'exposition' });

describe('OpenMetrics', () => {
  test.each(GOOD.map(({ says, text, rows }) => [says, text, rows] as const))('takes %s', (_, text, rows) => {
    const { values, count } = createExpositionReader().read(bodyOfText(text), OPENMETRICS);
    expect(count).toBe(rows.length);
    expect([...values]).toEqual(rows);
  });

  test.each(BAD.map(({ says, text }) => [says, text] as const))('%s: refuses %j', (_, text) => {
    expect(() => createExpositionReader().read(bodyOfText(text), OPENMETRICS)).toThrow(REFUSED);
  });

  test.each(BAD_END.map(({ text }) => [text]))('refuses %j for how it ends', (text) => {
    expect(() => createExpositionReader().read(Buffer.from(text), OPENMETRICS)).toThrow(REFUSED);
  });

  test('the tables have the size of a standard', () => {
    expect(GOOD.length).toBeGreaterThanOrEqual(44);
    expect(BAD.length + BAD_END.length).toBeGreaterThanOrEqual(167);
  });
});
