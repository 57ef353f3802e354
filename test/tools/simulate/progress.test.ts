import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer } from '../../../tools/push/doors.ts';
import { showProgress } from '../../../tools/simulate/progress.ts';
import { count, createTally } from '../../../tools/simulate/tally.ts';
import { createTroubleTeller } from '../../../tools/simulate/trouble.ts';
import { progressLine, summaryLines, troubleLine } from '../../../tools/simulate/words.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const answer = (fate: Answer['fate'], status: string, why = ''): Answer => ({ fate, status, why });

function output(terminal: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { ...terminal, written, write: (text: string) => written.push(text) };
}

test('on a terminal one line renews itself within its width, and what is said stands above it', async () => {
  const out = output({ isTTY: true, columns: 20 });
  const progress = showProgress(out, (periodMs) => `${periodMs} of a line that is long`);
  await vi.advanceTimersByTimeAsync(500);
  progress.say('trouble');
  progress.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(out.written).toEqual([
    '\r\x1b[K500 of a line that ',
    '\r\x1b[Ktrouble\n500 of a line that ',
    '\r\x1b[K',
  ]);
});

test('elsewhere there is a line every ten seconds', async () => {
  const out = output({});
  const progress = showProgress(out, (periodMs) => `${periodMs}`);
  progress.say('begins');
  await vi.advanceTimersByTimeAsync(29_999);
  progress.close();
  expect(out.written).toEqual(['begins\n', '10000\n', '10000\n']);
});

test('a line of progress tells rate, refusals by status, retries and latency', () => {
  const tally = createTally(0);
  expect(progressLine(tally, 0, 1000)).toBe('1s: pushed 0 samples (0/s); p50 –, p99 –');
  for (let i = 0; i < 100; i += 1) count(tally, answer('taken', '201'), 20, 1000, 1002);
  count(tally, answer('again', '429'), 20, 0, 1);
  count(tally, answer('again', '503'), 20, 0, 1);
  count(tally, answer('again', '503'), 20, 0, 1);
  Object.assign(tally, { retries: 3, lost: 1, missed: 4 });
  expect(progressLine(tally, 66.66, 12_345)).toBe(
    '12s: pushed 2,000 samples (66.7/s); not taken: 429 once, 503 2 times; tried again 3 times; 1 sample lost; 4 rounds left out; p50 2.0ms, p99 2.0ms',
  );
  expect(summaryLines(tally, 'http://a/', 20_000)).toEqual([
    'pushed 2,000 samples in 100 requests within 20s (100/s) to http://a/',
    'not taken: 429 once, 503 2 times; tried again 3 times; 1 sample lost; 4 rounds left out; latency p50 2.0ms, p99 2.0ms, longest 2.0ms',
    '1 sample lost',
  ]);
});

test('trouble is told when it begins, when it changes and when it is over', () => {
  const said: string[] = [];
  let now = 0;
  const teller = createTroubleTeller(
    (line) => said.push(line),
    (ms) => `healed after ${ms}`,
    () => now,
  );
  const met = (status: string) => teller.met(answer('again', status), () => status);
  met('429');
  met('429');
  met('503');
  now = 5;
  teller.taken();
  teller.taken();
  met('429');
  teller.taken();
  now = 70_000;
  met('429');
  expect(said).toEqual(['429', '503', 'healed after 5', '429']);
});

test.each([
  [answer('again', '403', 'it is off'), 'start mini-tsdb with --web.enable-push'],
  [answer('again', '401', 'who?'), '--token-file'],
  [answer('again', 'ECONNREFUSED', 'ECONNREFUSED'), 'is mini-tsdb there? --url says where it is'],
])('%j: %s', (one, hint) => {
  expect(troubleLine('json', 'http://a/', one, 1000)).toContain(hint);
});

test('a hint that the server gives itself is not given twice', () => {
  const line = troubleLine(
    'json',
    'http://a/',
    answer('again', '403', 'off; see --web.enable-push'),
    undefined,
  );
  expect(line).toBe('cannot push to http://a/: 403: off; see --web.enable-push; given up');
});
