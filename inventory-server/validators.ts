// Conditional requests: does the client already have this representation? RFC 9110, sections 8.8 and 13.

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A strong ETag of these bytes. `variant` tells representations apart whose bytes could be equal. */
export function etagOf(bytes: Buffer, variant = ''): string {
  return `"${variant}${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
}

export interface Validators {
  readonly etag: string;
  readonly lastModifiedMs?: number | undefined;
}

/** Whether the answer is 304. If-Modified-Since counts only without If-None-Match. */
export function isNotModified(headers: IncomingHttpHeaders, validators: Validators): boolean {
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return matchesEtag(noneMatch, validators.etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return validators.lastModifiedMs !== undefined && validators.lastModifiedMs <= since;
}

/** If-None-Match compares weakly: `W/"a"` matches `"a"`, `*` matches everything. */
function matchesEtag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  const tags = header.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag.replace(/^W\//, '') === etag);
}
