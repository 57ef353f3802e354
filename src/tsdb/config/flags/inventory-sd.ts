// The flags of the sidecar whose state is shown.

import type { FlagTable, FlagValues } from '../../../lib/flag-table.ts';
import { optional, readFileName, readHttpUrl } from '../../../lib/setting-values.ts';

/** Where inventory-sd is, and what it is shown. */
export interface InventorySdFlags {
  /** Without a slash at its end. */
  readonly url: string;
  readonly caFile: string | undefined;
  /** A file that holds `user:password`. */
  readonly basicAuthFile: string | undefined;
}

export const INVENTORY_SD_FLAGS = {
  'inventory-sd.url': {
    default: '',
    read: optional(readSidecarUrl),
    says: 'where inventory-sd is, e.g. http://localhost:9098, to show its state; none: nowhere',
  },
  'inventory-sd.ca-file': {
    default: '',
    read: readFileName,
    says: "certificates that inventory-sd is checked against over https; none: the system's",
  },
  'inventory-sd.basic-auth-file': {
    default: '',
    read: readFileName,
    says: 'a file that holds the user:password that inventory-sd is shown',
  },
} as const satisfies FlagTable;

type Values = FlagValues<typeof INVENTORY_SD_FLAGS>;

export function inventorySdFlags(values: Values): InventorySdFlags | undefined {
  const url = values['inventory-sd.url'];
  if (url === undefined) return undefined;
  const [caFile, basicAuthFile] = [values['inventory-sd.ca-file'], values['inventory-sd.basic-auth-file']];
  return Object.freeze({ url, caFile, basicAuthFile });
}

export function inventorySdConflicts(values: Values): string[] {
  if (values['inventory-sd.url'] !== undefined) return [];
  const files = ['inventory-sd.ca-file', 'inventory-sd.basic-auth-file'] as const;
  return files
    .filter((name) => values[name] !== undefined)
    .map((name) => `--${name} needs --inventory-sd.url`);
}

// It is shown in logs and on pages, so nothing secret belongs there.
function readSidecarUrl(text: string): string {
  if (!URL.canParse(text)) throw new Error('is no URL; write e.g. http://localhost:9098');
  const url = readHttpUrl(text);
  if (/[?#]/.test(url)) throw new Error('has a query; give the address alone, e.g. http://localhost:9098');
  return url.replace(/\/+$/, '');
}
