// The documentation of the HTTP server: an OpenAPI document and a page that shows it.

import { docsPage, docsStyle } from './docs-page.ts';
import type { Asked, Route } from './route.ts';

export type OpenApi = Readonly<Record<string, unknown>>;

const POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function docsRoutes(document: () => unknown): Route[] {
  const door = (url: string, summary: string, handle: Route['handle']): Route => ({
    methods: ['GET'],
    url,
    tag: 'documentation',
    summary,
    handle,
  });
  return [
    door('/api/openapi.json', 'The OpenAPI document of this server', () => document()),
    door('/api/docs', 'The same for people', (_: Asked, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', POLICY)
        .send(docsPage(document() as OpenApi)),
    ),
    door('/api/docs.css', 'Its style', (_: Asked, reply) => reply.type('text/css').send(docsStyle)),
  ];
}
