// What one row of the matrix plays on: an inventory of its own, a sidecar of its own, and the controls beside it.

import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type NaiveUpdater, startNaive } from '../naive.ts';
import {
  expectedTargets,
  startSidecar,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
} from '../stack.ts';
import { CA_FILE, startTlsFront, type TlsFront } from './tls-front.ts';

/** A quarter of them is more than a fifth, and more than three. */
const SENSORS = 24;
export const WANTED = expectedTargets(SENSORS);
/** When the inventory has healed, it lists one more. */
export const HEALED = expectedTargets(SENSORS + 1);

export interface Setting {
  /** The folder of all target files. */
  readonly folder: string;
  /** The bundle of the sidecar. */
  readonly script: string;
}

export interface Stage {
  readonly job: string;
  readonly inventory: TestInventory;
  readonly sidecar: TestSidecar;
  /** Only for a row over TLS. */
  readonly tls: TlsFront | undefined;
  stopInventory(): Promise<void>;
  /** On the same port. */
  startInventory(): Promise<void>;
  stopSidecar(): Promise<void>;
  /** Over the same file. */
  startSidecar(environment?: Environment): Promise<void>;
  /** A second sidecar that is told to believe everything. */
  startBelieving(): Promise<void>;
  startNaive(): Promise<void>;
  readonly naive: NaiveUpdater | undefined;
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

export interface StageOptions {
  readonly job: string;
  readonly environment?: Environment;
  readonly overTls?: boolean;
}

/** The job of the second sidecar of a row. */
export const believingJob = (job: string) => `${job}_believing`;

const POLLS = {
  UPDATE_INTERVAL: '2s',
  // Out of reach of a busy machine: who times out is to do so by the fault.
  INVENTORY_TIMEOUT: '1m',
  INVENTORY_RETRIES: '0',
  INVENTORY_MAX_BYTES: '1MB',
};
const BELIEVING = { ALLOW_EMPTY: 'true', MAX_SHRINK: '100%' };
const NAIVE_INTERVAL_MS = 500;

/** Makes the stage with its inventory; the sidecar is yet to be started. */
export async function makeStage({ folder, script }: Setting, options: StageOptions): Promise<Stage> {
  const { job } = options;
  let inventory = await startTestInventory(SENSORS);
  const tls = options.overTls ? await startTlsFront(inventory.url) : undefined;
  const address = `${tls?.url ?? inventory.url}/inventory`;
  const port = Number(new URL(inventory.url).port);
  let sidecar: TestSidecar | undefined;
  let believing: TestSidecar | undefined;
  let naive: NaiveUpdater | undefined;

  const start = async (name: string, environment: Environment) => {
    const own = join(folder, name);
    await mkdir(own, { recursive: true });
    const all = { ...POLLS, INVENTORY_CA_FILE: tls === undefined ? '' : resolve(CA_FILE), ...environment };
    return startSidecar(address, own, { NODE_COMPILE_CACHE: `${script}.cache`, ...all }, script);
  };

  return {
    job,
    tls,
    get inventory() {
      return inventory;
    },
    get sidecar() {
      if (sidecar === undefined) throw new Error(`the sidecar of ${job} does not run`);
      return sidecar;
    },
    get naive() {
      return naive;
    },
    stopInventory: () => inventory.stop(),
    async startInventory() {
      inventory = await startTestInventory(SENSORS, port);
    },
    stopSidecar: async () => sidecar?.stop(),
    async startSidecar(environment = {}) {
      sidecar = await start(job, { ...options.environment, ...environment });
    },
    async startBelieving() {
      believing = await start(believingJob(job), BELIEVING);
    },
    async startNaive() {
      naive = await startNaive(address, join(folder, `${job}.naive.json`), WANTED, NAIVE_INTERVAL_MS);
    },
    async stop() {
      await Promise.all([sidecar?.stop(), believing?.stop(), naive?.stop()]);
      await Promise.all([tls?.stop(), inventory.stop()]);
    },
  };
}
