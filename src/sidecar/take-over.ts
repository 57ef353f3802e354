// The start: the list that stands in the file is taken over, so that a restart loses nothing.

import { messageOf } from '../lib/errors.ts';
import type { HttpClient } from '../lib/http-client.ts';
import { countTargets } from '../model/target-group.ts';
import type { Config } from './config.ts';
import type { RequestObserver } from './inventory/attempts.ts';
import { readSensors } from './sensors/answer.ts';
import type { Inventory } from './sync.ts';
import type { FileObserver } from './targets/publish.ts';
import { clearLeftovers, type Published, readTargetFile } from './targets/target-file.ts';

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
  await clearLeftovers(config.targetsFile).catch((error: unknown) =>
    warn(`cannot clear leftovers: ${messageOf(error)}`),
  );
  return {
    request: {
      client,
      url: config.inventoryUrl,
      userAgent: `inventory-sd/${version}`,
      timeoutMs: config.inventoryTimeoutMs,
      retries: config.inventoryRetries,
      maxBytes: config.inventoryMaxBytes,
      backoffMs: 500,
      observer,
      readPage: (body, source) => ({ entries: readSensors(body, source), next: undefined, total: undefined }),
    },
    defaults: { port: config.metricsPort, path: config.metricsPath, labels: config.targetLabels },
    file: { path: config.targetsFile, observer, published: await readStanding(config.targetsFile, warn) },
    answer: undefined,
    hold: undefined,
  };
}

// A file without targets is no list that stands: whoever emptied it, nothing would be lost by a better one.
async function readStanding(path: string, warn: Means['warn']): Promise<Published | undefined> {
  try {
    const found = await readTargetFile(path);
    return found === undefined || countTargets(found.groups) === 0 ? undefined : found;
  } catch (error) {
    warn(`${messageOf(error)}; no list stands until a good answer is written`);
    return undefined;
  }
}
