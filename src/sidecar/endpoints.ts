// The sidecar's own server: probes, metrics, status, the page, and the one post.

import type { Registry } from 'prom-client';
import { type HttpRequest, json, type Reply, type Routes, text } from '../lib/routes.ts';
import { type Facts, readiness } from './health.ts';
import { PAGE_POLICY, renderPage } from './page.ts';
import type { Poller } from './poller.ts';
import type { PassResult } from './status.ts';
import type { StatusReport } from './status-report.ts';

/** What the endpoints show and do. */
export interface Shown {
  readonly registry: Registry;
  readonly poller: Poller;
  facts(): Facts;
  report(): StatusReport;
}

/** The map of the sidecar's paths. */
export function endpoints(shown: Shown): Routes {
  const live = {
    GET: () => (shown.poller.isAlive() ? text(200, 'alive') : text(503, 'the polling loop hangs')),
  };
  const ready = {
    GET: (request: HttpRequest) => readyReply(shown.facts(), request.url.searchParams.get('fresh')),
  };
  return {
    '/': { GET: () => page(shown.report()) },
    '/livez': live,
    '/-/healthy': live,
    '/healthz': live,
    '/readyz': ready,
    '/-/ready': ready,
    '/metrics': { GET: () => metrics(shown.registry) },
    '/status': { GET: () => json(200, shown.report()) },
    '/-/reload': { POST: (request) => reload(shown, request) },
  };
}

function readyReply(facts: Facts, fresh: string | null): Reply {
  const judged = readiness(facts);
  const wanted = fresh === null || fresh === '0' ? judged.ready : judged.fresh;
  return text(wanted ? 200 : 503, judged.text);
}

// prom-client writes the format 0.0.4; without exactly this type Prometheus 3 fails the scrape.
async function metrics(registry: Registry): Promise<Reply> {
  return { status: 200, headers: { 'content-type': registry.contentType }, body: await registry.metrics() };
}

function page(report: StatusReport): Reply {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY };
  return { status: 200, headers, body: renderPage(report) };
}

async function reload(shown: Shown, request: HttpRequest): Promise<Reply> {
  const refusal = refuse(request);
  if (refusal !== undefined) return text(403, refusal);
  const result = await shown.poller.pollNow();
  return text(result.kind === 'failed' ? 500 : 200, describe(result, shown.report()));
}

/** Whether a text could be the answer of a reload. */
export function isReloadReply(body: string): boolean {
  return /^(changed|unchanged|held|failed|only from this machine|not from another origin)\b/.test(body);
}

function describe(result: PassResult, report: StatusReport): string {
  return result.kind === 'failed' ? `failed: ${result.message}` : `${result.kind}: ${report.state}`;
}

// A page in the operator's browser must not post here, not even by a name that it points at 127.0.0.1.
function refuse({ remoteAddress, localAddress, headers }: HttpRequest): string | undefined {
  // A server bound to one address of this machine is asked from that very address.
  const isHere = isLoopback(remoteAddress) || (remoteAddress !== '' && remoteAddress === localAddress);
  if (!isHere)
    return 'only from this machine: run inventory-sd reload beside the sidecar, in its container if it has one';
  if (headers.origin === undefined) return undefined;
  const origin = URL.parse(headers.origin);
  const isOwn = origin?.host === headers.host && isLoopback(origin?.hostname ?? '');
  return isOwn ? undefined : 'not from another origin';
}

function isLoopback(address: string): boolean {
  return (
    address === 'localhost' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address) || /^\[?::1\]?$/.test(address)
  );
}
