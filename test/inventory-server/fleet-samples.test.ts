import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBodies } from '../../inventory-server/fleet/bodies.ts';
import { sensorSamples } from '../../inventory-server/fleet/samples.ts';
import { WINDOW_MS, windowOf } from '../../inventory-server/fleet/window.ts';

const WINDOW = windowOf(Date.UTC(2026, 5, 1));

type Samples = Map<string, number>;

function read(seed: number, sensor: string, window: number): Samples {
  const lines = sensorSamples(seed, sensor, window).split('\n');
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = samples.map((line) => /^(.+) (\S+)$/.exec(line) ?? []);
  return new Map(pairs.map(([, series = '', value]) => [series, Number(value)]));
}

function typeOf(seed: number, sensor: string): Map<string, string> {
  return new Map(
    [...sensorSamples(seed, sensor, WINDOW).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((m) => [
      m[1] ?? '',
      m[2] ?? '',
    ]),
  );
}

function growing(series: string, types: Map<string, string>): boolean {
  const name = series.replace(/\{.*/, '');
  return types.get(name) === 'counter' || types.get(name.replace(/_(bucket|sum|count)$/, '')) === 'histogram';
}

test('the same seed, sensor and window give the same bytes, any other does not', () => {
  const text = sensorSamples(1, 'sensor_0', WINDOW);
  expect(sensorSamples(1, 'sensor_0', WINDOW)).toBe(text);
  expect(sensorSamples(2, 'sensor_0', WINDOW)).not.toBe(text);
  expect(sensorSamples(1, 'sensor_1', WINDOW)).not.toBe(text);
  expect(sensorSamples(1, 'sensor_0', WINDOW + 1)).not.toBe(text);
});

test('the bytes are those of every earlier version: stores keep them over an upgrade of the fleet', () => {
  const samples = read(1, 'sensor_0', WINDOW);
  expect([...samples.keys()].at(0)).toBe(
    'sensor_info{model="TH-2",firmware="2.4.1",serial="a621eb19e97ba5c9"}',
  );
  expect(samples.get('sensor_frames_received_total{kind="data"}')).toBe(91067606);
});

test('a window has 15 seconds and begins at a whole multiple of them', () => {
  expect(windowOf(WINDOW * WINDOW_MS)).toBe(WINDOW);
  expect(windowOf(WINDOW * WINDOW_MS + 14_999)).toBe(WINDOW);
  expect(windowOf(WINDOW * WINDOW_MS + 15_000)).toBe(WINDOW + 1);
  expect(WINDOW_MS).toBe(15_000);
});

test('a sensor has 50 series, each under a HELP and a TYPE, none twice, none with a timestamp', () => {
  const text = sensorSamples(1, 'sensor_0', WINDOW);
  const lines = text.split('\n');
  expect(text.endsWith('\n')).toBe(true);
  expect(lines.filter((line) => /^[a-z_]+(\{[^{}]*\})? -?[0-9.]+$/.test(line))).toHaveLength(50);
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toHaveLength(50);
  expect(read(1, 'sensor_0', WINDOW).size).toBe(50);
  const types = typeOf(1, 'sensor_0');
  expect([...text.matchAll(/^# HELP (\S+) .+$/gm)].map((match) => match[1])).toEqual([...types.keys()]);
  expect(new Set(types.values())).toEqual(new Set(['gauge', 'counter', 'histogram']));
});

/** The least and the most a series may say. */
function plausible(series: string): [number, number] {
  if (series.includes('_ratio')) return [0, 1];
  if (series.includes('_celsius')) return [5, 45];
  if (series.includes('_dbm')) return [-95, -40];
  if (series.includes('_offset')) return [-1, 1];
  return [0, 1e12];
}

test('values are finite and plausible in any window', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string(), fc.integer({ min: 0, max: 2 * WINDOW }), (seed, sensor, window) => {
      const samples = read(seed, sensor, window);
      expect(samples.size).toBe(50);
      const odd = [...samples].filter(([series, value]) => {
        const [least, most] = plausible(series);
        return !(value >= least && value <= most);
      });
      expect(odd).toEqual([]);
    }),
  );
});

/** The counters that are lower in `after`. */
function fallen(before: Samples, after: Samples): string[] {
  const types = typeOf(1, 'sensor_0');
  return [...after]
    .filter(([series, value]) => growing(series, types) && !(value >= (before.get(series) ?? Number.NaN)))
    .map(([series]) => series);
}

test('counters and the histogram never fall, window by window and from before the sensor was switched on', () => {
  const days = [Date.UTC(2023, 11, 31, 20), Date.UTC(2024, 7, 11, 4), Date.UTC(2026, 5, 1)];
  for (const sensor of ['sensor_0', 'sensor_1', 'sensor_2']) {
    for (const begin of days.map(windowOf)) {
      const run = Array.from({ length: 1000 }, (_, i) => read(1, sensor, begin + i));
      expect(run.slice(1).flatMap((after, i) => fallen(run[i] as Samples, after))).toEqual([]);
    }
  }
});

test('counters never fall between any two windows, however far apart', () => {
  const window = fc.integer({ min: WINDOW - 8_000_000, max: WINDOW + 8_000_000 });
  fc.assert(
    fc.property(fc.nat(), fc.string(), window, window, (seed, sensor, a, b) => {
      const earlier = read(seed, sensor, Math.min(a, b));
      expect(fallen(earlier, read(seed, sensor, Math.max(a, b)))).toEqual([]);
    }),
  );
});

test('every counter of frames and the histogram really move within a minute', () => {
  const before = read(1, 'sensor_0', WINDOW);
  const after = read(1, 'sensor_0', WINDOW + 4);
  for (const series of [
    'sensor_frames_sent_total{kind="data"}',
    'sensor_received_bytes_total',
    'sensor_measurement_duration_seconds_sum',
  ])
    expect(after.get(series)).toBeGreaterThan(before.get(series) ?? 0);
});

test('the histogram is cumulative, ends in its count, and its sum lies between its bounds', () => {
  const name = 'sensor_measurement_duration_seconds';
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: WINDOW - 100_000, max: WINDOW + 100_000 }),
      (sensor, window) => {
        const samples = read(1, sensor, window);
        const buckets = [...samples]
          .filter(([series]) => series.startsWith(`${name}_bucket`))
          .map(([, value]) => value);
        expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
        expect(buckets).toHaveLength(11);
        const count = samples.get(`${name}_count`) ?? -1;
        expect(samples.get(`${name}_bucket{le="+Inf"}`)).toBe(count);
        expect(samples.get(`${name}_sum`)).toBeGreaterThan(0);
        expect(samples.get(`${name}_sum`)).toBeLessThan(count);
      },
    ),
  );
});

test('a body is prepared once in its window and dropped with it', () => {
  const bodies = createBodies(1);
  const at = WINDOW * WINDOW_MS;
  const body = bodies.get('sensor_0', at);
  expect(bodies.get('sensor_0', at + WINDOW_MS - 1)).toBe(body);
  expect(bodies.stats).toEqual({ prepared: 1, bytes: body.length });
  bodies.expire(at + WINDOW_MS);
  expect(bodies.stats.bytes).toBe(0);
  expect(bodies.get('sensor_0', at + WINDOW_MS).toString()).toBe(sensorSamples(1, 'sensor_0', WINDOW + 1));
});

test('beyond the bound on prepared bytes a body is computed each time', () => {
  const at = WINDOW * WINDOW_MS;
  const bodies = createBodies(1, 6_000);
  const kept = bodies.get('sensor_0', at);
  const other = bodies.get('sensor_1', at);
  expect(bodies.get('sensor_1', at)).not.toBe(other);
  expect(bodies.get('sensor_1', at)).toEqual(other);
  expect(bodies.get('sensor_0', at)).toBe(kept);
  expect(bodies.stats.bytes).toBe(kept.length);
});
