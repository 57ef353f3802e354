// One sensor at one window: what every sample of it is computed from, and nothing else is.

import { hashText, noise } from './noise.ts';
import { WINDOW_SECONDS } from './window.ts';

export interface Moment {
  readonly window: number;
  /** Hexadecimal, differs between sensors and between seeds. */
  readonly serial: string;
  /** The window in which the sensor was switched on; it is never switched off again. */
  readonly bootWindow: number;
  /** Windows since then; negative before. */
  readonly age: number;
  /** A number in [0, 1) that the sensor keeps for ever. */
  trait(channel: number): number;
  /** A number in [0, 1) for this window. */
  chance(channel: number): number;
}

const WINDOWS_PER_YEAR = (365 * 86_400) / WINDOW_SECONDS;
// 2024-01-01T00:00:00Z: every sensor was switched on in the year that begins here.
const FIRST_BOOT_WINDOW = 1_704_067_200 / WINDOW_SECONDS;
// No window has this number, so traits and chances never meet.
const ALWAYS = -1;
const BOOT = 1;

/** The moment of a sensor in a window. */
export function momentOf(seed: number, sensor: string, window: number): Moment {
  const source = hashText(`${seed}/${sensor}`);
  const bootWindow = FIRST_BOOT_WINDOW + Math.floor(noise(source, BOOT, ALWAYS) * WINDOWS_PER_YEAR);
  return {
    window,
    serial: [source, hashText(`${sensor}/${seed}`)]
      .map((bits) => bits.toString(16).padStart(8, '0'))
      .join(''),
    bootWindow,
    age: window - bootWindow,
    trait: (channel) => noise(source, channel, ALWAYS),
    chance: (channel) => noise(source, channel, window),
  };
}

/**
 * How often something has happened that happens `perWindow` times a window, unevenly. Never falls from one window to
 * the next, because age + chance never does: the jitter is smaller than the step.
 */
export function countOf(moment: Moment, channel: number, perWindow: number): number {
  return moment.age < 0 ? 0 : Math.floor((moment.age + moment.chance(channel)) * perWindow);
}

/** A value that swings once a day around `middle`, with a little noise. */
export function swing(moment: Moment, channel: number, middle: number, amplitude: number): number {
  const day = moment.window / (86_400 / WINDOW_SECONDS) + moment.trait(channel);
  return middle + amplitude * (Math.sin(2 * Math.PI * day) + 0.1 * (moment.chance(channel) - 0.5));
}
