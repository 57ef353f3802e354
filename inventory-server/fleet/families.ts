// What a sensor measures: its metric families with their help and, per series, how the value follows from the moment.

import { countOf, type Moment, swing } from './moment.ts';
import { WINDOW_SECONDS } from './window.ts';

/** One series per value of a label; without a label one series. */
interface Series {
  readonly label?: string;
  readonly values: readonly string[];
}

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly series: Series;
  /** `channel` is unique among all series: the same noise is never drawn twice. */
  sample(moment: Moment, channel: number, index: number): number;
}

const PROBES = ['ambient', 'board', 'battery', 'radio'];
const KINDS = ['data', 'ack', 'beacon', 'command'];
const FRAMES_PER_WINDOW = [24, 25, 15, 0.4];
const FRAME_BYTES = 48;
const ONE: Series = { values: [''] };
const MEMORY_BYTES = 262_144;
// Channels of traits that several families share lie above those of the series.
const BATTERY = 1000;

/** Every family but the info and the histogram, in the order of the exposition. */
export const FAMILIES: readonly Family[] = [
  gauge('sensor_boot_time_seconds', 'Unix time at which the sensor was switched on.', ONE, (moment) =>
    moment.age < 0 ? moment.window * WINDOW_SECONDS : moment.bootWindow * WINDOW_SECONDS,
  ),
  gauge('sensor_uptime_seconds', 'Time since the sensor was switched on.', ONE, (moment) =>
    Math.max(0, moment.age * WINDOW_SECONDS),
  ),
  gauge(
    'sensor_temperature_celsius',
    'Temperature by probe.',
    by('probe', PROBES),
    (moment, channel, index) =>
      round(swing(moment, channel, 18 + 4 * index + 3 * moment.trait(channel), 6 - index), 2),
  ),
  gauge('sensor_humidity_ratio', 'Relative humidity of the air.', ONE, (moment, channel) =>
    round(swing(moment, channel, 0.5, 0.25), 4),
  ),
  gauge('sensor_air_pressure_pascals', 'Pressure of the air.', ONE, (moment, channel) =>
    round(swing(moment, channel, 101_325, 900), 0),
  ),
  gauge('sensor_battery_charge_ratio', 'Charge of the battery, 1 is full.', ONE, (moment) =>
    round(charge(moment), 4),
  ),
  gauge('sensor_battery_volts', 'Voltage of the battery.', ONE, (moment, channel) =>
    round(3.1 + charge(moment) + 0.02 * moment.chance(channel), 3),
  ),
  counter('sensor_battery_charge_cycles_total', 'Times the battery was charged.', ONE, (moment) =>
    Math.max(0, Math.floor(dischargeCycles(moment))),
  ),
  gauge('sensor_radio_signal_dbm', 'Strength of the received radio signal.', ONE, (moment, channel) =>
    round(-90 + 40 * moment.trait(channel) + 6 * moment.chance(channel), 0),
  ),
  gauge(
    'sensor_radio_busy_ratio',
    'Share of time a channel was busy.',
    by('channel', ['11', '18', '25']),
    (moment, channel) => round(swing(moment, channel, 0.2, 0.15), 3),
  ),
  counter(
    'sensor_frames_received_total',
    'Radio frames received.',
    by('kind', KINDS),
    (moment, channel, index) => countOf(moment, channel, FRAMES_PER_WINDOW[index] ?? 0),
  ),
  counter('sensor_frames_sent_total', 'Radio frames sent.', by('kind', KINDS), (moment, channel, index) =>
    countOf(moment, channel, 0.9 * (FRAMES_PER_WINDOW[index] ?? 0)),
  ),
  counter('sensor_received_bytes_total', 'Bytes received by radio.', ONE, (moment, channel) =>
    countOf(moment, channel, 64 * FRAME_BYTES),
  ),
  counter('sensor_sent_bytes_total', 'Bytes sent by radio.', ONE, (moment, channel) =>
    countOf(moment, channel, 58 * FRAME_BYTES),
  ),
  counter(
    'sensor_frame_errors_total',
    'Radio frames lost, by reason.',
    by('reason', ['checksum', 'timeout', 'overrun']),
    (moment, channel, index) => countOf(moment, channel, moment.trait(channel) / (4 + 16 * index)),
  ),
  counter(
    'sensor_measurements_total',
    'Measurements taken by probe.',
    by('probe', PROBES),
    (moment, channel) => countOf(moment, channel, 3),
  ),
  gauge('sensor_queued_frames', 'Radio frames that wait to be sent.', ONE, (moment, channel) =>
    Math.floor(moment.chance(channel) ** 4 * 32),
  ),
  gauge('sensor_clock_offset_seconds', 'How far the clock of the sensor is ahead.', ONE, (moment, channel) =>
    round((moment.trait(channel) + 0.1 * moment.chance(channel) - 0.5) / 50, 6),
  ),
  gauge('sensor_memory_size_bytes', 'Memory the sensor has.', ONE, () => MEMORY_BYTES),
  gauge('sensor_memory_free_bytes', 'Memory the sensor does not use.', ONE, (moment, channel) =>
    Math.floor(MEMORY_BYTES * (0.3 + 0.2 * moment.chance(channel))),
  ),
];

function by(label: string, values: readonly string[]): Series {
  return { label, values };
}

function gauge(name: string, help: string, series: Series, sample: Family['sample']): Family {
  return { name, type: 'gauge', help, series, sample };
}

function counter(name: string, help: string, series: Series, sample: Family['sample']): Family {
  return { name, type: 'counter', help, series, sample };
}

// A full battery lasts between 20 and 60 days, and is charged when a fifth is left.
function dischargeCycles(moment: Moment): number {
  const windows = (20 + 40 * moment.trait(BATTERY)) * (86_400 / WINDOW_SECONDS);
  return moment.age / windows + moment.trait(BATTERY + 1);
}

function charge(moment: Moment): number {
  const cycles = dischargeCycles(moment);
  return 1 - 0.8 * (cycles - Math.floor(cycles));
}

// The + 0 turns -0 into 0. Rounding also hides that Math.sin may differ in its last bit between machines.
function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits + 0;
}
