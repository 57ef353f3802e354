// The real programs on free ports: inventory and fleet in this process, the sidecar as its users start it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFleet } from '../../inventory-server/fleet/start-fleet.ts';
import { startInventoryServer } from '../../inventory-server/inventory-server.ts';
import { createLogger } from '../../src/lib/log.ts';
import { parseTargetGroups } from '../../src/model/target-group.ts';
import type { StatusReport } from '../../src/sidecar/status-report.ts';
import { builtOnce } from '../helpers/built-once.ts';
import { freePort } from '../helpers/free-port.ts';
import { type Program, startNode } from '../helpers/process.ts';
import { waitFor } from '../helpers/wait-for.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const log = createLogger('silent');

export interface TestInventory {
  /** `http://127.0.0.1:PORT`; the forms are at /inventory, /inventory/objects and /inventory/http_sd. */
  readonly url: string;
  readonly adminUrl: string;
  /** Adds (above 0) or removes (below) so many sensors. */
  change(count: number): Promise<void>;
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an inventory server with `sensors` sensors, on a free port unless told. */
export async function startTestInventory(sensors = 100, port = 0): Promise<TestInventory> {
  const settings = { sensors, sensorPort: 9100, sensorPath: '/metrics', pageSize: 1000 };
  const server = await startInventoryServer(
    { ...settings, listenAddress: { ...LOOPBACK, port }, adminAddress: LOOPBACK },
    log,
  );
  const adminUrl = `http://127.0.0.1:${server.adminAddress.port}`;
  const admin = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(adminUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  };
  return {
    url: `http://127.0.0.1:${server.address.port}`,
    adminUrl,
    change: (count) =>
      count > 0 ? admin('POST', '/sensors', { count }) : admin('DELETE', `/sensors?count=${-count}`),
    fault: (fault) => admin('POST', '/faults', fault),
    heal: () => admin('DELETE', '/faults'),
    stop: () => server.stop(),
  };
}

/**
 * Starts the fleet that answers as every sensor of the inventory.
 * @param down names of sensors that cannot be reached. @returns its proxy URL and how to stop it.
 */
export async function startTestFleet(
  inventory: TestInventory,
  down: readonly string[] = [],
): Promise<{ url: string; stop(): Promise<void> }> {
  const settings = {
    listenAddress: LOOPBACK,
    adminUrl: inventory.adminUrl,
    listIntervalMs: 200,
    listFile: undefined,
    seed: 1,
    down: new Set(down),
    slow: new Set<string>(),
    slowDelayMs: 0,
    logLevel: 'silent' as const,
  };
  const fleet = await startFleet(settings, log);
  return { url: `http://127.0.0.1:${fleet.address.port}`, stop: () => fleet.stop() };
}

export interface TestSidecar {
  readonly program: Program;
  readonly url: string;
  readonly file: string;
  /** `host:port` of every target in the file, in its order. */
  targets(): Promise<string[]>;
  status(): Promise<StatusReport>;
  /** The value of `inventory_sd_<series>`. */
  metric(series: string): Promise<number>;
  /** Lets it poll now. @returns the status code of the answer. */
  reload(): Promise<number>;
  stop(): Promise<void>;
}

/** The folder of our programs as they are delivered, and of the pages; built once for all test files. */
export function builtPrograms(): Promise<string> {
  const inputs = ['src', 'inventory-server', 'tools', 'package-lock.json'];
  return builtOnce('programs', inputs, async (folder) => {
    const building = startNode('tools/build.ts', [folder]);
    const { code } = await building.exit;
    if (code !== 0) throw new Error(`cannot build: ${building.stderr.join('\n')}`);
  });
}

/** Starts the sidecar over `folder/targets.json`; it is up when its server listens. */
export async function startSidecar(
  inventoryUrl: string,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  script = 'src/sidecar.ts',
): Promise<TestSidecar> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'targets.json');
  const env = {
    INVENTORY_URL: inventoryUrl,
    TARGETS_FILE: file,
    LISTEN_ADDRESS: `127.0.0.1:${port}`,
    ...environment,
  };
  const program = startNode(script, [], { env });
  await program.line(/"msg":"listening"/);
  return {
    program,
    url,
    file,
    targets: async () => parseTargetGroups(await readFile(file, 'utf8')).flatMap((group) => group.targets),
    status: async () => (await fetch(`${url}/status`)).json() as Promise<StatusReport>,
    metric: (series) => metricOf(url, `inventory_sd_${series}`),
    reload: async () => {
      const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
      await answer.arrayBuffer();
      return answer.status;
    },
    stop: async () => void (await program.stop()),
  };
}

async function metricOf(url: string, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  if (line === undefined) throw new Error(`no ${series}`);
  return Number(line.split(' ').at(-1));
}

/** Waits until the file holds so many targets. */
export function waitForTargets(sidecar: TestSidecar, count: number): Promise<string[]> {
  return waitFor(`${count} targets in the file`, async () => {
    const targets = await sidecar.targets();
    if (targets.length !== count) throw new Error(`${targets.length} targets`);
    return targets;
  });
}

/** The targets of an inventory of `count` sensors, as the file lists them. */
export function expectedTargets(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `sensor_${i}:9100`).sort();
}
