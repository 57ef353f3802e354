// The series of one pretend client, and what they have to say in a round.

import { hashText } from '../../inventory-server/fleet/noise.ts';
import type { Metric } from '../push/pack.ts';
import { createShape, type Shape } from './shapes.ts';

export interface SeriesOptions {
  readonly shape: Shape;
  readonly metrics: number;
  readonly seed: number;
  /** Between rounds, milliseconds. */
  readonly interval: number;
  /** False where times cannot be told by the millisecond. */
  readonly hasTimes: boolean;
}

/** A round of a client: one metric of each series. */
export type NextRound = (nowMs: number) => Metric[];

/** @param client its number. Its series are told from those of others by a label. */
export function createSeries(client: number, options: SeriesOptions): NextRound {
  const { shape, metrics, seed, interval, hasTimes } = options;
  const type = shape === 'counter' ? 'counter' : 'gauge';
  const labels = { client: String(client) };
  const series = Array.from({ length: metrics }, (_, i) => {
    const name = `simulated_${shape}_${i + 1}${type === 'counter' ? '_total' : ''}`;
    return { name, next: createShape(shape, hashText(`${seed} ${client} ${i}`)) };
  });
  let round = 0;
  let last = 0;
  return (nowMs) => {
    // A clock that is set back, or asked twice within a millisecond, must not give a series two values at one time.
    last = Math.max(Math.floor(nowMs), last + 1);
    const timeMs = hasTimes ? last : undefined;
    const seconds = (round * interval) / 1000;
    const said = series.map(
      ({ name, next }) => ({ name, type, labels, timeMs, value: next(round, seconds) }) as const,
    );
    round += 1;
    return said;
  };
}
