// What it costs the browser to draw 100,000 points, and a month: no frame paints much, and figures are told.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawn, type GraphSite, NOW, samplesOf, savedCsv, startGraphSite } from './graph-site.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const SERIES = 100;
const POINTS = 1000;
const MONTHS = 10;
/** A line of 1.5 pixels is three of one. */
const STROKES_A_LINE = 3;

let site: GraphSite;
beforeAll(async () => {
  const value = (i: number) => (time: number) => 50 + i + 20 * Math.sin(time / 3e6 + i) + 10 * Math.sin(time);
  site = await startGraphSite([
    ...Array.from({ length: SERIES }, (_, i) => ({
      labels: { __name__: 'many', instance: `host-${i}:9100` },
      samples: samplesOf(NOW - (POINTS - 1) * MINUTE, NOW, MINUTE, value(i)),
    })),
    ...Array.from({ length: MONTHS }, (_, i) => ({
      labels: { __name__: 'month', instance: `host-${i}:9100` },
      samples: samplesOf(NOW - 30 * DAY, NOW, MINUTE / 2, value(i)),
    })),
  ]);
});
afterAll(() => site?.stop());

interface Figures {
  /** Milliseconds of each task over 50 ms, by the clock on the wall: a busy machine makes them long. */
  readonly long: number[];
  /** Milliseconds of processor time of the longest task, and of all of them. */
  readonly longestCpuMs: number;
  readonly cpuMs: number;
  /** Milliseconds from the question to the whole picture. */
  readonly tookMs: number;
  /** Lines painted in one frame, at most. */
  readonly most: number;
  /** Pixels: wider lines than one make the browser slow. */
  readonly widest: number;
}

// Counted by the browser itself: its long tasks, the processor time of each task, the lines it strokes in a frame.
async function draw(page: Page, address: string): Promise<Figures> {
  await page.evaluate(count);
  const browser = page.context().browser() as Browser;
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  const began = performance.now();
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, address);
  await page.locator('.legend li').first().waitFor();
  await drawn(page);
  const tookMs = Math.round(performance.now() - began);
  const tasks = tasksOf((await browser.stopTracing()).toString());
  const { long, perFrame, widest } = await page.evaluate<Counted>('window.counted');
  return {
    long,
    longestCpuMs: Math.round(Math.max(...tasks)),
    cpuMs: Math.round(tasks.reduce((sum, task) => sum + task, 0)),
    tookMs,
    most: Math.max(...perFrame) / STROKES_A_LINE,
    widest,
  };
}

interface Counted {
  readonly long: number[];
  readonly perFrame: number[];
  readonly widest: number;
}

function count(): void {
  const counted = { long: [] as number[], perFrame: [0], widest: 0 };
  Object.assign(window, { counted });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) counted.long.push(Math.round(duration));
  }).observe({ type: 'longtask' });
  const frame = () => {
    counted.perFrame.push(0);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const { stroke } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.stroke = function (path?: Path2D) {
    const last = counted.perFrame.length - 1;
    // What uPlot strokes are its own axes, without a path.
    if (path === undefined) return Reflect.apply(stroke, this, []);
    // Dashed is what of a line is no whole bucket.
    if (this.getLineDash().length === 0) counted.perFrame[last] = (counted.perFrame[last] ?? 0) + 1;
    counted.widest = Math.max(counted.widest, this.lineWidth);
    return Reflect.apply(stroke, this, [path]);
  };
}

/** Saves all points as CSV and tells what it cost. @returns how many. */
async function save(page: Page): Promise<number> {
  const browser = page.context().browser() as Browser;
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  const { text } = await savedCsv(page);
  const tasks = tasksOf((await browser.stopTracing()).toString());
  const longestCpuMs = Math.round(Math.max(...tasks));
  const cpuMs = Math.round(tasks.reduce((sum, task) => sum + task, 0));
  console.log(`CSV of ${text.length} characters`, JSON.stringify({ longestCpuMs, cpuMs }));
  // The head, and nothing after the last.
  return text.split('\r\n').length - 2;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Milliseconds of processor time of each task of the page's thread. */
function tasksOf(trace: string): number[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const mains = traceEvents.filter(({ args }) => args.name === 'CrRendererMain').map(threadOf);
  const tasks = traceEvents.filter(
    (event) => event.name === 'ThreadControllerImpl::RunTask' && mains.includes(threadOf(event)),
  );
  return tasks.map(({ tdur = 0 }) => tdur / 1000);
}

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid}/${tid}`;
}

function until(from: number): string {
  return `from=${new Date(from).toISOString()}&to=${new Date(NOW).toISOString()}`;
}

test.each([
  [`${SERIES} series of ${POINTS} points`, `?q=many&${until(NOW - (POINTS - 1) * MINUTE)}`, SERIES],
  [
    `${SERIES} series of ${POINTS} averages`,
    `?q=many&by=minute&${until(NOW - (POINTS - 1) * MINUTE)}`,
    SERIES,
  ],
  ['a month of samples every 30 s', `?q=month&${until(NOW - 30 * DAY)}`, MONTHS],
])('%s are painted over several frames', async (name, address, series) => {
  const { page, wrong } = await site.open('', { clock: null });
  await page.locator('.empty').waitFor();
  const figures = await draw(page, address);
  console.log(name, JSON.stringify(figures));
  expect(await page.locator('.legend li').count()).toBe(series);
  expect(figures.most).toBeGreaterThan(0);
  expect(figures.most).toBeLessThanOrEqual(5);
  expect(figures.widest).toBe(1);
  expect(await save(page)).toBeGreaterThan(10_000);
  expect(wrong).toEqual([]);
});
