// Whatever the sidecar publishes, promtool takes it.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Labels } from '../../src/model/labels.ts';
import { writeTargetGroups } from '../../src/model/target-group.ts';
import { checkFile } from '../../src/sidecar/targets/check-file.ts';
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

describe('what our own check refuses as a whole, promtool refuses too:', () => {
  const f = (text: string, isTakenBy3 = false) =>
    test(JSON.stringify(text), async () => {
      expect(checkFile(text)).toBeDefined();
      await writeFile(join(dir.path, 'targets', 'sensors.json'), text);
      expect(await verdicts()).toEqual(binaries.map(({ version }) => isTakenBy3 && version.startsWith('3.')));
    });
  f('');
  f('[{"targets":["a:1"]}');
  f('[{"targets":["a:1"]}]]');
  f('\uFEFF[{"targets":["a:1"]}]');
  f('{"targets":["a:1"]}');
  f('[null]');
  f('[{"targets":["a:1"],"_comment":"x"}]');
  f('[{"targets":"a:1"}]');
  f('[{"targets":[1]}]');
  f('[{"targets":["a:1"],"labels":{"n":1}}]');
  f('[{"targets":["a:1"],"labels":{"a-b":"1"}}]', true);
});

test('whatever our own check takes, promtool takes: thousands of odd lists', async () => {
  const odd = fc.string({ unit: 'binary' });
  const often = (...values: string[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: odd });
  const targets = fc.array(often('a:1', '[::1]:9', '_a.b.:65535'), { maxLength: 2 });
  const names = often('site', '__scheme__', '__metrics_path__', '__scrape_interval__', '__scrape_timeout__');
  const values = often('https', '/m', '1m', '10s', '1h30m', '');
  const labels = fc.dictionary(names, fc.oneof(odd, values), { maxKeys: 3 });
  // A timeout without an interval depends on the job.
  const isFit = ({ labels }: { labels: Labels }) => !labels.__scrape_timeout__ || labels.__scrape_interval__;
  const groups = fc.sample(fc.record({ targets, labels }), 5000).filter(isFit);
  const taken = groups.filter((group) => checkFile(writeTargetGroups([group])) === undefined);
  expect(taken.length).toBeGreaterThan(500);
  await writeFile(join(dir.path, 'targets', 'sensors.json'), writeTargetGroups(taken));
  expect(await verdicts()).toEqual(binaries.map(() => true));
});
