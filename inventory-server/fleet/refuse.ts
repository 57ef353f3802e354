// A plain text answer that says why there is no other.

import type { ServerResponse } from 'node:http';

export function refuse(
  response: ServerResponse,
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(`${reason}\n`);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(body.length),
    ...headers,
  });
  response.end(body);
}
