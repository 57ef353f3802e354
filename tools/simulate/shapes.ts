// How pretend values move: the same seed, series and round always give the same value.

import { noise } from '../../inventory-server/fleet/noise.ts';

export const SHAPES = ['sine', 'walk', 'counter', 'spikes', 'steps'] as const;

export type Shape = (typeof SHAPES)[number];

/** The next value, `seconds` after the first one. It is asked once a round, the rounds numbered from 0 on. */
export type NextValue = (round: number, seconds: number) => number;

const MIDDLE = 50;

/** @param source 32 bits that tell this series from others. */
export function createShape(shape: Shape, source: number): NextValue {
  const values = MAKERS[shape](source);
  return (round, seconds) => Math.round(values(round, seconds) * 1000) / 1000;
}

const MAKERS: Readonly<Record<Shape, (source: number) => NextValue>> = {
  sine(source) {
    const period = 30 + 90 * noise(source, 1, 0);
    const phase = noise(source, 2, 0);
    return (_, seconds) => MIDDLE + 40 * Math.sin(2 * Math.PI * (seconds / period + phase));
  },
  walk(source) {
    let value = 20 + 60 * noise(source, 1, 0);
    return (round) => {
      // Drawn back to the middle a little, so that it stays where a chart shows it.
      value += 4 * (noise(source, 3, round) - 0.5) + (MIDDLE - value) / 100;
      return value;
    };
  },
  counter(source) {
    const most = 1 + 20 * noise(source, 1, 0);
    let value = 0;
    return (round) => {
      value += Math.floor(most * noise(source, 3, round));
      return value;
    };
  },
  spikes(source) {
    return (round) => {
      const quiet = 5 + 5 * noise(source, 3, round);
      return noise(source, 4, round) < 0.02 ? quiet + 90 : quiet;
    };
  },
  steps(source) {
    let level = noise(source, 1, 0);
    return (round) => {
      if (noise(source, 4, round) < 0.05) level = noise(source, 3, round);
      return Math.round(10 * level) * 10;
    };
  },
};
