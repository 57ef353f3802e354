// The tables against real Prometheus servers: what they say of 2.42 and 3.5 is so.

import { beforeAll, describe, expect, test } from 'vitest';
import { createExpositionReader } from '../../../src/tsdb/exposition/reader.ts';
import { sampleLine, untypedLine, type WrittenSample } from '../../../src/tsdb/exposition/write-text.ts';
import { requirePrometheus } from '../../helpers/prometheus.ts';
import { CONTENT_TYPES } from './content-type-table.ts';
import { BAD, BAD_END, bodyOfText, GOOD } from './openmetrics-table.ts';
import { type Verdict, verdictsOf } from './prometheus-verdicts.ts';
import { seriesOf } from './reading.ts';
import { bodyOf, TEXTS } from './text-table.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const now = Date.now();
const WRITTEN: readonly WrittenSample[] = [
  { labels: { __name__: 'a', l: 'x\\"\n}', m: 'é' }, value: 0.1, time: now },
  { labels: { __name__: 'a', instance: '' }, value: Number.NaN, time: now },
  { labels: { __name__: 'b_total' }, value: 2 ** 60, time: now - 1 },
  { labels: { __name__: 'b_bucket', le: '1.0' }, value: -0.5, time: now - 2 },
];
const WRITTEN_TEXT = WRITTEN.map((each) => sampleLine(each, 'underscores')).join('');

const answers = [
  ...TEXTS.map(({ text }) => ({ body: bodyOf(text), contentType: TEXT })),
  ...GOOD.map(({ text }) => ({ body: bodyOfText(text), contentType: OPENMETRICS })),
  ...BAD.map(({ text }) => ({ body: bodyOfText(text), contentType: OPENMETRICS })),
  ...BAD_END.map(({ text }) => ({ body: Buffer.from(text), contentType: OPENMETRICS })),
  ...CONTENT_TYPES.map(({ contentType }) => ({ body: Buffer.from('a 1\n# EOF\n'), contentType })),
  { body: Buffer.from(untypedLine('a', 'underscores') + WRITTEN_TEXT), contentType: TEXT },
];

describe.each(await requirePrometheus())('Prometheus $version', (binary) => {
  const is3 = binary.version.startsWith('3.');
  let verdicts: Verdict[] = [];

  beforeAll(async () => {
    verdicts = await verdictsOf(binary, answers);
  });

  /** The verdicts on one table, with its rows. */
  function on<Row>(rows: readonly Row[], before: number): [Row, Verdict][] {
    return rows.map((row, i) => [row, verdicts[before + i] as Verdict]);
  }

  test('takes and refuses the same texts in format 0.0.4, with the same series and values', () => {
    const compared = on(TEXTS, 0).filter(([row]) => (is3 ? row.not35 : row.not242) === undefined);
    const theirs = compared.map(([{ text }, { up, series }]) => [text, up ? series : undefined]);
    expect(theirs).toEqual(compared.map(([{ text, series }]) => [text, series]));
    expect(compared.length).toBeGreaterThan(150);
  });

  test('counts the same samples in them', () => {
    const compared = on(TEXTS, 0).filter(([row, { up }]) => up && row.series !== undefined);
    const theirs = compared.map(([{ text }, { scraped }]) => [text, scraped]);
    expect(theirs).toEqual(
      compared.map(([{ text }]) => [text, createExpositionReader().read(bodyOf(text), TEXT).count]),
    );
  });

  test('differs where the tables say so', () => {
    const compared = on(TEXTS, 0).filter(([row]) => (is3 ? row.not35 : row.not242) !== undefined);
    for (const [{ text, series }, verdict] of compared)
      expect([text, verdict.up ? verdict.series : undefined]).not.toEqual([text, series]);
    expect(compared.length).toBeGreaterThan(0);
  });

  test('takes every OpenMetrics text that we take, with the same series', () => {
    const compared = on(GOOD, TEXTS.length).filter(([{ not242 }]) => is3 || not242 === undefined);
    for (const [{ says, text }, verdict] of compared) {
      const reader = createExpositionReader();
      const scrape = reader.read(bodyOfText(text), OPENMETRICS);
      expect([says, verdict.lastError, verdict.scraped]).toEqual([says, '', scrape.count]);
      // Before 3.0 bounds stayed as they were written.
      if (!scrape.timed && (is3 || !/le=|quantile=/.test(text)))
        expect([says, verdict.series]).toEqual([says, seriesOf(reader, scrape)]);
    }
  });

  test('refuses of the bad OpenMetrics texts those that the table says', () => {
    const compared = on([...BAD, ...BAD_END], TEXTS.length + GOOD.length);
    const refused = compared.filter(([{ prometheusRefuses }]) => prometheusRefuses);
    expect(refused.filter(([, { up }]) => up).map(([{ text }]) => text)).toEqual([]);
    const taken = compared.filter(([{ prometheusRefuses }, { up }]) => is3 && !prometheusRefuses && !up);
    expect(taken.map(([{ text }, { lastError }]) => [text, lastError])).toEqual([]);
  });

  test('reads what our writer writes, with its times', () => {
    const [, verdict] = on(['written'], answers.length - 1)[0] ?? [];
    expect([verdict?.lastError, verdict?.scraped]).toEqual(['', WRITTEN.length]);
    expect(verdict?.series).toEqual({
      '{"__name__":"a","l":"x\\\\\\"\\n}","m":"é"}': '0.1',
      '{"__name__":"b_bucket","le":"1.0"}': '-0.5',
      a: 'NaN',
      b_total: '1152921504606847000',
    });
  });

  test('judges content types as we do, if it is 3', () => {
    const compared = on(CONTENT_TYPES, answers.length - 1 - CONTENT_TYPES.length);
    const theirs = compared.map(([{ contentType }, { up }]) => [contentType, up]);
    if (is3)
      expect(theirs).toEqual(
        compared.map(([{ contentType, format }]) => [contentType, format !== undefined]),
      );
    else expect(theirs.filter(([, up]) => up).length).toBeGreaterThan(0);
  });
});
