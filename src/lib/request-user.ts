// Who sent a request: noted by the gate that checked it, read by the routes behind it.

import type { IncomingMessage } from 'node:http';

const users = new WeakMap<IncomingMessage, string>();

export function noteUser(request: IncomingMessage, user: string): void {
  users.set(request, user);
}

/** The user whose password was right; undefined while no users are configured. */
export function userOf(request: IncomingMessage): string | undefined {
  return users.get(request);
}
