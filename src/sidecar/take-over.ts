// The start: the list that stands in the file is taken over, so that a restart loses nothing.

import type { HttpClient } from '../lib/http-client.ts';
import type { Config } from './config.ts';
import type { RequestObserver } from './inventory/attempts.ts';
import { createCredentials } from './inventory/credentials.ts';
import { createMapping } from './sensors/mapping.ts';
import { readPage } from './sensors/page.ts';
import type { Inventory, InventorySource } from './sync.ts';
import { NO_CONFLICT } from './targets/conflicts.ts';
import { initialGuardState, standingTargets } from './targets/guard-state.ts';
import { readStanding } from './targets/own-list.ts';
import type { FileObserver } from './targets/publish.ts';
import { readState, stateFileOf } from './targets/state-file.ts';
import { targetsOfGroups } from './targets/target.ts';
import { findTroubles } from './targets/target-troubles.ts';
import { watchLabels } from './targets/volatile-labels.ts';

/** What the program brings to its inventory. */
export interface Means {
  readonly client: HttpClient;
  readonly version: string;
  readonly observer: RequestObserver & FileObserver;
  /** Told what could not be taken over; the program goes on without. */
  warn(message: string): void;
}

/** Makes the inventory of these settings, with the list that stands in its file. */
export async function takeOver(
  config: Config,
  { client, version, observer, warn }: Means,
): Promise<Inventory> {
  for (const trouble of await findTroubles(config.targetsFile)) warn(trouble);
  return {
    ...inventorySource(config, { client, version, observer }),
    limits: config.limits,
    warn,
    watch: watchLabels(warn),
    ...(await takeOverList(config, observer, warn)),
  };
}

/** Where these settings say that the list comes from; nothing is asked or touched yet. */
export function inventorySource(
  config: Config,
  { client, version, observer }: Pick<Means, 'client' | 'version'> & { readonly observer: RequestObserver },
): InventorySource {
  const mapping = createMapping(config);
  return {
    mapping,
    request: {
      client,
      credentials: createCredentials(config.credentialFiles, config.inventoryUrl, client),
      url: config.inventoryUrl,
      userAgent: `inventory-sd/${version}`,
      timeoutMs: config.inventoryTimeoutMs,
      retries: config.inventoryRetries,
      maxBytes: config.inventoryMaxBytes,
      backoffMs: 500,
      observer,
      readPage: (body, source) => readPage(body, mapping, source),
    },
    defaults: { port: config.metricsPort, path: config.metricsPath, labels: config.targetLabels },
    answer: undefined,
  };
}

async function takeOverList(
  { targetsFile: path, updateIntervalMs: intervalMs }: Config,
  observer: FileObserver,
  warn: Means['warn'],
): Promise<Pick<Inventory, 'file' | 'stateFile' | 'guard' | 'judgedAt' | 'grouped'>> {
  const stateFile = await stateFileOf(path);
  const { list: found, own } = await readStanding(path, stateFile.own, warn);
  const targets = found && targetsOfGroups(found.groups);
  const restored = await readState(stateFile, targets, warn);
  // A file without targets is no list that stands, unless the inventory was accepted as empty.
  const standing = targets?.length === 0 ? undefined : targets;
  const guard = restored?.state ?? initialGuardState(standing);
  const stands = standingTargets(guard);
  const published = stands && found;
  return {
    file: {
      path,
      intervalMs,
      observer,
      monotonic: () => performance.now(),
      own: { path: stateFile.own, text: own },
      published,
      conflict: NO_CONFLICT,
    },
    stateFile,
    guard,
    judgedAt: restored === undefined ? {} : { wall: restored.savedAt },
    grouped: stands && published && { targets: stands, groups: published.groups },
  };
}
