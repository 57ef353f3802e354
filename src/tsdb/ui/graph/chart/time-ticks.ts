// Where the time axis has its marks and what stands at them: round times of the zone, also on days its clocks change.

import { timeOf, wallOf } from '../zone-math.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.4 * DAY;
const YEAR = 365.25 * DAY;

type Unit = 'clock' | 'day' | 'month' | 'year';

interface Step {
  readonly unit: Unit;
  readonly count: number;
  readonly length: number;
}

const STEPS: readonly Step[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => clock(count)),
  ...[1, 2, 5, 10, 15, 30].map((count) => clock(count * SECOND)),
  ...[1, 2, 5, 10, 15, 30].map((count) => clock(count * MINUTE)),
  ...[1, 2, 3, 6, 12].map((count) => clock(count * HOUR)),
  ...[1, 2, 4, 7, 14].map((count): Step => ({ unit: 'day', count, length: count * DAY })),
  ...[1, 2, 3, 6].map((count): Step => ({ unit: 'month', count, length: count * MONTH })),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map(
    (count): Step => ({ unit: 'year', count, length: count * YEAR }),
  ),
];

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MAX_TICKS = 200;

function clock(length: number): Step {
  return { unit: 'clock', count: length, length };
}

export interface Ticks {
  /** Unix milliseconds, ascending. */
  readonly times: readonly number[];
  /** One or two lines each. */
  readonly labels: readonly string[];
}

/** The marks between two times, at most `most` and as many of the rounder ones. */
export function timeTicks(from: number, to: number, zone: string, most: number): Ticks {
  const wanted = (to - from) / Math.max(1, most);
  const step = STEPS.find(({ length }) => length >= wanted) ?? (STEPS.at(-1) as Step);
  const times = [...timesOf(from, to, zone, step)];
  return { times, labels: times.map((time, i) => labelOf(time, times[i - 1], zone, step)) };
}

function* timesOf(from: number, to: number, zone: string, step: Step): Generator<number> {
  let time = firstOf(from, zone, step);
  for (let i = 0; i < MAX_TICKS && time <= to; i++) {
    if (time >= from) yield time;
    time = next(time, zone, step);
  }
}

function firstOf(from: number, zone: string, step: Step): number {
  const wall = wallOf(from, zone);
  if (step.unit === 'clock') return from - (((wall % step.length) + step.length) % step.length);
  return timeOf(floorDate(wall, step), zone);
}

// On a day that is not as long as others the wall clock decides, so that marks stay round.
function next(time: number, zone: string, step: Step): number {
  const wall = wallOf(time, zone);
  if (step.unit !== 'clock') return later(timeOf(nextDate(wall, step), zone), time, step);
  const elapsed = time + step.length - (((wall % step.length) + step.length) % step.length);
  if (wallOf(elapsed, zone) % step.length === 0) return elapsed;
  const round = timeOf(wall - (((wall % step.length) + step.length) % step.length) + step.length, zone);
  return later(round, time, step);
}

function later(found: number, time: number, { length }: Step): number {
  return found > time ? found : time + length;
}

function floorDate(wall: number, { unit, count }: Step): number {
  const date = new Date(wall);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === 'day')
    return dateOf(year, month, day - (count < 7 ? (day - 1) % count : (date.getUTCDay() + 6) % 7));
  if (unit === 'month') return dateOf(year, month - (month % count), 1);
  return dateOf(year - (year % count), 0, 1);
}

function nextDate(wall: number, step: Step): number {
  const date = new Date(floorDate(wall, step));
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (step.unit === 'month') return dateOf(year, month + step.count, 1);
  if (step.unit === 'year') return dateOf(year + step.count, 0, 1);
  const following = dateOf(year, month, day + step.count);
  // Every second or fourth day begins anew with each month.
  return step.count >= 7 || new Date(following).getUTCMonth() === month
    ? following
    : dateOf(year, month + 1, 1);
}

function dateOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

function labelOf(time: number, previous: number | undefined, zone: string, { unit, length }: Step): string {
  const now = new Date(wallOf(time, zone));
  const before = previous === undefined ? undefined : new Date(wallOf(previous, zone));
  const isNewYear = before?.getUTCFullYear() !== now.getUTCFullYear();
  const year = String(now.getUTCFullYear());
  const month = MONTHS[now.getUTCMonth()] as string;
  const day = `${now.getUTCDate()} ${month}`;
  if (unit === 'year') return year;
  if (unit === 'month') return isNewYear ? `${month}\n${year}` : month;
  if (unit === 'day') return isNewYear ? `${day}\n${year}` : day;
  const isNewDay = before === undefined || before.getUTCDate() !== now.getUTCDate() || isNewYear;
  return isNewDay ? `${clockOf(now, length)}\n${day}` : clockOf(now, length);
}

function clockOf(wall: Date, length: number): string {
  const text = wall.toISOString();
  if (length >= MINUTE) return text.slice(11, 16);
  return length >= SECOND ? text.slice(11, 19) : text.slice(14, 23);
}
