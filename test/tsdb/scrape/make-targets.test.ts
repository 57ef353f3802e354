import { describe, expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import { compileRegexp } from '../../../src/model/regexp.ts';
import type { RelabelConfig } from '../../../src/model/relabel.ts';
import { makeTargets, type TargetConfig } from '../../../src/tsdb/scrape/make-targets.ts';

const CONFIG: TargetConfig = {
  jobName: 'sensors',
  intervalMs: 15_000,
  timeoutMs: 10_000,
  metricsPath: '/metrics',
  scheme: 'http',
  params: {},
  relabelConfigs: [],
};

function rule(over: Partial<RelabelConfig>): RelabelConfig {
  return {
    action: 'replace',
    sourceLabels: [],
    separator: ';',
    regex: compileRegexp('(.*)'),
    modulus: 0,
    targetLabel: '',
    replacement: '$1',
    ...over,
  };
}

function make(labels: Labels, config: Partial<TargetConfig> = {}, address = 'a:9100') {
  return makeTargets([{ targets: [address], labels }], { ...CONFIG, ...config });
}

function only(labels: Labels, config: Partial<TargetConfig> = {}, address?: string) {
  const [target] = make(labels, config, address).targets.values();
  return target;
}

describe('a target', () => {
  test('has its defaults, and none of them where the group says otherwise', () => {
    expect(only({})).toMatchObject({
      labels: { instance: 'a:9100', job: 'sensors' },
      scrapeUrl: { text: 'http://a:9100/metrics' },
      intervalMs: 15_000,
      timeoutMs: 10_000,
      discoveredLabels: {
        __address__: 'a:9100',
        __metrics_path__: '/metrics',
        __scheme__: 'http',
        __scrape_interval__: '15s',
        __scrape_timeout__: '10s',
        job: 'sensors',
      },
    });
    const own = {
      job: 'own',
      instance: 'i',
      __scheme__: 'https',
      __metrics_path__: '/x',
      __scrape_interval__: '1m',
      __scrape_timeout__: '1s',
      __param_m: 'v',
    };
    expect(only(own)).toMatchObject({
      labels: { instance: 'i', job: 'own' },
      scrapeUrl: { text: 'https://a:9100/x?m=v' },
      intervalMs: 60_000,
      timeoutMs: 1000,
    });
  });

  test('takes the default where the label is empty', () => {
    expect(only({ job: '', __metrics_path__: '' })).toMatchObject({
      labels: { job: 'sensors' },
      scrapeUrl: { text: 'http://a:9100/metrics' },
    });
  });

  test.each<[string, Labels, Partial<TargetConfig>, string]>([
    [
      'parameters by name',
      {},
      { params: { b: ['2', '3'], a: ['x y&'] } },
      'http://a:9100/metrics?a=x+y%26&b=2&b=3',
    ],
    [
      'a label replaces the first value',
      { __param_b: '9' },
      { params: { b: ['2', '3'] } },
      'http://a:9100/metrics?b=9&b=3',
    ],
    ['a path without a slash', { __metrics_path__: 'x' }, {}, 'http://a:9100/x'],
    ['a question mark in the path', { __metrics_path__: '/x?y=1' }, {}, 'http://a:9100/x%3Fy=1'],
    ['letters', { __metrics_path__: '/größe (1)%' }, {}, 'http://a:9100/gr%C3%B6%C3%9Fe%20%281%29%25'],
  ])('has a URL: %s', (_, labels, config, url) => {
    expect(only(labels, config)?.scrapeUrl.text).toBe(url);
  });

  test.each<[string, Labels, string, string]>([
    ['no address', {}, '', 'no address'],
    ['a slash', {}, 'a:9100/metrics', 'not a valid hostname'],
    ['no duration', { __scrape_interval__: '1.5s' }, 'a:1', 'error parsing scrape interval'],
    ['a bare number', { __scrape_interval__: '15' }, 'a:1', 'error parsing scrape interval'],
    ['zero', { __scrape_interval__: '0s' }, 'a:1', 'scrape interval cannot be 0'],
    ['a bare zero', { __scrape_timeout__: '0' }, 'a:1', 'scrape timeout cannot be 0'],
    ['a timeout that is too long', { __scrape_timeout__: '16s' }, 'a:1', 'cannot be greater'],
    ['a short interval under the job’s timeout', { __scrape_interval__: '5s' }, 'a:1', 'cannot be greater'],
  ])('is set aside for %s', (_, labels, address, words) => {
    const made = make(labels, {}, address);
    expect(made.targets.size).toBe(0);
    expect(made.faults).toEqual([expect.stringContaining(words)]);
    expect(made.faultCount).toBe(1);
  });

  test('is dropped by a rule, and that is told', () => {
    const made = make({}, { relabelConfigs: [rule({ action: 'drop', sourceLabels: ['job'] })] });
    expect(made.targets.size).toBe(0);
    expect(made.dropped).toEqual([expect.objectContaining({ __address__: 'a:9100', job: 'sensors' })]);
    expect(made.droppedCount).toBe(1);
  });

  test('gets its instance after relabelling', () => {
    const rules = [
      rule({ sourceLabels: ['__address__'], targetLabel: '__address__', replacement: 'other:1' }),
    ];
    expect(only({}, { relabelConfigs: rules })?.labels).toEqual({ instance: 'other:1', job: 'sensors' });
  });
});

describe('the same target', () => {
  const count = (...labels: Labels[]) =>
    makeTargets(
      labels.map((set) => ({ targets: ['a:9100'], labels: set })),
      CONFIG,
    ).targets.size;

  test.each<[string, Labels, Labels, number]>([
    ['equal labels', { a: '1' }, { a: '1' }, 1],
    ['another label', { a: '1' }, { a: '2' }, 2],
    ['another __meta_ label', { __meta_a: '1' }, { __meta_a: '2' }, 1],
    ['another __ label', { __a: '1' }, { __a: '2' }, 2],
    ['another parameter', { __param_a: '1' }, { __param_a: '2' }, 2],
  ])('%s', (_, first, second, targets) => {
    expect(count(first, second)).toBe(targets);
  });

  test('is kept once, however often it stands, and dropped ones are bounded', () => {
    const targets = Array.from({ length: 5000 }, (_, i) => `a:${i}`);
    const keepNone = { ...CONFIG, relabelConfigs: [rule({ action: 'drop', sourceLabels: ['job'] })] };
    const made = makeTargets([{ targets, labels: {} }], keepNone);
    expect(made.droppedCount).toBe(5000);
    expect(made.dropped).toHaveLength(1000);
  });
});

test('what has not changed since the last list is not made again, and what has is', () => {
  const list = (...addresses: string[]) => [{ targets: addresses, labels: { a: '1' } }];
  const before = makeTargets(list('x:1', 'y:1', '', 'a/b'), CONFIG);
  const now = makeTargets(
    [...list('y:1', 'z:1', ''), { targets: ['x:1'], labels: { a: '2' } }],
    CONFIG,
    before,
  );
  const byAddress = (made: typeof now) =>
    new Map([...made.targets.values()].map((target) => [target.labels.instance, target]));
  expect(byAddress(now).get('y:1')).toBe(byAddress(before).get('y:1'));
  expect(byAddress(now).get('x:1')?.labels).toEqual({ a: '2', instance: 'x:1', job: 'sensors' });
  expect([...byAddress(now).keys()].sort()).toEqual(['x:1', 'y:1', 'z:1']);
  expect([before.faultCount, now.faultCount]).toEqual([2, 1]);
});
