// The one temporary folder with everything the demo writes.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Workspace {
  readonly targetsFile: string;
  /** Beside the folder of the target file, as `targets/*.json` in it says. */
  readonly prometheusConfig: string;
  readonly prometheusData: string;
  /** Beside that folder too. */
  readonly miniTsdbConfig: string;
  readonly fleetList: string;
  /** Removes the folder; a second time does nothing. */
  remove(): void;
}

/** Makes the folder. Synchronous, as its removal is: neither can be cut in half by a signal. */
export function makeWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'inventory-sd-demo-'));
  mkdirSync(join(folder, 'targets'));
  return {
    targetsFile: join(folder, 'targets', 'targets.json'),
    prometheusConfig: join(folder, 'prometheus.yml'),
    prometheusData: join(folder, 'prometheus-data'),
    miniTsdbConfig: join(folder, 'mini-tsdb.yml'),
    fleetList: join(folder, 'fleet-list.json'),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
