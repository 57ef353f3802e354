// What the log is told while pushed samples cannot be taken.

import { expect, test } from 'vitest';
import { createLogger } from '../../../src/lib/log.ts';
import { createTroubleLog } from '../../../src/tsdb/push/trouble-log.ts';

function openLog() {
  let now = 0;
  const told: string[] = [];
  const write = (line: string) => {
    const { reason, after } = JSON.parse(line);
    told.push(reason ?? `again after ${after}`);
  };
  const log = createTroubleLog(createLogger('info', { write }), () => now);
  const at = (time: number, ...happens: string[]) => {
    now = time;
    for (const one of happens) one === 'goes' ? log.went() : log.failed(new Error(one));
  };
  return { at, told };
}

test('trouble is told when it begins, changes, lasts, and ends', () => {
  const { at, told } = openLog();
  at(0, 'goes', 'away', 'away');
  at(599_999, 'away');
  expect(told.splice(0)).toEqual(['away']);
  at(600_000, 'away', 'away');
  at(620_000, 'full', 'goes', 'goes');
  expect(told).toEqual(['away', 'full', 'again after 10m20s']);
});

test('how many samples it is about makes no other reason', () => {
  const { at, told } = openLog();
  for (let time = 0; time < 600_000; time += 1000) at(time, `cannot queue ${time} samples: away`);
  expect(told).toEqual(['cannot queue 0 samples: away']);
});

test('of batches that fail between others that go no more than two lines in ten seconds are told', () => {
  const { at, told } = openLog();
  for (let time = 0; time < 30_000; time += 10) at(time, 'wait', 'goes');
  expect(told).toHaveLength(6);
  at(30_000, 'away');
  at(30_001, 'goes', 'away');
  at(40_000, 'away');
  expect(told.slice(6)).toEqual(['away', 'again after 1ms', 'away']);
});
