// What the log is told of pushes that are refused.

import { expect, test } from 'vitest';
import { createLogger } from '../../../src/lib/log.ts';
import { Refusal, type RefusalReason } from '../../../src/tsdb/push/refusal.ts';
import { createRefusalLog } from '../../../src/tsdb/push/refusal-log.ts';

const HERE = '192.0.2.1';

function openLog() {
  let now = 0;
  const lines: Record<string, unknown>[] = [];
  const log = createRefusalLog(
    createLogger('info', { write: (line) => void lines.push(JSON.parse(line)) }),
    () => now,
  );
  return {
    lines,
    at(time: number, client: string | undefined, reason: RefusalReason = 'bad_data', times = 1) {
      now = time;
      for (let i = 0; i < times; i += 1)
        log.refused(new Refusal(reason, `why ${reason}`), { client, address: HERE });
    },
    log,
  };
}

test('the first is told at once, with who it was and why', () => {
  const { at, lines, log } = openLog();
  at(0, 'plant-7');
  at(0, undefined, 'unauthorized');
  log.refused(new Refusal('unsupported', 'no such type'), { address: HERE });
  expect(lines).toMatchObject([
    {
      level: 'warn',
      msg: 'push refused',
      client: 'plant-7',
      address: HERE,
      reason: 'bad_data',
      why: 'why bad_data',
    },
    { address: HERE, reason: 'unauthorized', why: 'why unauthorized' },
    { address: HERE, reason: 'unsupported', why: 'no such type' },
  ]);
  expect(lines.map((line) => 'client' in line)).toEqual([true, false, false]);
});

test('then once a minute for each client and reason, with how many there were since', () => {
  const { at, lines } = openLog();
  at(0, 'a', 'bad_data', 5);
  at(59_999, 'a', 'bad_data', 5);
  at(59_999, 'a', 'too_large');
  at(59_999, 'b');
  expect(lines.map(({ client, reason, refusals }) => [client, reason, refusals])).toEqual([
    ['a', 'bad_data', 1],
    ['a', 'too_large', 1],
    ['b', 'bad_data', 1],
  ]);
  at(60_000, 'a', 'bad_data', 3);
  at(120_000, 'a');
  at(180_000, 'a');
  expect(lines.slice(3).map(({ refusals }) => refusals)).toEqual([10, 3, 1]);
});

test('addresses of one neighbour are one, and so is nobody who is known', () => {
  const { lines, log } = openLog();
  const refusal = new Refusal('unauthorized', 'why');
  for (const address of ['2001:db8::1', '2001:db8::2', '::ffff:192.0.2.1', '192.0.2.1'])
    log.refused(refusal, { address });
  expect(lines.map(({ address }) => address)).toEqual(['2001:db8::1', '::ffff:192.0.2.1']);
});

test('however many names write no more than thirty lines a minute, and what is left out is counted', () => {
  const { at, lines } = openLog();
  for (let i = 0; i < 10_000; i += 1) at(0, `c${i}`);
  expect(lines).toHaveLength(30);
  at(60_000, 'late');
  expect(lines.slice(30)).toMatchObject([
    { refusals: 9970, msg: 'more pushes were refused, of too many clients to name each' },
    { client: 'late' },
  ]);
  // Those that were told are not forgotten for those that were not.
  at(61_000, 'c29', 'bad_data');
  expect(lines.at(-1)).toMatchObject({ client: 'c29' });
});

test('that the queue takes nothing is not told of each client', () => {
  const { lines, log } = openLog();
  const away = new Refusal('overloaded', 'the store cannot take samples', { cause: new Error('away') });
  log.refused(away, { client: 'a', address: HERE });
  expect(lines).toEqual([]);
  log.refused(new Refusal('overloaded', 'too many requests'), { client: 'a', address: HERE });
  expect(lines).toHaveLength(1);
});

test('what is long is cut', () => {
  const { lines, log } = openLog();
  log.refused(new Refusal('bad_data', 'x'.repeat(5000)), { client: 'a', address: HERE });
  expect(lines[0]?.why).toBe(`${'x'.repeat(200)}…`);
});
