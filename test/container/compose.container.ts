import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StatusReport } from '../../src/sidecar/status-report.ts';
import { grpcClient } from '../helpers/grpc-client.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { type ComposeProject, startProject } from './compose-project.ts';
import { expectConfined } from './confined.ts';
import { killProcess } from './docker.ts';
import { activeTargets, allUp, droppedTargets, watchTargets } from './scraped-targets.ts';

const PROTO = 'test/fixtures/push/data-nexus.proto';
const OURS = ['inventory-server', 'sensor-fleet', 'inventory-sd', 'mini-tsdb'];
const ALL = [...OURS, 'prometheus'];
// Two polls, Prometheus' own 5 s pause before it reads a changed folder, and a scrape interval of 15 s.
const SEEN_MS = 120_000;

let project: ComposeProject;
let prometheus: string;
let miniTsdb: string;

beforeAll(async () => {
  project = await startProject({
    files: ['docker-compose.yml'],
    settings: { UPDATE_INTERVAL: '2s' },
  });
  prometheus = project.url('PROMETHEUS_PORT');
  miniTsdb = project.url('MINI_TSDB_PORT');
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(await project.logs());
});

afterAll(() => project?.remove());

test.each(ALL)('%s becomes healthy', async (service) => {
  expect((await project.container(service)).State.Health?.Status).toBe('healthy');
});

test('Prometheus scrapes all 100 sensors and drops none', async () => {
  await waitFor('100 sensors up', () => allUp(prometheus, 'sensors', 100), SEEN_MS);
  expect(await droppedTargets(prometheus, 'sensors')).toBe(0);
});

test('mini-tsdb scrapes the same 100 sensors, and each scrapes mini-tsdb', async () => {
  await waitFor('100 sensors up', () => allUp(miniTsdb, 'sensors', 100), SEEN_MS);
  expect(await droppedTargets(miniTsdb, 'sensors')).toBe(0);
  const [theirs, ours] = await Promise.all([prometheus, miniTsdb].map(labelsOf));
  expect(ours).toEqual(theirs);
  for (const url of [prometheus, miniTsdb])
    await waitFor('mini-tsdb up', () => allUp(url, 'mini-tsdb', 1), SEEN_MS);
});

test('mini-tsdb reads the target file and cannot write it', async () => {
  const folder = '/etc/prometheus/targets';
  expect(await project.exec('mini-tsdb', 'cat', `${folder}/targets.json`)).toContain('sensor_0:9100');
  await expect(project.exec('mini-tsdb', 'touch', `${folder}/new.json`)).rejects.toThrow(
    'Read-only file system',
  );
});

test('an unchanged client of the gRPC door reaches mini-tsdb from outside', async () => {
  const client = grpcClient(PROTO, 'data_nexus.MetricsService', project.address('MINI_TSDB_GRPC_PORT'));
  try {
    const metric = { name: 'from_outside', value: 75.5, type: 'gauge', labels: { host: 'a' } };
    expect(await client.call('IngestMetric', metric)).toEqual({
      eventId: expect.stringMatching(/^\d+-\d+$/),
    });
  } finally {
    client.close();
  }
  const found = await fetch(`${miniTsdb}/v1/metrics/from_outside?host=a`);
  expect(await found.json()).toMatchObject([{ value: 75.5, labels: { host: 'a' } }]);
});

test('mini-tsdb keeps its samples over a restart', async () => {
  const samples = async (to: number) => {
    const search = `job=sensors&sensor_id=sensor_0&to=${to / 1000}`;
    return (await (await fetch(`${miniTsdb}/v1/metrics/up?${search}`)).json()) as readonly object[];
  };
  const stopped = Date.now();
  const before = await samples(stopped);
  expect(before.length).toBeGreaterThan(0);
  await project.compose('restart', 'mini-tsdb');
  await waitFor('the sensors up again', () => allUp(miniTsdb, 'sensors', 100, stopped), SEEN_MS);
  expect(await samples(stopped)).toEqual(expect.arrayContaining([...before]));
});

test.each(ALL)('%s runs without root, without capabilities, on a file system it cannot change', (service) =>
  expectConfined(project, service),
);

test('the operator asks the running sidecar by its name', async () => {
  expect(await project.exec('inventory-sd', 'inventory-sd', 'show')).toContain('ready: 100 targets');
  expect(await project.exec('inventory-sd', 'inventory-sd', 'reload')).toContain('unchanged');
});

test('the operator verifies the whole road, and what is down is found', async () => {
  const verify = (...options: string[]) =>
    project.exec(
      'inventory-sd',
      'inventory-sd',
      'verify',
      '--prometheus',
      'http://prometheus:9090',
      ...options,
    );
  expect(await verify('--wait', '60s')).toBe(
    'no difference: inventory 100, /shared/targets.json 100, Prometheus 100 (job sensors), up 100\n',
  );
  await project.compose('stop', 'sensor-fleet');
  await waitFor('sensors down', async () => {
    const down = await verify('--json').catch((error: Error) => error.message);
    return /"kind":"down"/.test(down);
  });
  await project.compose('start', 'sensor-fleet');
  await waitFor('100 sensors up again', () => allUp(prometheus, 'sensors', 100), SEEN_MS);
});

test('Prometheus follows sensors that come and go', async () => {
  await admin('POST', '/sensors', { count: 5 });
  await waitFor('105 sensors up', () => allUp(prometheus, 'sensors', 105), SEEN_MS);

  await admin('DELETE', '/sensors?count=15');
  await waitFor('90 sensors up', () => allUp(prometheus, 'sensors', 90), SEEN_MS);

  await admin('PUT', '/sensors', { count: 100 });
  await waitFor('100 sensors up again', () => allUp(prometheus, 'sensors', 100), SEEN_MS);
});

test.each(['gzip_bomb', 'endless'])('a %s fits into the memory of the sidecar', async (fault) => {
  const before = await project.container('inventory-sd');
  await admin('POST', '/faults', { fault, client: 'inventory-sd' }, 201);
  for (let i = 0; i < 3; i += 1) {
    await expect(project.exec('inventory-sd', 'inventory-sd', 'reload')).rejects.toThrow('is larger than');
  }
  await admin('DELETE', '/faults');
  expect(await project.exec('inventory-sd', 'inventory-sd', 'reload')).toContain('ready: 100 targets');
  expect(await project.container('inventory-sd')).toMatchObject({
    RestartCount: before.RestartCount,
    State: { Pid: before.State.Pid, OOMKilled: false },
  });
});

test('a sidecar whose process is killed comes back, and nothing is lost', async () => {
  const before = await project.container('inventory-sd');
  const stopWatching = watchTargets(prometheus, 'sensors');

  await killProcess(before.Id, `${project.name}-inventory-sd`);

  const after = await waitFor('the sidecar to run again', async () => {
    const now = await project.container('inventory-sd');
    return now.State.Running && now.State.Pid !== before.State.Pid && now;
  });
  expect(after).toMatchObject({ Id: before.Id, RestartCount: before.RestartCount + 1 });
  const status = await waitFor('its first poll', () => sidecar((now) => now.inventory.lastSuccess !== null));
  expect(status).toMatchObject({ state: 'ready: 100 targets', fresh: true, file: { targets: 100 } });
  expect(await stopWatching()).toEqual({ least: 100, most: 100 });
});

test('a sidecar that restarts while the inventory is down loses nothing', async () => {
  await project.compose('stop', 'inventory-server');
  const watches = [prometheus, miniTsdb].map((url) => watchTargets(url, 'sensors'));

  const restarted = Date.now();
  await project.compose('restart', 'inventory-sd');

  const status = await waitFor('a failed poll', () => sidecar((now) => now.inventory.lastFailure !== null));
  expect(status).toMatchObject({ ready: true, inventory: { lastSuccess: null }, file: { targets: 100 } });
  for (const url of [prometheus, miniTsdb])
    await waitFor('new scrapes', () => allUp(url, 'sensors', 100, restarted), SEEN_MS);
  for (const stopWatching of watches) expect(await stopWatching()).toEqual({ least: 100, most: 100 });

  await project.compose('start', 'inventory-server');
  await waitFor('the inventory to answer', () => sidecar((now) => now.inventory.lastFailure === null));
});

test('everything else comes up without the inventory and scrapes its old targets', async () => {
  await project.compose('down');
  const begun = Date.now();

  await project.compose('up', '-d', '--wait', 'sensor-fleet', 'inventory-sd', 'prometheus', 'mini-tsdb');

  const running = (await project.compose('ps', '--services')).trim().split('\n').sort();
  expect(running).toEqual(['inventory-sd', 'mini-tsdb', 'prometheus', 'sensor-fleet']);
  for (const url of [prometheus, miniTsdb])
    await waitFor('the old sensors up', () => allUp(url, 'sensors', 100, begun), SEEN_MS);
  const status = await waitFor('a failed poll', () => sidecar((now) => now.inventory.lastFailure !== null));
  expect(status).toMatchObject({ ready: true, file: { targets: 100 } });

  await project.compose('up', '-d', '--wait');
  await waitFor('the inventory to answer', () => sidecar((now) => now.inventory.lastFailure === null));
  expect(await activeTargets(prometheus, 'sensors')).toHaveLength(100);
});

// After the grace of 10 s the engine kills, and the code would be 137.
test('SIGTERM ends every program in time and with exit code 0', async () => {
  await project.compose('stop');
  const ends = await Promise.all(ALL.map(async (service) => (await project.container(service)).State));
  expect(ends.map(({ ExitCode, OOMKilled }) => ({ ExitCode, OOMKilled }))).toEqual(
    ALL.map(() => ({ ExitCode: 0, OOMKilled: false })),
  );
});

async function labelsOf(url: string): Promise<readonly string[]> {
  const targets = await activeTargets(url, 'sensors');
  return targets.map(({ labels }) => JSON.stringify(Object.entries(labels).sort())).sort();
}

async function admin(method: string, path: string, value?: object, status = 200): Promise<void> {
  const body = value === undefined ? null : JSON.stringify(value);
  const answer = await fetch(`${project.url('INVENTORY_ADMIN_PORT')}${path}`, { method, body });
  expect(answer.status).toBe(status);
}

/** For a `waitFor`: the sidecar's status once it is as wanted. */
async function sidecar(wanted: (status: StatusReport) => boolean): Promise<StatusReport | undefined> {
  const answer = await fetch(`${project.url('INVENTORY_SD_PORT')}/status`);
  const status = (await answer.json()) as StatusReport;
  return wanted(status) ? status : undefined;
}
