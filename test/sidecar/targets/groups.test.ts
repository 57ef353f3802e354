import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTargetGroups, writeTargetGroups } from '../../../src/model/target-group.ts';
import { readSensors } from '../../../src/sidecar/sensors/reading.ts';
import { groupTargets } from '../../../src/sidecar/targets/groups.ts';
import { targetsOf } from '../../../src/sidecar/targets/target.ts';
import { mappingOf } from '../../helpers/mapping.ts';

const DEFAULTS = { port: 9100, path: '/metrics', labels: {} };
const build = (answer: readonly unknown[], defaults = {}) =>
  groupTargets(targetsOf(readSensors(answer, mappingOf()).sensors, { ...DEFAULTS, ...defaults }));

test('a list of names is one group without labels, each with the default port', () => {
  expect(build(['b', 'a:80', '::1'])).toEqual([{ targets: ['[::1]:9100', 'a:80', 'b:9100'], labels: {} }]);
});

test('equal sets of labels are one group, whatever the order of names and sensors', () => {
  const answer = [
    { name: 'c', labels: { y: '2', x: '1' } },
    { name: 'a', labels: { x: '2' } },
    { name: 'b', labels: { x: '1', y: '2' } },
  ];
  const groups = build(answer);
  expect(groups).toEqual([
    { targets: ['b:9100', 'c:9100'], labels: { x: '1', y: '2' } },
    { targets: ['a:9100'], labels: { x: '2' } },
  ]);
  expect(build(answer.toReversed())).toEqual(groups);
});

test('a label of the sensor wins over TARGET_LABELS, and then shares the group of those who got it by default', () => {
  const labels = { env: 'prod' };
  const answer = [{ name: 'a', labels: { env: 'prod' } }, 'b', { name: 'c', labels: { env: 'test' } }];
  expect(build(answer, { labels })).toEqual([
    { targets: ['a:9100', 'b:9100'], labels: { env: 'prod' } },
    { targets: ['c:9100'], labels: { env: 'test' } },
  ]);
});

test('METRICS_PATH is written only when it is not the default of Prometheus, and the path of a sensor wins', () => {
  expect(build(['a'], { path: '/m' })[0]?.labels).toEqual({ __metrics_path__: '/m' });
  expect(build(['a'])[0]?.labels).toEqual({});
  expect(build([{ name: 'a', path: '/own' }], { path: '/m' })[0]?.labels).toEqual({
    __metrics_path__: '/own',
  });
  expect(build([{ name: 'a', path: '/metrics' }], { path: '/m' })[0]?.labels).toEqual({
    __metrics_path__: '/metrics',
  });
});

test('exact duplicates are merged', () => {
  expect(build(['a', 'a:9100', 'a'])).toEqual([{ targets: ['a:9100'], labels: {} }]);
});

test('a group of http_sd without targets adds none', () => {
  expect(build([{ targets: [] }])).toEqual([]);
});

test('property: every order of the same sensors gives the same text, which Prometheus takes', () => {
  const host = fc.constantFrom('a', 'b', 'c.d', '10.0.0.1', '::1');
  const labels = fc.dictionary(fc.constantFrom('x', 'y', 'env'), fc.string(), { noNullPrototype: true });
  const sensor = fc.record({ host, labels }, { noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(sensor), (sensors) => {
      const text = writeTargetGroups(build(sensors, { labels: { env: 'prod' } }));
      expect(writeTargetGroups(build(sensors.toReversed(), { labels: { env: 'prod' } }))).toBe(text);
      const targets = parseTargetGroups(text).flatMap((group) =>
        group.targets.map((t) => JSON.stringify([t, group.labels])),
      );
      expect(new Set(targets).size).toBe(targets.length);
    }),
  );
});
