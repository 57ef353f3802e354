import { describe, expect, test } from 'vitest';
import { clockTime, type Facts, isStale, readiness } from '../../src/sidecar/health.ts';
import type { Moment } from '../../src/sidecar/moment.ts';
import { initialStatus } from '../../src/sidecar/status.ts';
import { WriteError } from '../../src/sidecar/targets/write-error.ts';
import { heldAnswerOf } from '../helpers/held-answer.ts';

const at = (seconds: number): Moment => ({
  wall: Date.parse('2026-01-02T12:00:00Z') + seconds * 1000,
  mono: seconds * 1000,
});
const LIST = {
  groups: [{ targets: ['a:1', 'b:1'], labels: {} }],
  text: '',
  bytes: 0,
  changedAt: 0,
  mark: '',
  mode: 0o444,
};
const HOLD = heldAnswerOf({ since: at(11).wall });
const FAILED = {
  kind: 'failed',
  reason: 'status',
  message: 'cannot fetch',
  retryAfterMs: undefined,
  cause: undefined,
} as const;

const facts = (given: Partial<Facts>): Facts => ({
  status: { ...initialStatus(at(0)), lastSuccess: at(0) },
  published: LIST,
  hold: undefined,
  waiting: 0,
  contestedUntil: undefined,
  staleAfterMs: 120_000,
  now: at(60),
  ...given,
});

describe('readiness', () => {
  const f = (name: string, given: Partial<Facts>, ready: boolean, fresh: boolean, text: string) =>
    test(name, () => expect(readiness(facts(given))).toEqual({ ready, fresh, text }));
  f('a fresh list', {}, true, true, 'ready: 2 targets');
  f('a stale list still stands', { now: at(252) }, true, false, 'degraded: stale 4m12s; keeping 2 targets');
  f(
    'a held list still stands',
    { hold: HOLD },
    true,
    false,
    'degraded: held since 12:00:11 (empty); keeping 2 targets',
  );
  f(
    'a list that cannot be put back, whatever the inventory does',
    {
      status: { ...initialStatus(at(0)), lastSuccess: at(0), lastResult: FAILED },
      fileFailure: new WriteError('not_a_file', 'cannot look'),
    },
    true,
    false,
    'degraded: the target file cannot be written; keeping 2 targets',
  );
  f(
    'a list without room for what is new',
    { waiting: 3 },
    true,
    false,
    'degraded: 3 new targets wait for room below MAX_TARGETS; keeping 2 targets',
  );
  f(
    'a list that is both',
    { hold: HOLD, now: at(121) },
    true,
    false,
    'degraded: stale 2m1s; held since 12:00:11 (empty); keeping 2 targets',
  );
  f(
    'a hold that has another reason by now: since when it is held, and since when for that',
    { hold: { ...HOLD, reasonSince: at(30).wall }, status: { ...initialStatus(at(0)), lastSuccess: at(0) } },
    true,
    false,
    'degraded: held since 12:00:11 (empty since 12:00:30); keeping 2 targets',
  );
  f(
    'a list that is not in the file, because that cannot be written',
    { status: { ...initialStatus(at(0)), lastSuccess: at(0), lastResult: { ...FAILED, reason: 'write' } } },
    true,
    false,
    'degraded: the target file cannot be written; keeping 2 targets',
  );
  f(
    'a list that is not in the file, because another program writes that',
    {
      status: { ...initialStatus(at(0)), lastSuccess: at(0), lastResult: { ...FAILED, reason: 'write' } },
      contestedUntil: at(90).mono,
    },
    true,
    false,
    'degraded: another program writes the target file, which is put back at 12:01:30; the list has 2 targets',
  );
  const none = { published: undefined, status: initialStatus(at(0)) };
  f('no list before the first poll has ended', none, false, false, 'not ready: the first poll has not ended');
  f(
    'no list after a failure',
    { ...none, status: { ...initialStatus(at(0)), lastResult: FAILED } },
    false,
    false,
    'not ready: cannot fetch',
  );
  f(
    'a list that was taken over and not confirmed yet',
    { status: initialStatus(at(0)) },
    true,
    false,
    'degraded: no answer since the start; keeping 2 targets',
  );
  f(
    'no list after an empty answer and a failure: the newest trouble is told',
    { ...none, hold: HOLD, status: { ...initialStatus(at(0)), lastResult: FAILED } },
    false,
    false,
    'not ready: cannot fetch',
  );
  f(
    'no list, and an empty answer',
    { ...none, hold: HOLD },
    false,
    false,
    'not ready: no list stands, and the inventory lists no target',
  );
});

test('a list that was taken over counts as stale from the start on, until the inventory answers', () => {
  const status = initialStatus(at(0));
  expect(isStale(facts({ status, now: at(120) }))).toBe(false);
  expect(isStale(facts({ status, now: at(121) }))).toBe(true);
});

test('a clock that jumps makes nothing stale: ages are taken from the other clock', () => {
  const jumped = { wall: at(0).wall + 86_400_000, mono: 60_000 };
  expect(isStale(facts({ now: jumped }))).toBe(false);
});

test('a time of another day is shown with its date', () => {
  expect(clockTime(at(11).wall, at(60).wall)).toBe('12:00:11');
  expect(clockTime(at(11).wall, at(86_400).wall)).toBe('2026-01-02 12:00:11');
});
