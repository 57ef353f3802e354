// The programs of the demo: how each is started, and what shows that it is up.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quickHeldRules } from './alert-rules.ts';
import type { Launch } from './child.ts';
import { HOST } from './ports.ts';
import { demoConfig, type Moved, withoutPrometheus } from './prometheus-config.ts';
import type { Workspace } from './workspace.ts';

export interface Program {
  readonly name: string;
  /** Of all its listeners; the first one answers `health`. */
  readonly usualPorts: readonly number[];
  launch(ports: readonly number[]): Launch | Promise<Launch>;
  /** The line it prints once it has its ports. */
  readonly listening: RegExp;
  readonly health: string;
}

export const SENSORS = 100;

const POLL = '2s';
// Short, so that an inventory that hangs is seen to be one.
const TIMEOUT = '5s';
// Of scrapes, and of the rules.
const INTERVAL = '2s';
// A held list is on the screen before its alert fires, and the alert is over soon after the hold.
const HELD_ALERTS = { pending: '4s', window: '10s' };

export const inventory: Program = {
  name: 'the inventory',
  usualPorts: [1337, 1339],
  launch: ([port, adminPort]) =>
    ours('inventory-server/server.ts', {
      LISTEN_ADDRESS: `${HOST}:${port}`,
      ADMIN_ADDRESS: `${HOST}:${adminPort}`,
      SENSORS: `${SENSORS}`,
    }),
  listening: /inventory server listens/,
  health: '/healthz',
};

export function fleet(adminPort: number, { fleetList }: Workspace): Program {
  return {
    name: 'the sensor fleet',
    usualPorts: [1338],
    launch: ([port]) =>
      ours('inventory-server/fleet.ts', {
        LISTEN_ADDRESS: `${HOST}:${port}`,
        ADMIN_URL: `http://${HOST}:${adminPort}`,
        LIST_INTERVAL: '1s',
        LIST_FILE: fleetList,
      }),
    listening: /sensor fleet listens/,
    health: '/healthz',
  };
}

export function sidecar(inventoryPort: number, { targetsFile }: Workspace): Program {
  return {
    name: 'inventory-sd',
    usualPorts: [9098],
    launch: ([port]) =>
      ours('src/sidecar.ts', {
        LISTEN_ADDRESS: `${HOST}:${port}`,
        INVENTORY_URL: `http://${HOST}:${inventoryPort}/inventory`,
        TARGETS_FILE: targetsFile,
        UPDATE_INTERVAL: POLL,
        INVENTORY_TIMEOUT: TIMEOUT,
        INVENTORY_RETRIES: '1',
      }),
    listening: /"msg":"listening"/,
    health: '/livez',
  };
}

/** Ports of the programs that are scraped. */
export interface Known {
  readonly inventory: number;
  readonly fleet: number;
  readonly sidecar: number;
}

export function miniTsdb(known: Known, { miniTsdbConfig }: Workspace): Program {
  return {
    name: 'mini-tsdb',
    usualPorts: [9095, 50051],
    async launch([port = 0, grpcPort = 0]) {
      const moved = movedTo({ ...known, miniTsdb: port });
      await writeFile(miniTsdbConfig, demoConfig(withoutPrometheus(await demoYaml()), moved, INTERVAL));
      const args = [
        `--config.file=${miniTsdbConfig}`,
        `--web.listen-address=${HOST}:${port}`,
        `--inventory-sd.url=http://${HOST}:${known.sidecar}`,
        '--web.enable-push',
        '--web.enable-remote-write-receiver',
        `--grpc.listen-address=${HOST}:${grpcPort}`,
      ];
      return ours('src/tsdb.ts', {}, args);
    },
    // The last of its doors.
    listening: /"msg":"listening for gRPC"/,
    health: '/-/ready',
  };
}

export function prometheus(
  binary: string,
  known: Known & { readonly miniTsdb: number },
  workspace: Workspace,
): Program {
  return {
    name: 'Prometheus',
    usualPorts: [9090],
    async launch([port]) {
      const moved = { ...movedTo(known), 'localhost:9090': `${HOST}:${port}` };
      await writeFile(workspace.prometheusConfig, demoConfig(await demoYaml(), moved, INTERVAL));
      await writeRules(dirname(workspace.prometheusConfig));
      const args = [
        `--config.file=${workspace.prometheusConfig}`,
        `--storage.tsdb.path=${workspace.prometheusData}`,
        `--web.listen-address=${HOST}:${port}`,
      ];
      return { file: binary, args, env: {} };
    },
    listening: /Server is ready to receive web requests/,
    health: '/-/ready',
  };
}

function movedTo(ports: Known & { readonly miniTsdb: number }): Moved {
  return {
    'inventory-server:1337': `${HOST}:${ports.inventory}`,
    'inventory-sd:9098': `${HOST}:${ports.sidecar}`,
    'sensor-fleet:1338': `${HOST}:${ports.fleet}`,
    'mini-tsdb:9095': `${HOST}:${ports.miniTsdb}`,
  };
}

async function demoYaml(): Promise<string> {
  return readFile(pathOf('prometheus/demo.yml'), 'utf8');
}

// Where demo.yml names them.
async function writeRules(folder: string): Promise<void> {
  const [held, others] = ['rules/inventory-sd.yml', 'rules/mini-tsdb.yml'];
  await mkdir(join(folder, 'rules'), { recursive: true });
  const yaml = await readFile(pathOf(`prometheus/${held}`), 'utf8');
  await writeFile(join(folder, held), quickHeldRules(yaml, HELD_ALERTS));
  await copyFile(pathOf(`prometheus/${others}`), join(folder, others));
}

function ours(script: string, env: Readonly<Record<string, string>>, flags: readonly string[] = []): Launch {
  return { file: process.execPath, args: [pathOf(script), ...flags], env };
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url));
}
