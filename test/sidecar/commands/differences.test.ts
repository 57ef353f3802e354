import { describe, expect, test } from 'vitest';
import {
  absenceDifferences,
  fileDifferences,
  scrapeDifferences,
} from '../../../src/sidecar/commands/differences.ts';
import type { ActiveTarget } from '../../../src/sidecar/commands/prometheus-targets.ts';
import type { LabelledTarget } from '../../../src/sidecar/targets/compare.ts';
import { activeTarget } from './scraped.ts';

const target = (address: string, labels = {}): LabelledTarget => ({ address, labels });
const pool = (targets: ActiveTarget[], server = 'http://p', job = 'sensors') => ({
  server,
  job,
  targets,
  isOurs: ({ file }: ActiveTarget) => file === 'targets/targets.json',
});
const NOTHING_KEPT = { graced: new Set<string>() };
const WHERE = { server: 'http://p', job: 'sensors' };

describe('inventory ↔ file', () => {
  test('missing, stale and changed are told apart', () => {
    const inventory = [target('a'), target('b', { site: 'north' }), target('c')];
    const file = [target('b', { site: 'south', rack: '1' }), target('c'), target('d')];
    expect(fileDifferences(inventory, file, NOTHING_KEPT)).toEqual([
      { kind: 'missing_in_file', target: 'a' },
      { kind: 'stale_in_file', target: 'd' },
      {
        kind: 'changed_in_file',
        target: 'b',
        labels: [
          { name: 'site', expected: 'north', found: 'south' },
          { name: 'rack', expected: '', found: '1' },
        ],
      },
    ]);
  });

  test('equal lists have no difference', () => {
    expect(fileDifferences([target('a', { x: '' })], [target('a')], NOTHING_KEPT)).toEqual([]);
  });
});

test('what the guard keeps is told as that, and a grace is no difference', () => {
  const kept = { graced: new Set(['c']), hold: 'since 12:03:11: lost 7' };
  expect(fileDifferences([target('a')], [target('b'), target('c')], kept)).toEqual([
    { kind: 'missing_in_file', target: 'a', detail: kept.hold },
    { kind: 'held_in_file', target: 'b', detail: kept.hold },
  ]);
});

describe('file ↔ Prometheus', () => {
  const f = (what: string, file: LabelledTarget[], active: ActiveTarget[], differences: unknown[]) =>
    test(what, () => expect(scrapeDifferences(file, [pool(active)]).differences).toEqual(differences));

  f('what is scraped well is fine', [target('a')], [activeTarget('a')], []);
  f(
    'a target that the file no longer lists',
    [],
    [activeTarget('a')],
    [{ kind: 'stale_in_prometheus', target: 'a', ...WHERE }],
  );
  f('a target of another file of the job', [], [activeTarget('a', { file: 'targets/other.json' })], []);
  f(
    'a target that two files list, told as that of the other file',
    [target('a')],
    [activeTarget('a', { file: 'targets/other.json' })],
    [],
  );
  f(
    'a label that Prometheus has not read yet',
    [target('a', { site: 'north', __metrics_path__: '/metrics' })],
    [activeTarget('a', { labels: { site: 'south', __metrics_path__: '/metrics', job: 'sensors' } })],
    [
      {
        kind: 'changed_in_prometheus',
        target: 'a',
        labels: [{ name: 'site', expected: 'north', found: 'south' }],
        ...WHERE,
      },
    ],
  );
  f(
    'a meta label that is gone',
    [target('a')],
    [activeTarget('a', { labels: { __meta_inventory_rack: '7' } })],
    [
      {
        kind: 'changed_in_prometheus',
        target: 'a',
        labels: [{ name: '__meta_inventory_rack', expected: '', found: '7' }],
        ...WHERE,
      },
    ],
  );
  f(
    'a job name that the file overwrites',
    [target('a', { job: 'x' })],
    [activeTarget('a', { labels: { job: 'x' }, jobLabel: 'x' })],
    [{ kind: 'job_overwritten', target: 'a', detail: 'job "x" from the file', ...WHERE }],
  );
  f(
    'a job name that relabelling overwrites',
    [target('a')],
    [activeTarget('a', { jobLabel: 'x' })],
    [{ kind: 'job_overwritten', target: 'a', detail: 'job "x" from relabelling', ...WHERE }],
  );
  f(
    'a target that is down',
    [target('a')],
    [activeTarget('a', { health: 'down', lastError: 'refused' })],
    [{ kind: 'down', target: 'a', detail: 'refused', ...WHERE }],
  );
  f(
    'a target that was never scraped',
    [target('a')],
    [activeTarget('a', { health: 'unknown' })],
    [{ kind: 'not_scraped', target: 'a', ...WHERE }],
  );

  test('what no pool has is absent, also when another file lists its address with other labels', () => {
    const file = [target('a'), target('b', { site: 'north' })];
    const other = activeTarget('b', { file: 'targets/other.json', labels: { site: 'south' } });
    expect(scrapeDifferences(file, [pool([other])])).toEqual({
      differences: [],
      absent: file,
      active: 0,
      up: 0,
    });
  });

  test('a target that was never scraped is not up', () => {
    const fresh = activeTarget('a', { health: 'unknown' });
    expect(scrapeDifferences([target('a')], [pool([fresh])])).toMatchObject({ active: 1, up: 0 });
  });

  test('shards are united, and a target that is down on one of two replicas is down', () => {
    const file = [target('a'), target('b'), target('c')];
    const one = pool([activeTarget('a'), activeTarget('b')]);
    const two = pool([activeTarget('b', { health: 'down', lastError: 'no route' })], 'http://q', 'probe');
    expect(scrapeDifferences(file, [one, two])).toEqual({
      differences: [{ kind: 'down', target: 'b', detail: 'no route', server: 'http://q', job: 'probe' }],
      absent: [file[2]],
      active: 2,
      up: 1,
    });
  });
});

test('what nobody scrapes was dropped or is missing', () => {
  const dropped = { at: new Map([['a', WHERE]]), isWhole: true };
  expect(absenceDifferences([target('a'), target('b')], dropped)).toEqual([
    { kind: 'dropped', target: 'a', ...WHERE },
    { kind: 'missing_in_prometheus', target: 'b' },
  ]);
});

test('a server that does not list all it dropped leaves it open', () => {
  expect(absenceDifferences([target('a')], { at: new Map(), isWhole: false })).toEqual([
    {
      kind: 'missing_in_prometheus',
      target: 'a',
      detail: 'or dropped: Prometheus does not list all it dropped (keep_dropped_targets)',
    },
  ]);
});
