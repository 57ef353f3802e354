import { expect, test } from 'vitest';
import { readSensors } from '../../src/sidecar/sensors/reading.ts';
import { initialStatus } from '../../src/sidecar/status.ts';
import { type Described, factsOf, reportStatus } from '../../src/sidecar/status-report.ts';
import { heldAnswerOf } from '../helpers/held-answer.ts';
import { mappingOf } from '../helpers/mapping.ts';

const START = { wall: Date.parse('2026-01-02T12:00:00Z'), mono: 0 };
const DESCRIBED: Described = {
  version: '1.2.3',
  inventoryUrl: 'http://i/list',
  targetFile: '/shared/targets.json',
  next: { at: START, postponed: false },
  status: initialStatus(START),
  published: {
    groups: [
      { targets: ['a:1', 'b:1'], labels: {} },
      { targets: ['c:1'], labels: { site: 'x' } },
    ],
    text: '',
    bytes: 42,
    changedAt: START.wall,
    mark: '',
    mode: 0o444,
  },
  hold: undefined,
  waiting: 0,
  contestedUntil: undefined,
  staleAfterMs: 120_000,
  now: START,
};

const facts = (described: Partial<Described>) =>
  Object.fromEntries(factsOf(reportStatus({ ...DESCRIBED, ...described })));

const SHRINK = heldAnswerOf({
  reason: 'shrink',
  message: 'half is missing',
  since: START.wall,
  isWhole: false,
  targets: 5,
  confirmsInMs: 3_000_000,
});

test('a hold says what stands that the answer does not name, and when it is believed', () => {
  expect(reportStatus({ ...DESCRIBED, hold: SHRINK }).held).toMatchObject({
    targets: 5,
    whole: false,
    believedInSeconds: 3000,
  });
  expect(facts({ hold: SHRINK })).toMatchObject({
    Held: '5 targets since 2026-01-02T12:00:00.000Z: half is missing',
    'It ends': 'inventory-sd accept 0123456789ab publishes it now, and it is believed if it stays so for 50m',
  });
  const other = { ...SHRINK, targets: 1, reasonSince: SHRINK.since + 60_000 };
  expect(facts({ hold: other })).toMatchObject({
    Held: '1 target since 2026-01-02T12:00:00.000Z, shrink since 2026-01-02T12:01:00.000Z: half is missing',
  });
});

test('a hold of the whole answer, and one that only a person ends, say so', () => {
  const hold = { ...SHRINK, isWhole: true, confirmsInMs: undefined };
  expect(reportStatus({ ...DESCRIBED, hold }).held?.believedInSeconds).toBeNull();
  expect(facts({ hold })).toMatchObject({
    Held: 'the whole answer since 2026-01-02T12:00:00.000Z: half is missing',
    'It ends': 'inventory-sd accept 0123456789ab publishes it now',
  });
});

test('what became of the entries is told once there was an answer', () => {
  expect(reportStatus(DESCRIBED).entries).toBeNull();
  const account = { ...readSensors(['a', 'b b'], mappingOf()), duplicates: 0 };
  expect(reportStatus({ ...DESCRIBED, account }).entries).toMatchObject({ setAside: 1, noted: 0 });
  expect(facts({ account })).toMatchObject({ 'Set aside': '1 entry; entry 1: "b b" is no host name' });
});

test('the list is told with its groups, failures with how many there were in a row', () => {
  expect(facts({})).toMatchObject({ Targets: '3 in 2 groups', 'Last answer': 'none since the start' });
  const failed = { kind: 'failed', reason: 'dns', message: 'no such host' } as const;
  const lastResult = { ...failed, retryAfterMs: undefined, cause: undefined };
  const failing = (consecutiveFailures: number) =>
    facts({ status: { ...DESCRIBED.status, lastResult, consecutiveFailures } });
  expect(failing(1)).toMatchObject({ 'Last failure': 'no such host' });
  expect(failing(3)).toMatchObject({ 'Last failure': 'no such host (3 polls in a row)' });
});
