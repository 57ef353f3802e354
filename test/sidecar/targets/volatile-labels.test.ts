import { describe, expect, test } from 'vitest';
import type { Target } from '../../../src/sidecar/targets/target.ts';
import { volatileLabels, watchLabels } from '../../../src/sidecar/targets/volatile-labels.ts';

type Labels = Record<string, string>;

const targets = (count: number, labelsOf: (i: number) => Labels): Target[] =>
  Array.from({ length: count }, (_, i) => ({ id: `s${i}`, address: `s${i}:1`, labels: labelsOf(i) }));

describe('a label is volatile', () => {
  const f = (name: string, previous: Target[], next: Target[], found: string[]) =>
    test(name, () => expect(volatileLabels(previous, next)).toEqual(found));
  const uptime = (seconds: number) => (i: number) => ({ site: 'x', up: `${seconds + i}` });
  f('when it changed in all', targets(3, uptime(0)), targets(3, uptime(5)), ['up']);
  f(
    'when it came in all',
    targets(3, () => ({})),
    targets(3, () => ({ up: '1' })),
    ['up'],
  );
  f(
    'when it changed in more than half',
    targets(5, () => ({ x: '0' })),
    targets(5, (i) => ({ x: i < 3 ? '1' : '0' })),
    ['x'],
  );
  f(
    'not when it changed in half',
    targets(4, () => ({ x: '0' })),
    targets(4, (i) => ({ x: i < 2 ? '1' : '0' })),
    [],
  );
  f('not when nothing changed', targets(3, uptime(0)), targets(3, uptime(0)), []);
  f(
    'not when all are others',
    targets(3, uptime(0)),
    targets(3, uptime(5)).map((t) => ({ ...t, id: `x${t.id}` })),
    [],
  );
  const probes = () => ['a', 'b', 'c'].flatMap((probe) => targets(2, () => ({ probe })));
  f('not when it tells the targets of one sensor apart, in any order', probes(), probes().toReversed(), []);
  f('not before there is a list', [], targets(3, uptime(0)), []);
});

describe('the watch', () => {
  const watched = (...answers: Target[][]) => {
    const warnings: string[] = [];
    const watch = watchLabels((message) => void warnings.push(message));
    for (const answer of answers) watch(answer);
    return warnings;
  };
  const at = (x: number, y = 0) => targets(2000, () => ({ __meta_inventory_seen: `${x}`, rev: `${y}` }));

  test('warns once of a label that changes with each answer, and says what it does', () => {
    expect(watched(at(1), at(2), at(3))).toEqual([]);
    expect(watched(at(1), at(2), at(3), at(4), at(5), at(6))).toEqual([
      expect.stringMatching(/__meta_inventory_seen changed in most targets .* written and read anew/),
    ]);
    expect(watched(at(1), at(1, 1), at(1, 2), at(1, 3))).toEqual([
      expect.stringMatching(/label rev changed .* series of these targets begin anew/),
    ]);
  });

  test('says nothing of one that changes now and then', () => {
    const same = at(3);
    expect(watched(at(1), at(2), at(3), same, same, at(4), at(5))).toEqual([]);
  });
});
