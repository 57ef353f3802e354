import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requirePrometheus, startPrometheus } from './prometheus.ts';
import { waitFor } from './wait-for.ts';

const SELF = 'scrape_configs: [{job_name: self, scrape_interval: 1s, static_configs: [{targets: ["HOST"]}]}]';
const binaries = await requirePrometheus();

describe.each(binaries)('Prometheus $version', (binary) => {
  test('scrapes, answers, and is gone after stop', async () => {
    const target = createServer((_incoming, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4').end('answer 42\n');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void target.close());
    await new Promise((resolve) => target.once('listening', resolve));
    const host = `127.0.0.1:${(target.address() as AddressInfo).port}`;
    const prometheus = await startPrometheus(binary, { yaml: SELF.replace('HOST', host) });
    onTestFinished(() => prometheus.stop());

    await waitFor('the target to be up', async () => {
      const [only] = await prometheus.activeTargets('self');
      return only?.health === 'up';
    });

    const { result } = await prometheus.api<{ result: { value: [number, string] }[] }>('query?query=answer');
    expect(result.map(({ value }) => value[1])).toEqual(['42']);
    expect(await prometheus.activeTargets('another')).toEqual([]);
    expect(await prometheus.metric('prometheus_no_such_metric')).toBeUndefined();
    expect(await prometheus.metric('prometheus_ready')).toBe(1);
    await expect(prometheus.api('query?query=)')).rejects.toThrow('parse error');
    await prometheus.stop();
    await expect(fetch(`${prometheus.url}/-/ready`)).rejects.toThrow();
  });

  test('a configuration it refuses fails the start with its own words', async () => {
    await expect(startPrometheus(binary, { yaml: 'scrape_configs: 7' })).rejects.toThrow('cannot unmarshal');
  });
});
