// The public server: the list in its three forms, or the fault that waits for this client.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AppError } from '../src/lib/errors.ts';
import type { Logger } from '../src/lib/log.ts';
import { type Reply, type Routes, serveRoutes, text } from '../src/lib/routes.ts';
import { answering } from './answering.ts';
import type { BodyCache } from './body-cache.ts';
import { type FormRequest, formDocument, type WrongList, wrongDocument } from './documents.ts';
import type { ActiveFault, FaultTable } from './faults.ts';
import { entryText } from './faulty-bodies.ts';
import type { Form } from './forms.ts';
import { buildGzipBomb } from './gzip-bomb.ts';
import type { SensorList } from './list.ts';
import type { Metrics } from './metrics.ts';
import { readPage } from './pages.ts';
import { plainBody, replyWith, represent } from './representation.ts';
import type { Endpoint } from './sensor.ts';
import { type Exchange, putOnWire } from './wire.ts';

export interface InventoryParts {
  readonly list: SensorList;
  readonly faults: FaultTable;
  readonly cache: BodyCache;
  readonly endpoint: Endpoint;
  readonly pageSize: number;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly now: () => number;
  /** Ends all faulty answers. */
  readonly stopping: AbortSignal;
}

const FORM_AT: Readonly<Record<string, Form>> = {
  '/inventory': 'names',
  '/inventory/objects': 'objects',
  '/inventory/http_sd': 'http_sd',
};

/** A request that can get a fault: GET or HEAD of a form, with a query we understand. */
interface Faultable {
  readonly wanted: FormRequest;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export function inventoryListener(parts: InventoryParts): RequestListener {
  const routes = serveRoutes(inventoryRoutes(parts), (err) => parts.log.error({ err }, 'request failed'));
  const bombs = createBombs(parts.endpoint);
  return (request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    const form = FORM_AT[url?.pathname ?? ''];
    if (url === null || form === undefined) return routes(request, response);
    response.once('close', () => parts.metrics.requestEnded(form, statusOf(response)));
    const wanted = faultableRequest(request, url, parts.pageSize);
    const fault = wanted && parts.faults.take(request.headers['user-agent']);
    if (wanted === undefined || fault === undefined) return routes(request, response);
    serveFault(parts, fault, exchangeOf(parts, { wanted, request, response }, fault, bombs));
  };
}

function inventoryRoutes(parts: InventoryParts): Routes {
  const forms = Object.keys(FORM_AT).map((path) => [
    path,
    { GET: answering(({ url, headers }) => answerForm(parts, readWanted(url, parts.pageSize), headers)) },
  ]);
  return {
    ...Object.fromEntries(forms),
    '/healthz': { GET: () => text(200, 'ok') },
    '/metrics': { GET: () => answerMetrics(parts.metrics) },
  };
}

async function answerForm(
  { list, endpoint, cache, now }: InventoryParts,
  wanted: FormRequest,
  headers: IncomingMessage['headers'],
): Promise<Reply> {
  const document = formDocument(wanted, list.current(), endpoint, now());
  return replyWith(await represent(document, headers, cache), headers);
}

async function answerMetrics(metrics: Metrics): Promise<Reply> {
  const { contentType, body } = await metrics.expose();
  return { status: 200, headers: { 'content-type': contentType }, body };
}

/** @throws AppError `invalid` for a query we do not understand. */
function readWanted(url: URL, pageSize: number): FormRequest {
  const form = FORM_AT[url.pathname] as Form;
  return { form, path: url.pathname, page: readPage(url.searchParams, pageSize) };
}

/** undefined for what the routes refuse anyway; such a request uses no fault up. */
function faultableRequest(request: IncomingMessage, url: URL, pageSize: number): FormRequest | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  try {
    return readWanted(url, pageSize);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** The list is looked at when the answer is made, so a late answer tells the list of then. */
function exchangeOf(
  { list, endpoint, cache, now }: InventoryParts,
  { wanted, request, response }: Faultable,
  fault: ActiveFault,
  bombs: (form: Form) => Promise<Buffer>,
): Exchange {
  const right = () => formDocument(wanted, list.current(), endpoint, now());
  const wrong = (name: WrongList) => wrongDocument(name, wanted, list.current(), endpoint);
  return {
    request,
    response,
    options: fault.options,
    form: wanted.form,
    endpoint,
    right: () => represent(right(), request.headers, cache),
    wrong: (list) => represent(wrong(list), request.headers, cache),
    plain: async (list) => (await plainBody(list === undefined ? right() : wrong(list), cache)).bytes,
    bomb: () => bombs(wanted.form),
  };
}

function serveFault(
  { metrics, log, stopping }: InventoryParts,
  fault: ActiveFault,
  exchange: Exchange,
): void {
  log.debug({ id: fault.id, fault: fault.kind, form: exchange.form }, 'fault served');
  metrics.faultBegan(fault.kind);
  putOnWire(fault.kind, exchange, stopping)
    .catch((err: unknown) => log.error({ err, fault: fault.kind }, 'fault failed'))
    .finally(() => metrics.faultEnded());
}

/** Makes the bomb of each form when it is first asked for, and keeps it. */
function createBombs(endpoint: Endpoint): (form: Form) => Promise<Buffer> {
  const bombs = new Map<Form, Promise<Buffer>>();
  return (form) => {
    const bomb = bombs.get(form) ?? buildGzipBomb(entryText(form, endpoint));
    bombs.set(form, bomb);
    return bomb;
  };
}

function statusOf(response: ServerResponse): string {
  return response.headersSent ? String(response.statusCode) : 'none';
}
