// What the log is told of the connection to Redis.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import { LinkLog } from '../../../../src/tsdb/queue/redis/link-log.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const WHERE = '192.0.2.1:6379';

function openLog() {
  let now = 0;
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(JSON.parse(line).msg) });
  const link = new LinkLog({ log, settledMs: 5000, now: () => now });
  const later = (ms: number) => {
    now += ms;
    vi.advanceTimersByTime(ms);
  };
  return { link, lines, later };
}

test('a first connection is nothing to tell', () => {
  const { link, lines, later } = openLog();
  link.connected(WHERE);
  later(60_000);
  expect(lines).toEqual([]);
});

test('trouble is told with host and port, and its end when that has lasted', () => {
  const { link, lines, later } = openLog();
  link.failed(WHERE, 'refused');
  link.failed(WHERE, 'refused');
  link.connected(WHERE);
  later(4999);
  expect(lines).toEqual([`cannot use Redis at ${WHERE}: refused; pushes are refused, trying again`]);
  later(1);
  expect(lines.slice(1)).toEqual([`connected to Redis at ${WHERE} again`]);
});

test('what comes and goes for hours is told every ten minutes, another reason after ten seconds', () => {
  const { link, lines, later } = openLog();
  for (let seconds = 0; seconds < 1200; seconds += 1) {
    link.failed(WHERE, 'it is a replica');
    link.connected(WHERE);
    later(1000);
  }
  expect(lines).toHaveLength(2);
  link.failed(WHERE, 'refused');
  link.failed(WHERE, 'it is a replica');
  later(10_000);
  link.failed(WHERE, 'it is a replica');
  expect(lines).toHaveLength(4);
});

test('nothing is told once it is closed', () => {
  const { link, lines, later } = openLog();
  link.failed(WHERE, 'refused');
  link.connected(WHERE);
  link.close();
  later(60_000);
  expect(lines).toHaveLength(1);
});
