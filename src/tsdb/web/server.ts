// The HTTP server of mini-tsdb: routes, how failures are told, and the documentation made from the routes.

import type { RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import swagger from '@fastify/swagger';
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { apiError, reply as asApiError } from './api-errors.ts';
import { docsRoutes } from './docs-routes.ts';
import { addRoutes, parseForm, type Receive, type Route } from './route.ts';

export interface WebOptions {
  readonly version: string;
  readonly routes: readonly Route[];
  /** Told of faults of ours; the caller gets no details. */
  readonly failed: (error: unknown) => void;
}

/** Of a form and of a path, in bytes and characters. */
const LIMITS = { bodyLimit: 1_048_576, routerOptions: { maxParamLength: 1_000 } };

const INTERNAL = asApiError(500, 'internal', 'internal error; the log says more').body;

/** Makes the listener that the shared HTTP server answers with. */
export async function createWeb({ version, routes, failed }: WebOptions): Promise<RequestListener> {
  const app = fastify({
    ...LIMITS,
    logger: false,
    exposeHeadRoutes: true,
    return503OnClosing: false,
    frameworkErrors: (error, _, reply) => tell(error, reply as FastifyReply, failed),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) =>
    done(null, parseForm(text as string)),
  );
  app.addHook('onSend', async (_, reply, payload) => {
    if (payload instanceof Readable) payload.once('error', (error) => tellLate(error, reply, failed));
  });
  app.setErrorHandler<FastifyError>((error, _, reply) => tell(error, reply, failed));
  // Before the body is looked at, of whatever type and size it is.
  app.addHook('onRequest', async (request, reply) => (request.is404 ? nothingAt(request, reply) : undefined));
  app.setNotFoundHandler(nothingAt);
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'mini-tsdb', version } },
  });
  addRoutes(app, [...routes, ...docsRoutes(() => app.swagger())]);
  await app.ready();
  const receivers = receiversOf(routes);
  return (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    const receive = receivers.get(`${request.method} ${request.url}`);
    if (receive === undefined) app.routing(request, response);
    else receive(request, response).catch((error) => fail(response, error, failed));
  };
}

function receiversOf(routes: readonly Route[]): ReadonlyMap<string, Receive> {
  const receivers = new Map<string, Receive>();
  for (const { methods, url, receive } of routes)
    if (receive !== undefined) for (const method of methods) receivers.set(`${method} ${url}`, receive);
  return receivers;
}

function fail(response: ServerResponse, error: unknown, failed: (error: unknown) => void): void {
  failed(error);
  if (response.headersSent) response.destroy();
  else
    response
      .writeHead(500, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(INTERNAL));
}

function tell(error: FastifyError, reply: FastifyReply, failed: (error: unknown) => void) {
  const known = apiError(error);
  if (known !== undefined) return reply.code(known.status).send(known.body);
  const { statusCode = 500 } = error;
  if (statusCode < 500) return send(reply, statusCode, 'bad_data', error.message);
  failed(error);
  return reply.code(500).send(INTERNAL);
}

// The answer has begun, so it can only be cut.
function tellLate(error: Error, reply: FastifyReply, failed: (error: unknown) => void): void {
  if (reply.raw.headersSent && apiError(error) === undefined) failed(error);
}

function nothingAt({ method, url }: FastifyRequest, reply: FastifyReply) {
  return send(reply, 404, 'not_found', `nothing is at ${method} ${url.split('?')[0]}`);
}

function send(reply: FastifyReply, status: number, errorType: string, message: string) {
  return reply.code(status).send(asApiError(status, errorType, message).body);
}
