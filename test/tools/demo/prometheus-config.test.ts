import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { quickHeldRules } from '../../../tools/demo/alert-rules.ts';
import { demoConfig, withoutPrometheus } from '../../../tools/demo/prometheus-config.ts';
import { checkConfig, requirePrometheus } from '../../helpers/prometheus.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const MOVED = {
  'localhost:9090': '127.0.0.1:1',
  'inventory-server:1337': '127.0.0.1:2',
  'inventory-sd:9098': '127.0.0.1:3',
  'sensor-fleet:1338': '127.0.0.1:4',
  'mini-tsdb:9095': '127.0.0.1:5',
};
const binaries = await requirePrometheus();
const rules = await readFile('prometheus/rules/inventory-sd.yml', 'utf8');
const QUICK = { pending: '4s', window: '10s' };
const demoYml = await readFile('prometheus/demo.yml', 'utf8');

test('puts every address of demo.yml on loopback, scrapes and evaluates more often', () => {
  const config = demoConfig(demoYml, MOVED, '2s');
  for (const place of Object.keys(MOVED)) expect(config).not.toContain(place);
  expect(config).toContain('url: http://127.0.0.1:2/inventory/http_sd');
  expect(config.match(/proxy_url: http:\/\/127\.0\.0\.1:4$/gm)).toHaveLength(2);
  expect(config).toContain('\n  scrape_interval: 2s\n  evaluation_interval: 2s\n');
  expect(config.match(/refresh_interval: .*/g)).toEqual(['refresh_interval: 5m', 'refresh_interval: 2s']);
  expect(config).toContain('files: ["targets/*.json"]');
});

test('changes nothing else', () => {
  const lines = demoYml.split('\n');
  const changed = demoConfig(demoYml, MOVED, '2s')
    .split('\n')
    .filter((line, i) => line !== lines[i]);
  expect(changed).toHaveLength(10);
});

test.each(binaries)('Prometheus $version takes it', async (binary) => {
  const dir = await tempDir('demo-config');
  onTestFinished(() => dir.remove());
  await mkdir(join(dir.path, 'targets'));
  await writeFile(join(dir.path, 'targets', 'targets.json'), '[]');
  await writeFile(join(dir.path, 'prometheus.yml'), demoConfig(demoYml, MOVED, '2s'));
  await mkdir(join(dir.path, 'rules'));
  await writeFile(join(dir.path, 'rules', 'inventory-sd.yml'), quickHeldRules(rules, QUICK));
  await cp('prometheus/rules/mini-tsdb.yml', join(dir.path, 'rules', 'mini-tsdb.yml'));
  const { ok, output } = await checkConfig(binary, join(dir.path, 'prometheus.yml'));
  expect(output).toContain('SUCCESS');
  expect(ok).toBe(true);
});

test('names what demo.yml does not hold any more', () => {
  const f = (yaml: string, want: string) => expect(() => demoConfig(yaml, MOVED, '2s')).toThrow(want);
  f(demoYml.replaceAll('sensor-fleet:1338', 'fleet:1338'), 'it has no sensor-fleet:1338');
  f(
    '',
    'it has no localhost:9090, no inventory-server:1337, no inventory-sd:9098, no sensor-fleet:1338, no mini-tsdb:9095, no scrape_interval, no evaluation_interval',
  );
});

test('the job in which Prometheus scrapes itself can be left out', () => {
  const left = withoutPrometheus(demoYml);
  expect(left).not.toContain('localhost');
  const jobs = (yaml: string) => [...yaml.matchAll(/job_name: (.*)/g)].map(([, name]) => name);
  expect(['prometheus', ...jobs(left)]).toEqual(jobs(demoYml));
  expect(() => withoutPrometheus(left)).toThrow('it has no job prometheus');
});
