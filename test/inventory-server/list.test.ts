import { describe, expect, test } from 'vitest';
import { createSensorList, MAX_SENSORS } from '../../inventory-server/list.ts';

const NOON = Date.parse('2026-01-01T12:00:00.700Z');
const list = (count: number) => createSensorList(count, () => NOON);

test('begins at revision 1 with sensor_0 and so on', () => {
  expect(list(2).current()).toEqual({
    number: 1,
    names: ['sensor_0', 'sensor_1'],
    changedAtMs: Date.parse('2026-01-01T12:00:00Z'),
  });
});

test('every change has a revision and a second of its own', () => {
  const sensors = list(1);
  const times = [sensors.current(), sensors.addFree(1), sensors.addFree(1)];
  expect(times.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(times.map(({ changedAtMs }) => (changedAtMs - (times[0]?.changedAtMs ?? 0)) / 1000)).toEqual([
    0, 1, 2,
  ]);
});

test('a revision that was handed out never changes', () => {
  const sensors = list(3);
  const before = sensors.current();
  sensors.removeLast(1);
  sensors.remove('sensor_0');
  sensors.add(['x']);
  expect(before.names).toEqual(['sensor_0', 'sensor_1', 'sensor_2']);
  expect(sensors.current().names).toEqual(['sensor_1', 'x']);
});

describe('what changes nothing keeps the revision', () => {
  test.each<[string, (sensors: ReturnType<typeof list>) => unknown]>([
    ['an equal list', (sensors) => sensors.set(['sensor_0'])],
    ['adding nothing', (sensors) => sensors.add([])],
    ['removing the last of none', (sensors) => list(0).removeLast(1) && sensors.removeLast(0)],
    [
      'a name that is not there',
      (sensors) => expect(() => sensors.remove('x')).toThrow('there is no sensor "x"'),
    ],
  ])('%s', (_, change) => {
    const sensors = list(1);
    change(sensors);
    expect(sensors.current().number).toBe(1);
  });
});

test('holds a million sensors and not one more', () => {
  const sensors = list(MAX_SENSORS - 1);
  expect(sensors.addFree(1).names.at(-1)).toBe('sensor_999999');
  expect(() => sensors.addFree(1)).toThrow('cannot add 1 sensors: there is room for 0, at most 1000000');
  expect(() => sensors.add(['x'])).toThrow('there is room for 0');
  expect(sensors.current().number).toBe(2);
});
