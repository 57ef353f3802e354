// The pages for people, and the files they are made of.

import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { AppError } from '../../lib/errors.ts';
import type { PageFile } from './page-files.ts';
import type { Asked, Route } from './route.ts';

const PAGES = { targets: 'What is scraped', graph: 'What it says', status: 'The server itself' };
const FIRST = 'targets';

/**
 * Nothing from anywhere else, no inline script, no inline style. No text becomes HTML or a script, but the address of
 * the thread that the pages start.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types thread-address',
].join('; ');

export function pageRoutes(files: ReadonlyMap<string, PageFile>): Route[] {
  const door = (url: string, summary: string, handle: Route['handle']): Route => ({
    methods: ['GET'],
    url,
    tag: 'pages',
    summary,
    handle,
  });
  return [
    { ...door('/', 'Leads to the first page', (_: Asked, reply) => reply.redirect(FIRST)), status: 302 },
    ...Object.entries(PAGES).map(([name, summary]) =>
      door(`/${name}`, summary, (asked: Asked, reply) => send(asked, reply, files, `${name}.html`)),
    ),
    {
      ...door('/assets/:file', 'What the pages are made of', (asked: Asked, reply) =>
        send(asked, reply, files, `assets/${asked.path.file}`),
      ),
      path: { file: Type.String() },
    },
  ];
}

function send({ message }: Asked, reply: FastifyReply, files: ReadonlyMap<string, PageFile>, path: string) {
  const file = files.get(path);
  if (file === undefined) throw new AppError('not_found', absence(files, path));
  const { type, bytes, gzipped, etag } = file;
  reply.headers({
    etag,
    'cache-control': 'no-cache',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    vary: 'Accept-Encoding',
  });
  if (isKnown(message.headers['if-none-match'], etag)) return reply.code(304).send();
  if (!takesGzip(message.headers['accept-encoding'])) return reply.type(type).send(bytes);
  return reply.type(type).header('content-encoding', 'gzip').send(gzipped);
}

function absence(files: ReadonlyMap<string, PageFile>, path: string): string {
  if (files.size > 0) return `the pages have no file ${path}`;
  return 'the pages are not built: `npm run build` builds them, and `npm run tsdb` where they are absent';
}

function isKnown(given: string | undefined, etag: string): boolean {
  const tags = (given ?? '').split(',').map((tag) => tag.trim());
  return tags.includes(etag) || tags.includes('*');
}

function takesGzip(accepted: string | undefined): boolean {
  const codings = (accepted ?? '').toLowerCase().split(',');
  const coding = codings.find((one) => /^\s*gzip\s*(;|$)/.test(one));
  return coding !== undefined && !/;\s*q=0(\.0*)?\s*$/.test(coding);
}
