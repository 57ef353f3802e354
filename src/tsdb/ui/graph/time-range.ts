// The span of time that is shown: as it is asked for, moved, made wider, and as people write it.

import { formatDuration, parseDuration } from '../../../lib/duration.ts';
import type { Granularity, TimeRange } from './state.ts';
import { timeOf, wallOf } from './zone-math.ts';

/** Unix milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const PRESETS = ['5m', '15m', '1h', '6h', '1d', '7d', '30d'] as const;

const MIN_MS = 10;
const MAX_MS = 100 * 365 * 86_400_000;

export function spanOf(range: TimeRange, now: number): Span {
  if (range.kind === 'between') return range;
  return { from: now - (parseDuration(range.duration) ?? 0), to: now };
}

/** A length that somebody typed. @returns undefined when it is no duration, or none that can be drawn. */
export function readLast(text: string): TimeRange | undefined {
  const duration = text.trim();
  const length = parseDuration(duration) ?? 0;
  return length >= MIN_MS && length <= MAX_MS ? { kind: 'last', duration } : undefined;
}

/** From one time to another, whichever comes first, wide enough to be drawn. */
export function between(one: number, other: number): TimeRange {
  const from = Math.round(Math.min(one, other));
  return { kind: 'between', from, to: Math.max(Math.round(Math.max(one, other)), from + MIN_MS) };
}

/** The same length, moved by a share of it: -0.5 is half of it back. */
export function moved({ from, to }: Span, share: number): TimeRange {
  const by = (to - from) * share;
  return between(from + by, to + by);
}

/** Made wider (2) or narrower (0.5) around its middle; what ends now still ends now. */
export function scaled(range: TimeRange, now: number, factor: number): TimeRange {
  const { from, to } = spanOf(range, now);
  const length = Math.min(MAX_MS, Math.max(MIN_MS, Math.round((to - from) * factor)));
  if (range.kind === 'last') return { kind: 'last', duration: formatDuration(length) };
  const middle = (from + to) / 2;
  return between(middle - length / 2, middle + length / 2);
}

/** `2026-03-29T02:30:00`: what a field for a date and a time holds. */
export function writeField(time: number, zone: string): string {
  return new Date(wallOf(time, zone)).toISOString().slice(0, 19);
}

/** @returns undefined while the field is not filled in. */
export function readField(text: string, zone: string): number | undefined {
  const wall = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  return Number.isNaN(wall) ? undefined : timeOf(wall, zone);
}

const LENGTHS = { raw: 0, minute: 60_000, hour: 3_600_000 };

/** Where the bucket that begins at a time ends: a day ends at the next midnight of the zone. */
export function bucketEnd(begin: number, granularity: Granularity, zone: string): number {
  if (granularity !== 'day') return begin + LENGTHS[granularity];
  const date = new Date(wallOf(begin, zone));
  date.setUTCHours(24, 0, 0, 0);
  return timeOf(date.getTime(), zone);
}
