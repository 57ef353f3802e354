import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { type ComposeProject, startProject } from './compose-project.ts';
import { docker } from './docker.ts';
import { activeTargets } from './scraped-targets.ts';

const FILE = 'examples/compose.yml';
const INVENTORY = `inventory-sd-test-${process.pid}/own-inventory`;

let project: ComposeProject;

beforeAll(async () => {
  await docker(['build', '-q', '--target', 'inventory-server', '-t', INVENTORY, '.']);
  project = await startProject({
    files: [FILE],
    settings: { INVENTORY_URL: 'http://own-inventory:1337/inventory', UPDATE_INTERVAL: '2s' },
  });
});

afterAll(async () => {
  await docker(['rm', '-f', '-v', `${project?.name}-inventory`]).catch(() => {});
  await project?.remove();
  await docker(['image', 'rm', '-f', INVENTORY]);
});

test('it does not start without the address of an inventory', async () => {
  const config = docker(['compose', '--env-file', '/dev/null', '-f', FILE, 'config']);
  await expect(config).rejects.toThrow('set it to the address of your inventory');
});

test('it waits for the inventory, and then Prometheus lists its sensors', async () => {
  const prometheus = project.url('PROMETHEUS_PORT');
  const ready = () => fetch(`${project.url('INVENTORY_SD_PORT')}/readyz`);
  expect((await ready()).status).toBe(503);

  const place = ['--name', `${project.name}-inventory`, '--network', `${project.name}_monitoring`];
  await docker(['run', '-d', ...place, '--network-alias', 'own-inventory', '-e', 'SENSORS=7', INVENTORY]);

  await waitFor('the sidecar to be ready', async () => (await ready()).status === 200);
  const targets = await waitFor('7 targets', async () => {
    const found = await activeTargets(prometheus, 'sensors');
    return found.length === 7 && found;
  });
  expect(targets.map(({ labels }) => labels.sensor_id).sort()).toEqual(
    Array.from({ length: 7 }, (_, i) => `sensor_${i}`),
  );
});
