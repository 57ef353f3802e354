// Binary COPY over a connection: one buffer in, one buffer out.

import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Client } from './connections.ts';

/** @param into a table and its columns. */
export async function copyIn(client: Client, into: string, bytes: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${into} FROM STDIN (FORMAT binary)`));
  await new Promise<void>((resolve, reject) => {
    stream.once('error', reject);
    stream.once('finish', resolve);
    stream.end(bytes);
  });
}

/** @param query must bound what it gives. */
export async function copyOut(client: Client, query: string): Promise<Buffer> {
  const stream = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
