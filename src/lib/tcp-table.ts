// What the kernel says of a connection: how much of what was sent the other side has not acknowledged yet.

import { readFile } from 'node:fs/promises';

/** The two ends, as `net.Socket` names them. */
export interface Ports {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * `open` · `unacknowledged`: the other side has ended, and its kernel has not got all yet · `delivered`: it has ended, and
 * its kernel got all · `gone`: there is no such connection, because it was reset or never was.
 */
export type Delivery = 'open' | 'unacknowledged' | 'delivered' | 'gone';

/** Of Linux. Each holds the connections of one address family. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

/** As the kernel writes them: those in which the other side has ended. Source: `net/tcp_states.h` of Linux. */
const ENDED_BY_PEER = ['06', '08', '09', '0B'];

/** @returns undefined on systems without such a table. */
export async function deliveryOf(ports: Ports): Promise<Delivery | undefined> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => undefined)));
  if (tables.every((table) => table === undefined)) return undefined;
  return judgeTable(tables.join('\n'), ports);
}

/** Of several connections with the same two ports, which differ in their addresses, the least certain counts. */
export function judgeTable(table: string, { localPort = 0, remotePort = 0 }: Ports): Delivery {
  const ends = `:${hex(localPort)} [0-9A-F]+:${hex(remotePort)}`;
  const rows = [...table.matchAll(new RegExp(`${ends} ([0-9A-F]{2}) ([0-9A-F]{8}):`, 'g'))];
  if (rows.length === 0) return 'gone';
  if (rows.some(([, state = '']) => !ENDED_BY_PEER.includes(state))) return 'open';
  return rows.every(([, , queued = '']) => Number.parseInt(queued, 16) === 0)
    ? 'delivered'
    : 'unacknowledged';
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
