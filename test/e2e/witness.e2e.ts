// Two witnesses of one fleet: a real Prometheus and mini-tsdb scrape what inventory-sd found, and must have seen the same.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServedClient } from '../../inventory-server/fleet/served.ts';
import { WINDOW_MS, windowOf } from '../../inventory-server/fleet/window.ts';
import type { Labels } from '../../src/model/labels.ts';
import { labelsKey } from '../../src/model/labels.ts';
import { demoConfig } from '../../tools/demo/prometheus-config.ts';
import { type MiniTsdb, startMiniTsdb } from '../helpers/mini-tsdb.ts';
import { startNode } from '../helpers/process.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import {
  startSidecar,
  startTestFleet,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
} from './stack.ts';

const SENSORS = 100;
const WINDOWS = 10;
const INTERVAL_MS = 5_000;
/** By when every target has been scraped in a window, however its turn lies. */
const SETTLED_MS = WINDOW_MS - 1_000;

interface Witness {
  readonly name: string;
  readonly url: string;
}

interface Sample {
  readonly metric: Labels;
  readonly value: readonly [number, string];
}

const binaries = await requirePrometheus();
let dir: TempDir;
let inventory: TestInventory;
let fleet: Awaited<ReturnType<typeof startTestFleet>>;
let sidecar: TestSidecar;
let servers: RunningPrometheus[];
let mini: MiniTsdb;
let witnesses: Witness[];

beforeAll(async () => {
  dir = await tempDir('witness');
  await mkdir(join(dir.path, 'targets'));
  inventory = await startTestInventory(SENSORS);
  fleet = await startTestFleet(inventory);
  sidecar = await startSidecar(`${inventory.url}/inventory`, join(dir.path, 'targets'), {
    UPDATE_INTERVAL: '1s',
  });
  const yaml = await config();
  servers = await Promise.all(binaries.map((binary) => startPrometheus(binary, { yaml }, { dir: dir.path })));
  mini = await startMiniTsdb(join(dir.path, 'prometheus.yml'));
  witnesses = [
    ...servers.map(({ version, url }) => ({ name: `Prometheus/${version}`, url })),
    { name: 'mini-tsdb/', url: mini.url },
  ];
});
afterAll(async () => {
  await mini?.stop();
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await sidecar?.stop();
  await fleet?.stop();
  await inventory?.stop();
  await dir?.remove();
});

// The job that asks the inventory itself would scrape every sensor a second time.
async function config(): Promise<string> {
  const moved = {
    'localhost:9090': new URL(sidecar.url).host,
    'inventory-server:1337': new URL(inventory.url).host,
    'inventory-sd:9098': new URL(sidecar.url).host,
    'sensor-fleet:1338': new URL(fleet.url).host,
    'mini-tsdb:9095': new URL(sidecar.url).host,
  };
  const yaml = demoConfig(await readFile('prometheus/demo.yml', 'utf8'), moved, `${INTERVAL_MS}ms`);
  const [guarded = ''] = yaml.split('  # For comparison');
  return guarded.replace(/rule_files:\n(?: +- .*\n)+/, '');
}

async function query(witness: Witness, expression: string, time: number): Promise<unknown> {
  const search = new URLSearchParams({ query: expression, time: String(time / 1000) });
  const answer = await fetch(`${witness.url}/api/v1/query?${search}`);
  const { status, error, data } = (await answer.json()) as {
    status: string;
    error?: string;
    data: { result: unknown };
  };
  if (status !== 'success') throw new Error(`${witness.name}: ${error}`);
  return data.result;
}

/** Values by series; of what tells about the scrape itself only that it is there. */
async function seen(witness: Witness, time: number): Promise<ReadonlyMap<string, string>> {
  const samples = (await query(witness, '{job="sensors"}', time)) as Sample[];
  return new Map(
    samples.map(({ metric, value: [, value] }) => [
      labelsKey(witness.name.startsWith('Prometheus/2.') ? writtenAsBy3(metric) : metric),
      /^(?:up|scrape_.*)$/.test(metric.__name__ ?? '') ? 'there' : value,
    ]),
  );
}

// Prometheus 2 keeps what the sensor writes, 3 and mini-tsdb write the bounds of buckets in one way.
function writtenAsBy3({ le, ...rest }: Labels): Labels {
  return le === undefined ? rest : { ...rest, le: /^\d+$/.test(le) ? `${le}.0` : le };
}

async function waitUntilAllUp(witness: Witness): Promise<void> {
  await waitFor(`${SENSORS} sensors up in ${witness.name}`, async () => {
    const up = (await query(witness, 'up{job="sensors"}', Date.now())) as Sample[];
    const count = up.filter(({ value: [, value] }) => value === '1').length;
    if (count !== SENSORS) throw new Error(`${count} up`);
    return true;
  });
}

test('every witness has all sensors up, and verify finds no difference', async () => {
  for (const witness of witnesses) {
    await waitUntilAllUp(witness);
    const env = { INVENTORY_URL: `${inventory.url}/inventory`, TARGETS_FILE: sidecar.file };
    const verify = startNode('src/sidecar.ts', ['verify', `--prometheus=${witness.url}`, '--job=sensors'], {
      env,
    });
    const { code } = await verify.exit;
    expect({ code, said: verify.stdout.at(-1) }).toEqual({
      code: 0,
      said: expect.stringMatching(/^no difference: /),
    });
  }
});

describe('the fleet says the same to everyone within a window', () => {
  let first: number;

  test(`${WINDOWS} windows, each looked at once: the same series and the same values`, async () => {
    first = windowOf(Date.now()) + 1;
    for (let window = first; window < first + WINDOWS; window++) {
      const time = window * WINDOW_MS + SETTLED_MS;
      // Whoever is late may still be writing.
      await sleep(Math.max(0, time + 2_000 - Date.now()));
      const [expected, ...others] = await Promise.all(witnesses.map((witness) => seen(witness, time)));
      expect(expected?.size).toBeGreaterThan(SENSORS * 30);
      for (const other of others)
        expect(new Map([...other].sort())).toEqual(new Map([...(expected ?? [])].sort()));
    }
  });

  test("each witness' samples are the scrapes that the fleet served it", async () => {
    const [from, to] = [first * WINDOW_MS, (first + WINDOWS - 1) * WINDOW_MS];
    for (const witness of witnesses) {
      const served = await servedTo(witness, from, to);
      const stored = await storedBy(witness, from, to);
      expect([...stored.keys()].sort()).toEqual([...served.keys()].sort());
      for (const [sensor, times] of served) {
        const samples = stored.get(sensor) ?? [];
        expect(samples.length).toBeGreaterThan(10);
        expect(unmatched(times, samples)).toEqual([]);
        expect(unmatched(samples, times)).toEqual([]);
      }
    }
  });

  // What stands near an end may have its other half beyond it.
  const unmatched = (times: readonly number[], others: readonly number[]) =>
    times
      .slice(1, -1)
      .filter((time) => others.filter((other) => Math.abs(other - time) < INTERVAL_MS / 2).length !== 1);

  async function servedTo({ name }: Witness, from: number, to: number): Promise<Map<string, number[]>> {
    const answer = await fetch(`${fleet.url}/served?client=${encodeURIComponent(name)}&since=${from}`);
    const { clients } = (await answer.json()) as { clients: ServedClient[] };
    expect(clients).toHaveLength(1);
    const sensors = clients.flatMap((client) => client.sensors);
    return new Map(
      sensors.map(({ sensor, recent }) => [sensor, recent.map(([time]) => time).filter((time) => time < to)]),
    );
  }

  async function storedBy(witness: Witness, from: number, to: number): Promise<Map<string, number[]>> {
    const selector = `sensor_uptime_seconds{job="sensors"}[${to - from}ms]`;
    const series = (await query(witness, selector, to)) as { metric: Labels; values: [number, string][] }[];
    return new Map(
      series.map(({ metric, values }) => [metric.sensor_id ?? '', values.map(([time]) => time * 1000)]),
    );
  }
});
