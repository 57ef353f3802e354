import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';
import { entryFacts, reportEntries, sayEntries } from '../../src/sidecar/entries-report.ts';
import type { Account } from '../../src/sidecar/sensors/account.ts';
import { readSensors } from '../../src/sidecar/sensors/reading.ts';
import { mappingOf } from '../helpers/mapping.ts';

const account = (...entries: unknown[]): Account => ({
  ...readSensors(entries, mappingOf()),
  duplicates: 0,
});

const BAD = [{ host: 'a', labels: 'x' }, 'b b', { targets: ['c', 7] }, { host: 'd', enabled: false }];

describe('/status', () => {
  test('tells how many entries are no target and why, and names the first', () => {
    expect(reportEntries(account(...BAD))).toEqual({
      setAside: 2,
      setAsideBy: { bad_host: 1, no_sensor: 1 },
      firstSetAside: [
        { index: 1, target: null, reason: 'bad_host', message: '"b b" is no host name' },
        { index: 2, target: 1, reason: 'no_sensor', message: 'it is a number' },
      ],
      disabled: 1,
      duplicates: 0,
      noted: 1,
      firstNotes: [{ index: 0, message: 'its labels are a string, not an object' }],
    });
  });

  test('names twenty of many', () => {
    const report = reportEntries(account(...Array(500).fill(null)));
    expect([report.setAside, report.firstSetAside.length]).toEqual([500, 20]);
  });
});

test('the page and show say nothing of entries that are all targets, and one sentence of others', () => {
  expect(entryFacts(reportEntries(account('a', 'b')))).toEqual([]);
  expect(entryFacts(reportEntries(account(...BAD)))).toEqual([
    ['Set aside', '2 entries; entry 1: "b b" is no host name'],
    ['Left out', '1 label or field; entry 0: its labels are a string, not an object'],
  ]);
});

describe('the log', () => {
  function follow() {
    const lines: { level: string; msg: string }[] = [];
    const say = sayEntries(createLogger('info', { write: (line) => void lines.push(JSON.parse(line)) }));
    return (minute: number, ...entries: unknown[]) => {
      say(account(...entries), { wall: 0, mono: minute * 60_000 });
      return lines.splice(0).map(({ level, msg }) => `${level} ${msg}`);
    };
  }

  test('says that entries are set aside when it begins, when the numbers change, every ten minutes, and when it ends', () => {
    const pass = follow();
    const said = 'set aside, the rest goes on; entry 1: "b b" is no host name';
    expect(pass(0, 'a')).toEqual([]);
    expect(pass(1, 'a', 'b b')).toEqual([`warn 1 entry ${said}`]);
    expect(pass(2, 'a', 'b b')).toEqual([]);
    expect(pass(3, 'a', 'b b', 'c c')).toEqual([`warn 2 entries ${said}`]);
    expect(pass(12, 'a', 'b b', 'c c')).toEqual([]);
    expect(pass(13, 'a', 'b b', 'c c')).toEqual([`warn 2 entries ${said}`]);
    expect(pass(14, 'a')).toEqual(['info no entry is set aside any more']);
    expect(pass(15, 'a')).toEqual([]);
  });

  test('says likewise which labels are left out', () => {
    const pass = follow();
    const faulty = { host: 'a', labels: 1 };
    expect(pass(1, faulty)).toEqual([
      'warn labels or fields are left out, their targets stay; entry 0: its labels are a number, not an object',
    ]);
    expect(pass(2, faulty)).toEqual([]);
    expect(pass(3, 'a')).toEqual(['info every label is in place again']);
  });

  test('says nothing before the first answer', () => {
    const lines: string[] = [];
    sayEntries(createLogger('info', { write: (line) => void lines.push(line) }))(undefined, {
      wall: 0,
      mono: 0,
    });
    expect(lines).toEqual([]);
  });
});
