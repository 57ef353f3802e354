import { describe, expect, test } from 'vitest';
import { barLines, lengthsOf, MEASURES } from '../../../tools/load/bars.ts';
import type { Figures } from '../../../tools/load/figures.ts';
import { svgOf } from '../../../tools/load/svg.ts';
import { tableLines } from '../../../tools/load/table.ts';

function figures(door: Figures['door'], clients: number, batch: number, of: Partial<Figures> = {}): Figures {
  return {
    door,
    clients,
    batch,
    success: 1,
    requestsPerSecond: 18_200,
    samplesPerSecond: 18_200 * batch,
    p50: 0.52,
    p95: 1.2,
    p99: 12.3,
    max: 123.4,
    cpuPerRequest: 34.5 * batch,
    cpuPerSample: 34.5 / batch,
    cpuPerSampleAboveParse: 33.9 / batch,
    requestsPerCpuSecond: 28_986 / batch,
    failures: {},
    ...of,
  };
}

const UNKNOWN = {
  samplesPerSecond: undefined,
  p99: undefined,
  cpuPerRequest: undefined,
  cpuPerSample: undefined,
  cpuPerSampleAboveParse: undefined,
  requestsPerCpuSecond: undefined,
};
const ALL = [
  figures('json', 1, 1),
  figures('json', 1000, 10_000, { success: 0.9996 }),
  figures('grpc', 50, 10, { success: 0, ...UNKNOWN }),
];

describe.each([80, 120])('on %i columns', (columns) => {
  test('every line of the table fits, its columns are aligned, each door has a block', () => {
    const lines = tableLines(ALL, columns);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(
      new Set(
        lines
          .filter((line) => /\d|clients/.test(line) && !line.startsWith('POST'))
          .map((line) => line.length),
      ).size,
    ).toBe(1);
    expect(lines.filter((line) => line.includes('clients'))).toHaveLength(2);
    expect(lines[0]).toBe('POST /v1/metrics');
    expect(lines).toContain('gRPC');
  });

  test('every line of the plot fits, and the longest bar fills its place', () => {
    const lines = barLines(ALL, columns);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    const longest = Math.max(
      ...lines.map((line) => Math.max(...(line.match(/█*/g) ?? []).map((bar) => bar.length))),
    );
    expect(longest).toBe(Math.floor((columns - 13) / 3) - 8);
  });
});

test('a share is called 100% only when it is', () => {
  const [, , , first, second] = tableLines(ALL, 80);
  expect(first).toContain(' 100% ');
  expect(second).toContain(' 99.9% ');
});

test('the table of one step', () => {
  expect(tableLines([figures('json', 1, 1)], 80)).toEqual([
    'POST /v1/metrics',
    '                      req samp.   ms   ms   ms  ms CPU µs CPU µs above req /',
    'clients batch taken    /s    /s  p50  p95  p99 max   /req /samp. parse CPU s',
    '      1     1  100% 18.2k 18.2k 0.52 1.20 12.3 123   34.5   34.5  33.9 29.0k',
    '',
  ]);
});

test('bars are logarithmic from a tenth on; what is not known has none', () => {
  const of = (samplesPerSecond: number | undefined) => figures('json', 1, 1, { samplesPerSecond });
  const [throughput] = MEASURES;
  if (throughput === undefined) throw new Error('no measure');
  const lengths = lengthsOf([of(10), of(100), of(1000), of(undefined), of(0)], throughput);
  expect(lengths.map((length) => length?.toFixed(3))).toEqual([
    '0.100',
    '0.550',
    '1.000',
    undefined,
    undefined,
  ]);
  expect(lengthsOf([of(1)], throughput)).toEqual([1]);
  expect(lengthsOf([of(undefined)], throughput)).toEqual([undefined]);
});

test('the picture has a bar for each step and measure within its bounds', () => {
  const svg = svgOf(ALL);
  const [, width = '', height = ''] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  const bars = [...svg.matchAll(/<rect x="(\d+)" y="(\d+)" width="(\d+)"/g)].map((bar) =>
    bar.slice(1).map(Number),
  );
  expect(bars).toHaveLength(ALL.length * MEASURES.length);
  for (const [x = 0, y = 0, wide = 0] of bars) {
    expect(x + wide).toBeLessThan(Number(width));
    expect(y).toBeLessThan(Number(height));
  }
  expect(svg).not.toContain('NaN');
});
