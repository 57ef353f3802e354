// The name of this process among those that share a queue.

import { hostname } from 'node:os';
import type { Flags } from '../config/flags.ts';

/** The same after a restart, and another for each process of a machine. */
export function consumerOf({ listenAddress: { port } }: Pick<Flags, 'listenAddress'>): string {
  return `${hostname()}:${port || process.pid}`;
}
