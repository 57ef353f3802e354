// Whatever the sidecar publishes, promtool takes it.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../helpers/http-server.ts';
import { startNode } from '../helpers/process.ts';
import { checkConfig, requirePrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { startTestInventory, type TestInventory } from './stack.ts';

const binaries = await requirePrometheus();

let dir: TempDir;
let inventory: TestInventory;
let special: TestServer;
beforeAll(async () => {
  dir = await tempDir('published');
  await mkdir(join(dir.path, 'targets'));
  await cp('prometheus/prometheus.yml', join(dir.path, 'prometheus.yml'));
  await cp('prometheus/rules', join(dir.path, 'rules'), { recursive: true });
  inventory = await startTestInventory();
  special = await startTestServer((_, response) => response.end(JSON.stringify(SPECIAL)));
});
afterAll(async () => {
  await special?.stop();
  await inventory?.stop();
  await dir?.remove();
});

const SPECIAL = [
  '::1',
  '[2001:db8::1]:1',
  'under_score.example.com.',
  {
    ip: '10.0.0.1',
    port: '80',
    path: '/a/b',
    scheme: 'https',
    labels: { quote: '"\\\n\u0000', ünïcode: undefined, n: 1 },
  },
  {
    host: 'a',
    labels: { text: 'ünïcode 💡', empty: '', __scrape_interval__: '1m', __scrape_timeout__: '10s' },
  },
];

async function publish(url: string): Promise<string> {
  const file = join(dir.path, 'targets', 'sensors.json');
  // One list replaces another here, whatever the guard thinks of that.
  const env = {
    INVENTORY_URL: url,
    TARGETS_FILE: file,
    TARGET_LABELS: 'env=prod',
    METRICS_PATH: '/m',
    MAX_SHRINK: '100%',
  };
  const program = startNode('src/sidecar.ts', ['once'], { env });
  expect(await program.exit, program.stderr.join()).toEqual({ code: 0, signal: null });
  return readFile(file, 'utf8');
}

async function verdicts(): Promise<boolean[]> {
  const checks = binaries.map((binary) => checkConfig(binary, join(dir.path, 'prometheus.yml')));
  return (await Promise.all(checks)).map(({ ok }) => ok);
}

describe('promtool takes what was published from', () => {
  const f = (name: string, url: () => string, targets: number) =>
    test(name, async () => {
      const text = await publish(url());
      expect(text.match(/:\d+"/g)).toHaveLength(targets);
      expect(await verdicts()).toEqual(binaries.map(() => true));
    });
  f('/inventory', () => `${inventory.url}/inventory`, 100);
  f('/inventory/objects', () => `${inventory.url}/inventory/objects`, 100);
  f('/inventory/http_sd', () => `${inventory.url}/inventory/http_sd`, 100);
  f('a list of everything that is odd and right', () => special.url, 5);
});

test('and it would not take a faulty file', async () => {
  await writeFile(join(dir.path, 'targets', 'sensors.json'), '[{"targets":["a:1"],"labels":{"a-b":1}}]');
  expect(await verdicts()).toEqual(binaries.map(() => false));
});
