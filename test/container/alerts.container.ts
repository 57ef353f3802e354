// Each alert fires once for real: our rules, sixty times as fast, in the containers of docker-compose.yml.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { demoConfig } from '../../tools/demo/prometheus-config.ts';
import { type Alert, quickRules } from '../helpers/quick-rules.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { type ComposeProject, startProject } from './compose-project.ts';
import { docker, killProcess } from './docker.ts';

const SENSORS = 100;
const FIRES_MS = 180_000;

let dir: TempDir;
let project: ComposeProject;

beforeAll(async () => {
  dir = await tempDir('alerts');
  await mkdir(join(dir.path, 'rules'));
  await writeFile(join(dir.path, 'rules', 'inventory-sd.yml'), await quickRules());
  await cp('prometheus/rules/mini-tsdb.yml', join(dir.path, 'rules', 'mini-tsdb.yml'));
  await writeFile(join(dir.path, 'prometheus.yml'), await quickConfig());
  await writeFile(join(dir.path, 'compose.yml'), override(dir.path));
  project = await startProject({
    files: ['docker-compose.yml', join(dir.path, 'compose.yml')],
    settings: {
      UPDATE_INTERVAL: '1s',
      INVENTORY_TIMEOUT: '3s',
      INVENTORY_RETRIES: '0',
      STALE_AFTER: '5s',
      MAX_TARGETS: String(SENSORS + 50),
    },
  });
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(await project.logs());
});

afterAll(async () => {
  await project?.remove();
  await dir?.remove();
});

async function quickConfig(): Promise<string> {
  return demoConfig(await readFile('prometheus/demo.yml', 'utf8'), {}, '1s');
}

// Compose puts a volume in the place of the one with the same path.
function override(folder: string): string {
  return `services:
  prometheus:
    volumes:
      - ${folder}/prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - ${folder}/rules:/etc/prometheus/rules:ro
`;
}

/** Waits until the alert fires. @returns what it says. */
async function fires(alert: string): Promise<Alert> {
  return waitFor(
    `${alert} to fire`,
    async () => {
      const alerts = await listAlerts();
      const found = alerts.find(({ labels, state }) => labels.alertname === alert && state === 'firing');
      if (found === undefined)
        throw new Error(alerts.map(({ labels, state }) => `${labels.alertname} ${state}`).join());
      expect(Object.values(found.annotations).join()).not.toMatch(/<no value>|<error|NaN/);
      return found;
    },
    FIRES_MS,
  );
}

/** Waits until the alert is no more, not even pending. */
async function ends(alert: string): Promise<void> {
  await waitFor(
    `${alert} to end`,
    async () => (await listAlerts()).every(({ labels }) => labels.alertname !== alert),
    FIRES_MS,
  );
}

async function listAlerts(): Promise<readonly Alert[]> {
  const answer = await fetch(`${project.url('PROMETHEUS_PORT')}/api/v1/alerts`);
  return ((await answer.json()) as { data: { alerts: Alert[] } }).data.alerts;
}

async function query(expression: string): Promise<readonly unknown[]> {
  const url = `${project.url('PROMETHEUS_PORT')}/api/v1/query?query=${encodeURIComponent(expression)}`;
  return ((await (await fetch(url)).json()) as { data: { result: unknown[] } }).data.result;
}

async function admin(method: string, path: string, value?: object): Promise<void> {
  const body = value === undefined ? null : JSON.stringify(value);
  const answer = await fetch(`${project.url('INVENTORY_ADMIN_PORT')}${path}`, { method, body });
  expect(answer.status).toBeLessThan(300);
}

const fault = (kind: string, options = {}) =>
  admin('POST', '/faults', { fault: kind, client: 'inventory-sd', ...options });
const heal = () => admin('DELETE', '/faults');

/** Runs a command as root in the folder of the target file, from outside of the sidecar. */
async function inFolder(...command: [string, ...string[]]): Promise<void> {
  const [program, ...args] = command;
  const volume = ['-v', `${project.name}_targets:/shared`, '--entrypoint', program];
  await docker(['run', '--rm', '--user=0', ...volume, `${project.name}-inventory-sd`, ...args]);
}

test('none fires while all is well', async () => {
  // Longer than any window but those of an hour, which are minutes here.
  const settled = `inventory_sd_targets == ${SENSORS} and time() - process_start_time_seconds > 40`;
  await waitFor('a while', async () => (await query(settled)).length === 1);
  // mini-tsdb may have started after the first scrape of it, and its rules are looked at every 15 s.
  await ends('MiniTsdbDown');
  expect(await listAlerts()).toEqual([]);
});

test.each([
  ['empty', 'InventorySdHeldEmpty', 'keeps the 100 targets'],
  ['half', 'InventorySdHeldShrink', 'no longer lists 50 targets'],
])('an inventory that answers %s: %s', async (kind, alert, says) => {
  await fault(kind);
  const { annotations, labels } = await fires(alert);
  expect(annotations.description).toContain(says);
  expect(labels).toMatchObject({ job: 'inventory-sd', instance: 'inventory-sd:9098' });
  await heal();
  await ends(alert);
});

test('an inventory that grows beyond MAX_TARGETS: InventorySdHeldGrowth', async () => {
  await admin('POST', '/sensors', { count: 100 });
  await fires('InventorySdHeldGrowth');
  await admin('DELETE', '/sensors?count=100');
  await ends('InventorySdHeldGrowth');
});

test('an entry without a host: InventorySdEntriesSetAside', async () => {
  await fault('wrong_shape', { shape: 'mixed' });
  const { annotations, labels } = await fires('InventorySdEntriesSetAside');
  expect(labels.reason).toBe('no_host');
  expect(annotations.summary).toBe('The inventory of inventory-sd:9098 has faulty entries (no_host)');
  await heal();
  await ends('InventorySdEntriesSetAside');
});

test('an inventory that is stopped: InventorySdStale', async () => {
  await project.compose('stop', 'inventory-server');
  const { annotations } = await fires('InventorySdStale');
  expect(annotations.description).toMatch(/no whole, readable answer for \d+/);
  await project.compose('start', 'inventory-server');
  await ends('InventorySdStale');
});

test('an inventory that answers now and then: InventorySdPollsFailing', async () => {
  const moody = setInterval(() => void fault('status', { status: 503, requests: 3 }), 4000);
  try {
    await fires('InventorySdPollsFailing');
  } finally {
    clearInterval(moody);
  }
  await heal();
});

test('a folder that cannot be written: InventorySdFileNotWritten', async () => {
  await inFolder('chmod', '-R', 'a-w', '/shared');
  await admin('POST', '/sensors', { count: 5 });
  const { labels } = await fires('InventorySdFileNotWritten');
  expect(labels.reason).toBe('permission');
  await inFolder('chmod', '-R', 'u+w', '/shared');
  await ends('InventorySdFileNotWritten');
});

test('a process that is killed again and again: InventorySdRestarting', async () => {
  for (let kills = 0; kills < 4; kills += 1) {
    const { Id } = await project.container('inventory-sd');
    const killed = Date.now() / 1000;
    await killProcess(Id, `${project.name}-inventory-sd`);
    const seen = `process_start_time_seconds{job="inventory-sd"} > ${killed}`;
    await waitFor('the sidecar to be scraped again', async () => (await query(seen)).length === 1);
  }
  await fires('InventorySdRestarting');
});

test('a sidecar that is stopped: InventorySdDown', async () => {
  await project.compose('stop', 'inventory-sd');
  await fires('InventorySdDown');
});

test('a first start while the inventory lists nothing: InventorySdNoList', async () => {
  await inFolder('sh', '-c', 'rm -rf /shared/targets.json /shared/.inventory-sd');
  await fault('empty');
  await project.compose('start', 'inventory-sd');
  await fires('InventorySdNoList');
  await ends('InventorySdDown');
  await heal();
  await ends('InventorySdNoList');
});

test('a second writer: InventorySdFileConflict', async () => {
  const write = `setInterval(() => fs.writeFileSync('/shared/targets.json', '[]'), 200)`;
  const stop = 'setTimeout(() => process.exit(0), 20_000)';
  await project.exec('inventory-sd', 'node', '-e', `${write}; ${stop}`);
  await fires('InventorySdFileConflict');
});

test('a job without a target: InventorySdAbsent', async () => {
  const config = join(dir.path, 'prometheus.yml');
  const yaml = await readFile(config, 'utf8');
  await writeFile(config, yaml.replace('"inventory-sd:9098"', ''));
  await project.compose('kill', '-s', 'HUP', 'prometheus');
  await fires('InventorySdAbsent');
});
