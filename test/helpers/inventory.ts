// One sidecar's inventory over a mocked server and a real file, without its loop.

import { join } from 'node:path';
import { createHttpClient, type HttpClient } from '../../src/lib/http-client.ts';
import { readConfig } from '../../src/sidecar/config.ts';
import { type Credentials, createCredentials } from '../../src/sidecar/inventory/credentials.ts';
import type { Page } from '../../src/sidecar/inventory/pages.ts';
import type { Inventory } from '../../src/sidecar/sync.ts';
import { takeOver } from '../../src/sidecar/take-over.ts';

export interface Observed {
  readonly inventory: Inventory;
  /** What the observers were told, in order: `written`, `restored`, `writeFailed no_space`, `retried`. */
  readonly told: string[];
  readonly warnings: string[];
  close(): Promise<void>;
}

/** Takes over `targets.json` in `folder`; the inventory is at `http://inventory.test/list`, without retries. */
export async function observedInventory(
  folder: string,
  environment: Record<string, string> = {},
): Promise<Observed> {
  const config = readConfig({
    INVENTORY_URL: 'http://inventory.test/list',
    TARGETS_FILE: join(folder, 'targets.json'),
    INVENTORY_RETRIES: '0',
    ...environment,
  });
  const told: string[] = [];
  const warnings: string[] = [];
  const client = createHttpClient();
  const observer = {
    requested: () => {},
    retried: () => void told.push('retried'),
    written: () => void told.push('written'),
    restored: () => void told.push('restored'),
    writeFailed: (reason: string) => void told.push(`writeFailed ${reason}`),
  };
  const warn = (message: string) => void warnings.push(message);
  const inventory = await takeOver(config, { client, version: 'test', observer, warn });
  return { inventory, told, warnings, close: () => client.close() };
}

/** Credentials that show nothing. */
export function noCredentials(client: HttpClient): Credentials {
  return createCredentials(readConfig({}).credentialFiles, 'http://inventory.test', client);
}

/** Reads a page that is a list, or an object with `entries` and perhaps `next`, `total` and `partial`. */
export function readList(body: Buffer): Page {
  const answer = JSON.parse(body.toString());
  const { entries, next, total, partial } = Array.isArray(answer) ? { entries: answer } : answer;
  return { entries, next, total, partial };
}
