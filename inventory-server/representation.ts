// A document as one client gets it: encoded, with its validators, and not at all when the client has it already.

import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Reply } from '../src/lib/routes.ts';
import type { Body, BodyCache } from './body-cache.ts';
import type { Document } from './documents.ts';
import { chooseEncoding, type Encoding } from './encoding.ts';
import { etagOf, isNotModified, type Validators } from './validators.ts';

export interface Representation extends Validators {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const compress = promisify(gzip);

/** Bytes and headers of `document` in the encoding this client wants. */
export async function represent(
  document: Document,
  headers: IncomingHttpHeaders,
  cache: BodyCache,
): Promise<Representation> {
  const encoding = chooseEncoding(headers['accept-encoding']);
  const body = encoding === 'gzip' ? await gzipBody(document, cache) : await plainBody(document, cache);
  return {
    ...body,
    lastModifiedMs: document.lastModifiedMs,
    headers: headersOf(document, body.etag, encoding),
  };
}

/** 304 when the client has this representation, else 200 with all of it. */
export function replyWith(representation: Representation, headers: IncomingHttpHeaders): Reply {
  if (!isNotModified(headers, representation)) {
    return { status: 200, headers: representation.headers, body: representation.bytes };
  }
  const { 'content-type': _type, 'content-encoding': _encoding, ...rest } = representation.headers;
  return { status: 304, headers: rest, body: '' };
}

export function plainBody(document: Document, cache: BodyCache): Promise<Body> {
  return cache.get(document.revision, `${document.key} identity`, async () => {
    const bytes = document.render();
    return { bytes, etag: etagOf(bytes, document.variant) };
  });
}

function gzipBody(document: Document, cache: BodyCache): Promise<Body> {
  return cache.get(document.revision, `${document.key} gzip`, async () => {
    const plain = await plainBody(document, cache);
    const bytes = await compress(plain.bytes, { level: constants.Z_BEST_SPEED });
    return { bytes, etag: `${plain.etag.slice(0, -1)}-gzip"` };
  });
}

function headersOf(document: Document, etag: string, encoding: Encoding): Record<string, string> {
  return {
    'content-type': 'application/json',
    etag,
    vary: 'Accept-Encoding',
    ...(encoding === 'gzip' && { 'content-encoding': 'gzip' }),
    ...(document.link !== undefined && { link: document.link }),
    ...(document.lastModifiedMs !== undefined && {
      'last-modified': new Date(document.lastModifiedMs).toUTCString(),
    }),
  };
}
