import { describe, expect, test } from 'vitest';
import {
  bucketBounds,
  formatMoment,
  type Granularity,
  parseMoment,
  parseZone,
} from '../../../../src/tsdb/web/doors/calendar.ts';

describe('a moment', () => {
  const f = (text: string, zone: string, end: 'start' | 'end', expected: string) =>
    test(`${text} in ${zone}, ${end}`, () => {
      expect(new Date(parseMoment(text, zone, end)).toISOString()).toBe(expected);
    });

  f('2024-02-02', 'UTC', 'start', '2024-02-02T00:00:00.000Z');
  f('2024-02-02', 'UTC', 'end', '2024-02-03T00:00:00.000Z'); // its day counts
  f('2024-02-02', 'Europe/Berlin', 'start', '2024-02-01T23:00:00.000Z');
  f('2024-03-31', 'Europe/Berlin', 'end', '2024-03-31T22:00:00.000Z'); // 23 hours
  f('2024-02-02T10:30', 'Asia/Kolkata', 'start', '2024-02-02T05:00:00.000Z');
  f('2024-02-02 10:30:15.5', 'Asia/Kathmandu', 'end', '2024-02-02T04:45:15.500Z');
  f('2024-02-02T11:43:02.099Z', 'Europe/Berlin', 'start', '2024-02-02T11:43:02.099Z');
  f('2024-02-02T11:43:02+02:00', 'UTC', 'start', '2024-02-02T09:43:02.000Z');
  f('1706874182.099', 'Europe/Berlin', 'end', '2024-02-02T11:43:02.099Z');
  f('2024-03-31T02:30', 'Europe/Berlin', 'start', '2024-03-31T01:30:00.000Z'); // skipped by the clocks
  f('2024-10-27T02:30', 'Europe/Berlin', 'start', '2024-10-27T00:30:00.000Z'); // the first of two

  test.each(['', 'now', '2024-13-01', '2024-02-30', '2024-02-02T25:00', '12:00', '9'.repeat(40)])(
    'is not %s',
    (text) => {
      expect(() => parseMoment(text, 'UTC', 'start')).toThrow(
        `cannot read the time ${JSON.stringify(text)}: it is neither a date, nor RFC 3339, nor Unix seconds`,
      );
    },
  );
});

describe('a time zone', () => {
  test.each(['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', '+05:30'])('%s is known', (zone) => {
    expect(parseZone(zone)).toBe(zone);
  });

  test.each(['', 'Mars/Olympus', '../etc/passwd'])('%s is not', (zone) => {
    expect(() => parseZone(zone)).toThrow(/^there is no time zone/);
  });
});

const breathless = { breathe: () => undefined };

describe('the buckets of', () => {
  const f = (
    what: string,
    granularity: Granularity,
    zone: string,
    from: string,
    to: string,
    expected: string[],
  ) =>
    test(what, async () => {
      const span = { from: Date.parse(from), to: Date.parse(to) };
      const bounds = await bucketBounds(span, granularity, zone, breathless);
      expect(Array.from(bounds, (time) => formatMoment(time, zone))).toEqual(expected);
    });

  f('minutes that are touched', 'minute', 'UTC', '2024-01-01T00:00:30Z', '2024-01-01T00:02:00Z', [
    '2024-01-01T00:00:00Z',
    '2024-01-01T00:01:00Z',
    '2024-01-01T00:02:00Z',
  ]);
  f('one moment', 'hour', 'UTC', '2024-01-01T00:59:59.999Z', '2024-01-01T01:00:00.001Z', [
    '2024-01-01T00:00:00Z',
    '2024-01-01T01:00:00Z',
    '2024-01-01T02:00:00Z',
  ]);
  f('hours of a zone of :30', 'hour', 'Asia/Kolkata', '2024-01-01T00:00:00Z', '2024-01-01T01:00:00Z', [
    '2024-01-01T05:00:00+05:30',
    '2024-01-01T06:00:00+05:30',
    '2024-01-01T07:00:00+05:30',
  ]);
  f('hours of a zone of :45', 'hour', 'Asia/Kathmandu', '2024-01-01T00:15:00Z', '2024-01-01T01:15:00Z', [
    '2024-01-01T06:00:00+05:45',
    '2024-01-01T07:00:00+05:45',
  ]);
  f(
    'days when the clocks go forward',
    'day',
    'Europe/Berlin',
    '2024-03-30T12:00:00Z',
    '2024-03-31T23:00:00Z',
    [
      '2024-03-30T00:00:00+01:00',
      '2024-03-31T00:00:00+01:00',
      '2024-04-01T00:00:00+02:00',
      '2024-04-02T00:00:00+02:00',
    ],
  );
  f(
    'hours when the clocks go back',
    'hour',
    'Europe/Berlin',
    '2024-10-27T00:00:00Z',
    '2024-10-27T02:00:00Z',
    ['2024-10-27T02:00:00+02:00', '2024-10-27T02:00:00+01:00', '2024-10-27T03:00:00+01:00'],
  );
  f(
    'hours when the clocks go forward',
    'hour',
    'Europe/Berlin',
    '2024-03-31T00:00:00Z',
    '2024-03-31T02:00:00Z',
    ['2024-03-31T01:00:00+01:00', '2024-03-31T03:00:00+02:00', '2024-03-31T04:00:00+02:00'],
  );
  f(
    'hours when the clocks go forward by half',
    'hour',
    'Australia/Lord_Howe',
    '2024-10-05T14:30:00Z',
    '2024-10-05T16:30:00Z',
    [
      '2024-10-06T01:00:00+10:30',
      '2024-10-06T02:30:00+11:00',
      '2024-10-06T03:00:00+11:00',
      '2024-10-06T04:00:00+11:00',
    ],
  );
  f(
    'hours when the clocks go back by half',
    'hour',
    'Australia/Lord_Howe',
    '2024-04-06T14:00:00Z',
    '2024-04-06T16:30:00Z',
    [
      '2024-04-07T01:00:00+11:00',
      '2024-04-07T01:30:00+10:30',
      '2024-04-07T02:00:00+10:30',
      '2024-04-07T03:00:00+10:30',
    ],
  );
  f(
    'a day that has no midnight',
    'day',
    'America/Sao_Paulo',
    '2018-11-04T03:00:00Z',
    '2018-11-04T12:00:00Z',
    ['2018-11-04T01:00:00-02:00', '2018-11-05T00:00:00-02:00'],
  );

  test('too long a time are refused', async () => {
    const boundsTo = (to: number) => bucketBounds({ from: 0, to }, 'minute', 'UTC', breathless);
    await expect(boundsTo(11_001 * 60_000)).rejects.toThrow(
      'more than 11000 buckets; ask for a shorter time or larger buckets',
    );
    expect(await boundsTo(11_000 * 60_000)).toHaveLength(11_001);
  });
});
