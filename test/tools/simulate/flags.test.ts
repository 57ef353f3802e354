import { expect, test } from 'vitest';
import { readSimulateFlags } from '../../../tools/simulate/flags.ts';

test('the defaults are 20 metrics every 300 ms in one request', () => {
  expect(readSimulateFlags([])).toMatchObject({
    url: 'http://127.0.0.1:9095/',
    door: 'json',
    metrics: 20,
    interval: 300,
    batch: 20,
    clients: 1,
    duration: undefined,
  });
});

test('a rate becomes an interval', () => {
  const f = (...args: string[]) => readSimulateFlags(args)?.interval;
  expect(f('--rate=100')).toBe(200);
  expect(f('--rate=100', '--clients=5')).toBe(1000);
  expect(f('--rate=20000', '--metrics=1000', '--clients=2')).toBe(100);
});

test('help is no run', () => {
  expect(readSimulateFlags(['--help', '--nonsense'])).toBeUndefined();
});

test.each([
  [['--rate=10', '--interval=1s'], '--rate and --interval exclude each other'],
  [
    ['--rate=100000'],
    '--rate=100000 wants more than a round a millisecond; give it more --metrics or --clients',
  ],
  [
    ['--door=gateway', '--metrics=1001'],
    '--door=gateway takes at most 1000 metrics in a request; give it a smaller --batch',
  ],
  [['--url=ftp://x'], '--url begins with ftp:; http: and https: are understood'],
  [['--batch=0'], '--batch is "0", not a whole number from 1 to 10000'],
  [['--clients'], '--clients has no value'],
])('%j: %s', (args, fault) => {
  expect(() => readSimulateFlags(args)).toThrow(`\n  ${fault}`);
});

test('a small batch lets the gateway door take many metrics', () => {
  expect(readSimulateFlags(['--door=gateway', '--metrics=5000', '--batch=500'])).toMatchObject({
    batch: 500,
  });
});
