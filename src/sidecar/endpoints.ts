// The sidecar's own server: probes, metrics, status, the list, the page, and two posts.

import { createHash } from 'node:crypto';
import type { Registry } from 'prom-client';
import { AppError } from '../lib/errors.ts';
import { type HttpRequest, json, type Reply, type Routes, text } from '../lib/routes.ts';
import { isFromHere, isLoopback } from '../lib/this-machine.ts';
import { AcceptError } from './accept.ts';
import { type Facts, readiness } from './health.ts';
import { PAGE_POLICY, renderPage } from './page.ts';
import type { Poller } from './poller.ts';
import type { PassResult } from './status.ts';
import type { StatusReport } from './status-report.ts';
import type { Outcome } from './sync.ts';
import { describeChanges } from './targets/changes.ts';
import type { Published } from './targets/target-file.ts';

/** What the endpoints show and do. */
export interface Shown {
  readonly registry: Registry;
  readonly poller: Poller;
  facts(): Facts;
  report(): StatusReport;
  /** Publishes what is held with this digest; without one whatever is held now, if that can be told. @throws AcceptError, WriteError. */
  accept(digest: string | undefined): Promise<Outcome>;
  /** Takes the last one back. @throws AcceptError, WriteError. */
  undo(): Promise<Outcome>;
}

/** Paths that say whether the loop turns; they need no client certificate. */
export const LIVENESS_PATHS = ['/livez', '/-/healthy', '/healthz'] as const;

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
    ...Object.fromEntries(LIVENESS_PATHS.map((path) => [path, live])),
    '/readyz': ready,
    '/-/ready': ready,
    '/metrics': { GET: () => metrics(shown.registry) },
    '/status': { GET: () => json(200, shown.report()) },
    '/targets': { GET: (request) => targets(shown.facts(), request) },
    '/-/reload': { POST: (request) => reload(shown, request) },
    '/-/accept': { POST: (request) => accept(shown, request) },
  };
}

// The groups of the file, as http_sd asks for them. A client that got [] would drop every target, so without a list it
// gets none.
function targets({ published }: Facts, { headers }: HttpRequest): Reply {
  if (published === undefined) return text(503, 'no list stands yet');
  const etag = etagOf(published);
  const known = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return { status: 304, headers: { etag }, body: '' };
  const type = { 'content-type': 'application/json', 'cache-control': 'no-cache' };
  return { status: 200, headers: { ...type, etag }, body: published.text };
}

const etags = new WeakMap<Published, string>();

function etagOf(list: Published): string {
  const etag = etags.get(list) ?? `"${createHash('sha256').update(list.text).digest('base64url')}"`;
  etags.set(list, etag);
  return etag;
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
  const refusal = refuse(request, 'reload');
  if (refusal !== undefined) return text(403, refusal);
  const result = await shown.poller.pollNow();
  return text(result.kind === 'failed' ? 500 : 200, describe(result, shown.report()));
}

async function accept(shown: Shown, request: HttpRequest): Promise<Reply> {
  const refusal = refuse(request, 'accept');
  if (refusal !== undefined) return text(403, refusal);
  const asked = readDecision(request.url.searchParams);
  if (asked === undefined)
    return text(400, 'cannot accept: write ?digest=DIGEST, ?undo, or nothing; nothing was changed');
  const { isUndo, digest } = asked;
  try {
    const outcome = await (isUndo ? shown.undo() : shown.accept(digest));
    const done = `${isUndo ? 'undone' : 'accepted'}: ${describeChanges(outcome)}`;
    return text(200, isUndo ? done : `${done}; undo with inventory-sd accept --undo`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return text(error instanceof AcceptError ? 409 : 500, `${error.message}; nothing was changed`);
  }
}

// A slip of the pen must not accept something else: `?digset=…` would name no digest, `?undo=0` would undo.
function readDecision(query: URLSearchParams): { isUndo: boolean; digest?: string } | undefined {
  const [first, second] = [...query];
  if (first === undefined) return { isUndo: false };
  const [name, value] = first;
  if (second !== undefined || (name === 'undo') !== (value === '')) return undefined;
  if (name === 'undo') return { isUndo: true };
  return name === 'digest' ? { isUndo: false, digest: value } : undefined;
}

/** Whether a text could be the answer of a post. */
export function isPostReply(body: string): boolean {
  return /^(changed|unchanged|held|failed|accepted|undone|cannot|only from this machine|not from another origin)\b/.test(
    body,
  );
}

function describe(result: PassResult, report: StatusReport): string {
  return result.kind === 'failed' ? `failed: ${result.message}` : `${result.kind}: ${report.state}`;
}

// A page in the operator's browser must not post here, not even by a name that it points at 127.0.0.1.
function refuse(request: HttpRequest, command: 'reload' | 'accept'): string | undefined {
  const { user, headers } = request;
  // Behind a proxy on this machine everybody would be from here.
  const isForwarded = 'forwarded' in headers || 'x-forwarded-for' in headers;
  if (user === undefined && (isForwarded || !isFromHere(request)))
    return `only from this machine: run inventory-sd ${command} beside the sidecar, in its container if it has one`;
  if (headers.origin === undefined) return undefined;
  const origin = URL.parse(headers.origin);
  // The browser sends the password of a user only to the name for which it was typed.
  const isOwn = origin?.host === headers.host && (user !== undefined || isLoopback(origin?.hostname ?? ''));
  return isOwn ? undefined : 'not from another origin';
}
