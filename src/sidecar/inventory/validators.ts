// What tells one answer from the next.

import { createHash } from 'node:crypto';

/** Kept only while what was read from the answer is in memory. */
export interface Validators {
  /** Where the answer came from: a validator means nothing to any other address. */
  readonly url: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Over the bytes of all pages. */
  readonly digest: string;
}

/** The headers of a request that asks only for something new. */
export function conditions(known: Validators | undefined, url: string): Record<string, string> {
  if (known === undefined || known.url !== url) return {};
  return {
    ...(known.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
}

export function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64');
}

/** The digest of an answer of these pages. */
export function digestOfAll(digests: readonly string[]): string {
  const [only = ''] = digests;
  return digests.length === 1 ? only : digestOf(Buffer.from(digests.join()));
}
