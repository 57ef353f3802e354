// The whole road with every real Prometheus of this machine at once: inventory, sidecar, target file, scraped sensors.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoConfig } from '../../tools/demo/prometheus-config.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import {
  expectedTargets,
  startSidecar,
  startTestFleet,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
} from './stack.ts';

const binaries = await requirePrometheus();
const RE_READS = 'prometheus_sd_file_scan_duration_seconds_count';

let dir: TempDir;
let inventory: TestInventory;
let fleet: Awaited<ReturnType<typeof startTestFleet>>;
let sidecar: TestSidecar;
let servers: RunningPrometheus[];
let readsBefore: number[];

beforeAll(async () => {
  dir = await tempDir('road');
  // As after any earlier start of the sidecar: making this folder is an event for Prometheus, once in its life.
  await mkdir(join(dir.path, 'targets', '.inventory-sd'), { recursive: true });
  inventory = await startTestInventory();
  fleet = await startTestFleet(inventory);
  const moved = {
    'inventory-server:1337': new URL(inventory.url).host,
    'sensor-fleet:1338': new URL(fleet.url).host,
  };
  // A refresh of its own every five minutes would be one more re-read on a slow machine.
  const yaml = demoConfig(await readFile('prometheus/demo.yml', 'utf8'), moved, '1s').replace(
    'refresh_interval: 5m',
    'refresh_interval: 1h',
  );
  servers = await Promise.all(binaries.map((binary) => startPrometheus(binary, { yaml }, { dir: dir.path })));
  readsBefore = await Promise.all(servers.map(readsOf));
  sidecar = await startSidecar(`${inventory.url}/inventory`, join(dir.path, 'targets'), {
    UPDATE_INTERVAL: '50ms',
  });
});
afterAll(async () => {
  await sidecar?.stop();
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await fleet?.stop();
  await inventory?.stop();
  await dir?.remove();
});

async function readsOf(server: RunningPrometheus): Promise<number> {
  return waitFor('the first reading of the folder', async () => await server.metric(RE_READS));
}

async function listed(server: RunningPrometheus, job = 'sensors'): Promise<string[]> {
  return (await server.activeTargets(job)).map((target) => target.labels.instance ?? '').sort();
}

function waitUntilListed(server: RunningPrometheus, count: number, job = 'sensors'): Promise<string[]> {
  return waitFor(`${count} targets of ${job} in Prometheus ${server.version}`, async () => {
    const names = await listed(server, job);
    if (names.length !== count) throw new Error(`${names.length} targets`);
    return names;
  });
}

const polls = async (outcome: string) => sidecar.metric(`polls_total{outcome="${outcome}"}`);

describe('the road', () => {
  test('every Prometheus lists all 100 sensors, and all are up', async () => {
    for (const server of servers) {
      expect(await waitUntilListed(server, 100)).toEqual(expectedTargets(100));
      const targets = await waitFor(`100 up in Prometheus ${server.version}`, async () => {
        const up = (await server.activeTargets('sensors')).filter(({ health }) => health === 'up');
        return up.length === 100 ? up : undefined;
      });
      const ids = Array.from({ length: 100 }, (_, i) => `sensor_${i}`);
      expect(targets.map(({ labels }) => labels.sensor_id).sort()).toEqual(ids.sort());
    }
  });

  test('a thousand polls of an unchanged inventory are one write and one re-read', async () => {
    // Fifty at the shortest interval take 2.5 s: most are asked for.
    while ((await polls('unchanged')) < 1000) for (let i = 0; i < 50; i += 1) await sidecar.reload();
    expect(await sidecar.metric('file_writes_total')).toBe(1);
    expect(await polls('failed')).toBe(0);
    for (const [i, server] of servers.entries()) {
      expect(await server.metric(RE_READS), server.version).toBe((readsBefore[i] ?? 0) + 1);
    }
  }, 300_000);

  test('a sensor that was added is in the file after at most two polls, then in Prometheus; one that was removed is gone', async () => {
    for (const [change, count] of [
      [1, 101],
      [-1, 100],
    ] as const) {
      const writes = await sidecar.metric('file_writes_total');
      const reads = await Promise.all(servers.map(readsOf));
      await inventory.change(change);
      await sidecar.reload();
      await sidecar.reload();
      expect(await sidecar.targets()).toEqual(expectedTargets(count));
      for (const server of servers)
        expect(await waitUntilListed(server, count)).toEqual(expectedTargets(count));
      expect(await sidecar.metric('file_writes_total')).toBe(writes + 1);
      expect(await Promise.all(servers.map(readsOf))).toEqual(reads.map((count) => count + 1));
    }
  });

  const wiping = [['empty'], ['null']] as const;
  test.each(wiping)(
    'an inventory that answers %s wipes the unguarded job and none of ours',
    async (fault) => {
      for (const server of servers) await waitUntilListed(server, 100, 'sensors_unguarded');
      await inventory.fault({ fault });
      for (const server of servers) {
        await waitFor(`the unguarded job of Prometheus ${server.version} to lose its targets`, async () => {
          expect(await listed(server)).toHaveLength(100);
          return (await listed(server, 'sensors_unguarded')).length === 0;
        });
      }
      await inventory.heal();
      for (const server of servers) await waitUntilListed(server, 100, 'sensors_unguarded');
    },
  );

  test('a restart of the sidecar while the inventory is down loses nothing', async () => {
    await inventory.fault({ fault: 'reset' });
    await sidecar.stop();
    const reads = await Promise.all(servers.map(readsOf));
    sidecar = await startSidecar(`${inventory.url}/inventory`, join(dir.path, 'targets'), {
      UPDATE_INTERVAL: '200ms',
      INVENTORY_RETRIES: '0',
    });
    await waitFor('failed polls', async () => (await polls('failed')) >= 2);
    expect((await fetch(`${sidecar.url}/readyz`)).status).toBe(200);
    expect(await sidecar.targets()).toEqual(expectedTargets(100));
    for (const server of servers) expect(await listed(server)).toHaveLength(100);
    await inventory.heal();
    await waitFor('a good poll', async () => (await polls('unchanged')) >= 1);
    expect(await sidecar.metric('file_writes_total')).toBe(0);
    expect(await Promise.all(servers.map(readsOf))).toEqual(reads);
  });

  test('no file was ever refused, and the sidecar’s own metrics are scraped', async () => {
    for (const server of servers) {
      expect(await server.metric('prometheus_sd_file_read_errors_total')).toBe(0);
    }
  });
});
