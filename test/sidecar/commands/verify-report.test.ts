import { expect, test } from 'vitest';
import type { Difference } from '../../../src/sidecar/commands/differences.ts';
import { describeReport, type VerifyReport } from '../../../src/sidecar/commands/verify-report.ts';

const WHERE = { server: 'http://p:9090', job: 'sensors' };

function report(differences: Difference[], urls = ['http://p:9090'], jobs = ['sensors']): VerifyReport {
  return {
    kind: differences.length === 0 ? 'no_difference' : 'differences',
    inventory: { targets: 3, setAside: 0 },
    file: { path: '/shared/targets.json', targets: 3, graced: 0 },
    prometheus: { servers: urls.map((url) => ({ url, jobs })), active: 3, up: 2 },
    differences,
  };
}

const LISTS = 'inventory 3, /shared/targets.json 3, Prometheus 3 (job sensors), up 2';

test('no difference is one line', () => {
  expect(describeReport(report([]))).toEqual([`no difference: ${LISTS}`]);
});

test('entries set aside and targets in their grace are counted', () => {
  const file = { path: '/t.json', targets: 3, graced: 2 };
  const [line] = describeReport({ ...report([]), inventory: { targets: 1, setAside: 4 }, file });
  expect(line).toContain('inventory 1 (4 set aside), /t.json 3 (2 in their grace), ');
});

test('several jobs are named, each once, and none at all is said', () => {
  const summary = (jobs: string[]) => describeReport(report([], ['http://p:9090', 'http://q:9090'], jobs))[0];
  expect(summary(['a', 'b'])).toContain('Prometheus 3 (jobs a, b), up 2');
  expect(summary([])).toContain('Prometheus 3 (no scrape job has a target of this file), up 2');
});

test('differences are a table in the order of the road, with one line that counts them', () => {
  const differences: Difference[] = [
    { kind: 'down', target: 'sensor_1:9100', detail: 'connection refused', ...WHERE },
    { kind: 'missing_in_file', target: 's:1' },
    {
      kind: 'changed_in_file',
      target: 's:2',
      labels: [
        { name: 'site', expected: 'north', found: '' },
        { name: 'rack', expected: '', found: '7' },
      ],
    },
    {
      kind: 'changed_in_prometheus',
      target: 's:3',
      labels: [{ name: 'site', expected: 'north', found: 'south' }],
      ...WHERE,
    },
  ];
  expect(describeReport(report(differences))).toEqual([
    'difference                   target         scrape job  detail',
    'missing in the file          s:1',
    'label differs in the file    s:2                        site: "north" in the inventory, none in the file; rack: none in the inventory, "7" in the file',
    'label differs in Prometheus  s:3            sensors     site: "north" in the file, "south" in Prometheus',
    'listed but down              sensor_1:9100  sensors     connection refused',
    `4 differences (1 missing in the file, 1 label differs in the file, 1 label differs in Prometheus, 1 listed but down): ${LISTS}`,
  ]);
});

test('with several servers a row says which it is of', () => {
  const lines = describeReport(
    report([{ kind: 'not_scraped', target: 'a', ...WHERE }], ['http://p:9090', 'http://q:9090']),
  );
  expect(lines[1]).toMatch(/^not scraped yet +a +sensors at http:\/\/p:9090$/);
  expect(lines[2]).toMatch(/^1 difference \(1 not scraped yet\): /);
});

test('a few of each kind are shown, and how many more there are', () => {
  const down = Array.from({ length: 25 }, (_, i) => ({ kind: 'down', target: `s:${i}` }) as const);
  const lines = describeReport(report([...down, { kind: 'dropped', target: 'x' }]));
  expect(lines.filter((line) => line.startsWith('listed but down'))).toHaveLength(10);
  expect(lines.slice(-2)).toEqual([
    '… and 15 more listed but down',
    `26 differences (1 dropped by relabelling, 25 listed but down): ${LISTS}`,
  ]);
});

test('nothing that a terminal would obey reaches it, and a long error is cut', () => {
  const detail = `\u001b[2J\nüber ${'x'.repeat(500)}`;
  const [, row = ''] = describeReport(report([{ kind: 'down', target: 'a\u0007', detail, ...WHERE }]));
  expect(row).toMatch(/^listed but down {2}a {7}sensors {6}\[2J über x+$/);
  expect(row.length).toBeLessThan(200);
});
