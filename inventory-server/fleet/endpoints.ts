// What the fleet says about itself.

import type { RequestListener } from 'node:http';
import type { Registry } from 'prom-client';
import { type HttpRequest, type Reply, serveRoutes, text } from '../../src/lib/routes.ts';
import type { ListWatch } from './list-watch.ts';
import type { Served, ServedFilter } from './served.ts';
import { WINDOW_SECONDS } from './window.ts';

export function createEndpoints(
  watch: ListWatch,
  served: Served,
  registry: Registry,
  onError: (error: unknown) => void,
): RequestListener {
  return serveRoutes(
    {
      '/healthz': { GET: () => health(watch) },
      '/metrics': { GET: () => exposition(registry) },
      '/served': { GET: (request) => serveServed(request, served) },
    },
    onError,
  );
}

/** A list that stands keeps standing: afterwards the inventory does not matter. */
function health(watch: ListWatch): Reply {
  if (watch.current() !== undefined) return text(200, 'ok');
  return text(503, `no list of sensors yet: ${watch.problem() ?? 'the inventory has not answered yet'}`);
}

async function exposition(registry: Registry): Promise<Reply> {
  return { status: 200, headers: { 'content-type': registry.contentType }, body: await registry.metrics() };
}

function serveServed({ url }: HttpRequest, served: Served): Reply {
  const filter = filterOf(url.searchParams);
  if (filter === undefined) return text(400, 'since is no unix time in milliseconds');
  // Not indented: it may hold two million pairs.
  const body = `${JSON.stringify({ windowSeconds: WINDOW_SECONDS, clients: served.list(filter) })}\n`;
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function filterOf(query: URLSearchParams): ServedFilter | undefined {
  const client = query.get('client') ?? '';
  const sensor = query.get('sensor') ?? '';
  const since = query.get('since') ?? '';
  if (!/^\d{0,16}$/.test(since)) return undefined;
  return { client, ...(sensor !== '' && { sensor }), sinceMs: Number(since) };
}
