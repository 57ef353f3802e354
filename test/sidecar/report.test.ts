import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';
import { FetchError } from '../../src/sidecar/inventory/fetch-error.ts';
import { createReporter, type Seen, whatStands } from '../../src/sidecar/report.ts';
import type { PassResult } from '../../src/sidecar/status.ts';
import { WriteError } from '../../src/sidecar/targets/write-error.ts';
import { heldAnswerOf } from '../helpers/held-answer.ts';

const T0 = Date.parse('2026-01-02T12:03:11Z');
const LIST = {
  groups: [{ targets: ['a:1', 'b:1'], labels: {} }],
  text: '',
  bytes: 0,
  changedAt: T0,
  mark: '',
  mode: 0o444,
};
const HOLD = heldAnswerOf({ since: T0 });
const UNCHANGED: PassResult = { kind: 'unchanged', added: 0, removed: 0, changed: 0 };
const HELD: PassResult = { kind: 'held', added: 0, removed: 0, changed: 0 };
const failed = (reason: string): PassResult => ({
  kind: 'failed',
  reason,
  message: `cannot: ${reason}`,
  retryAfterMs: undefined,
  cause: new Error('why'),
});

function reporter(level: 'info' | 'debug' = 'info') {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger(level, { write: (line) => void lines.push(JSON.parse(line)) });
  const report = createReporter(log);
  return {
    said: () =>
      lines.splice(0).map(({ level, msg, lasted, reason }) => [level, msg, lasted ?? reason].filter(Boolean)),
    lines,
    pass(result: PassResult, minutes: number, seen: Partial<Seen> = {}) {
      const now = { wall: T0 + minutes * 60_000, mono: minutes * 60_000 };
      report(result, { published: LIST, hold: undefined, now, ...seen });
    },
  };
}

describe('a failure', () => {
  const KEPT = 'cannot: status; keeping the 2 targets of 12:03:11';

  test('is said when it begins, then every ten minutes, and when it ends with its duration', () => {
    const { pass, said } = reporter();
    for (let minute = 0; minute <= 20; minute += 1) pass(failed('status'), minute);
    expect(said()).toEqual(Array(3).fill(['warn', KEPT, 'status']));
    pass(UNCHANGED, 21);
    expect(said()).toEqual([['info', 'poll succeeds again', '21m']]);
    pass(UNCHANGED, 22);
    expect(said()).toEqual([]);
  });

  test('is said again when its reason changes, and its duration counts from the first', () => {
    const { pass, said } = reporter();
    pass(failed('status'), 0);
    pass(failed('timeout'), 1);
    pass(UNCHANGED, 2);
    expect(said()).toEqual([
      ['warn', KEPT, 'status'],
      ['warn', 'cannot: timeout; keeping the 2 targets of 12:03:11', 'timeout'],
      ['info', 'poll succeeds again', '2m'],
    ]);
  });

  test('of a file that another program writes does not claim that our list is kept in it', () => {
    const { pass, said } = reporter();
    const cause = new WriteError('another_writer', 'cannot keep');
    pass({ ...(failed('write') as PassResult & { kind: 'failed' }), message: cause.message, cause }, 0);
    expect(said()).toEqual([['error', 'cannot keep', 'write']]);
  });

  test('of the file is said also while the inventory fails, and when the file alone is well again', () => {
    const { pass, said } = reporter();
    const fileFailure = new WriteError('not_a_file', 'cannot look');
    const failsToo = ['error', 'cannot look; keeping the 2 targets of 12:03:11', 'write'];
    pass(failed('status'), 0);
    expect(said()).toEqual([['warn', KEPT, 'status']]);
    pass(failed('status'), 1, { fileFailure });
    pass(failed('status'), 2, { fileFailure });
    expect(said()).toEqual([failsToo]);
    pass(failed('status'), 3);
    expect(said()).toEqual([['info', 'the list stands in the target file again', '2m']]);
    pass(failed('status'), 4, { fileFailure });
    pass({ ...(failed('write') as PassResult & { kind: 'failed' }), cause: fileFailure }, 5, { fileFailure });
    expect(said()).toEqual([
      failsToo,
      ['error', 'cannot: write; keeping the 2 targets of 12:03:11', 'write'],
    ]);
  });

  test('is said again when the status changes', () => {
    const { pass, said } = reporter();
    const refused = (status: number): PassResult => ({
      ...(failed('status') as PassResult & { kind: 'failed' }),
      cause: new FetchError('status', String(status), { retryable: false, status }),
    });
    pass(refused(503), 0);
    pass(refused(503), 1);
    pass(refused(401), 2);
    expect(said()).toHaveLength(2);
  });

  test('in other words is said again, at most once a minute', () => {
    const { pass, said } = reporter();
    const reworded = (entry: number): PassResult => ({
      ...(failed('not_json') as PassResult & { kind: 'failed' }),
      message: `entry ${entry}`,
    });
    pass(reworded(1), 0);
    pass(reworded(2), 0.5);
    pass(reworded(2), 1);
    pass(reworded(2), 1.5);
    expect(said().map(([, message]) => message)).toEqual([
      'entry 1; keeping the 2 targets of 12:03:11',
      'entry 2; keeping the 2 targets of 12:03:11',
    ]);
  });

  test('that ends while the list is still held says so', () => {
    const { pass, said } = reporter();
    pass(HELD, 0, { hold: HOLD });
    pass(failed('status'), 1, { hold: HOLD });
    said();
    pass(HELD, 2, { hold: HOLD });
    expect(said()).toEqual([
      ['warn', 'poll succeeds again; the inventory lists no target; keeping the 2 targets of 12:03:11', '1m'],
    ]);
  });

  test('of ours is an error; a defect comes with its stack', () => {
    const { pass, lines } = reporter();
    pass(failed('write'), 0);
    pass(failed('internal'), 1);
    expect(lines).toMatchObject([{ level: 'error' }, { level: 'error', err: { message: 'why' } }]);
  });
});

test('a hold is said when it begins and when it ends; a failure in between does not end it', () => {
  const { pass, said } = reporter();
  pass(HELD, 0, { hold: HOLD });
  pass(HELD, 1, { hold: HOLD });
  expect(said()).toEqual([
    [
      'warn',
      'the inventory lists no target; keeping the 2 targets of 12:03:11; inventory-sd accept 0123456789ab publishes it now',
      'empty',
    ],
  ]);
  pass(failed('status'), 2, { hold: HOLD });
  expect(said()).toHaveLength(1);
  pass({ kind: 'changed', added: 1, removed: 0, changed: 0 }, 3);
  expect(said().map(([, message]) => message)).toEqual([
    'poll succeeds again',
    'hold ended',
    'target file written',
  ]);
});

test('a hold that would remove other targets is said again; one that lasted long enough says how to undo it', () => {
  const { pass, said } = reporter();
  const hold = heldAnswerOf({ reason: 'shrink', digest: 'one', confirmsInMs: 3_600_000 });
  pass(HELD, 0, { hold });
  pass(HELD, 2, { hold: { ...hold, digest: 'two', confirmsInMs: 3_480_000 } });
  expect(said().map(([, message]) => message)).toEqual([
    expect.stringContaining(
      'inventory-sd accept one publishes it now, and it is believed if it stays so for 1h',
    ),
    expect.stringContaining(
      'inventory-sd accept two publishes it now, and it is believed if it stays so for 58m',
    ),
  ]);
  pass({ kind: 'changed', added: 0, removed: 50, changed: 0, isAccepted: true }, 60);
  expect(said()).toEqual([
    ['warn', expect.stringContaining('inventory-sd accept --undo takes it back'), '1h'],
    ['info', 'target file written'],
  ]);
});

test('what is added while a list is held is said', () => {
  const { pass, said } = reporter();
  pass({ kind: 'held', added: 2, removed: 0, changed: 0 }, 0, { hold: HOLD });
  pass({ kind: 'held', added: 0, removed: 0, changed: 2 }, 1, { hold: HOLD });
  expect(said().slice(1)).toEqual([
    ['info', 'target file written'],
    ['info', 'target file written'],
  ]);
});

test('a list above MAX_TARGETS ends by no hand', () => {
  const { pass, said } = reporter();
  pass(HELD, 0, { hold: heldAnswerOf({ reason: 'growth' }) });
  expect(said()).toEqual([
    ['warn', expect.stringContaining('ends by a smaller answer or a higher MAX_TARGETS'), 'growth'],
  ]);
});

test('a change is said with its counts; an unchanged list only when asked for', () => {
  const quiet = reporter();
  quiet.pass({ kind: 'changed', added: 3, removed: 1, changed: 0 }, 0);
  quiet.pass(UNCHANGED, 1);
  expect(quiet.lines).toMatchObject([
    { level: 'info', targets: 2, added: 3, removed: 1, changed: 0, msg: 'target file written' },
  ]);
  const loud = reporter('debug');
  loud.pass(UNCHANGED, 0);
  expect(loud.lines).toMatchObject([{ level: 'debug', msg: 'list unchanged, nothing written' }]);
});

test('the end of a message says what happens now', () => {
  expect(whatStands(undefined, T0)).toBe('no list stands yet, nothing is written');
  expect(whatStands(LIST, T0)).toBe('keeping the 2 targets of 12:03:11');
});
