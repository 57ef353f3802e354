// A door of the HTTP server: declared once as JSON Schema, from which requests are checked and the documentation is made.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type TProperties, type TSchema } from 'typebox';
import type { Parameters } from './parameters.ts';

export interface Asked {
  /** Of the query string and, for a form, of the body, which comes first. */
  readonly parameters: Parameters;
  /** The parts of the path. */
  readonly path: Readonly<Record<string, string>>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly methods: readonly ('GET' | 'POST' | 'DELETE')[];
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  readonly path?: TProperties;
  readonly parameters?: TProperties;
  /** What a 200 is, for the documentation; how it is written is the handler's. */
  readonly answer?: TSchema;
  readonly handle: (asked: Asked, reply: FastifyReply) => unknown;
}

/** A parameter that is one text. */
export function textParameter(description: string, example?: string) {
  return Type.Optional(Type.String({ description, ...(example !== undefined && { examples: [example] }) }));
}

/** A parameter that may be given several times. */
export function listParameter(description: string) {
  return Type.Optional(Type.Array(Type.String(), { description }));
}

/** Adds the routes to the server. A route that takes POST takes its parameters as a form, too. */
export function addRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  for (const { methods, url, tag, summary, path, parameters = {}, answer, handle } of routes) {
    for (const method of methods) {
      const isForm = method === 'POST';
      app.route({
        method,
        url,
        schema: {
          tags: [tag],
          summary,
          ...(path !== undefined && { params: Type.Object(path) }),
          querystring: Type.Object(parameters),
          ...(isForm && {
            consumes: ['application/x-www-form-urlencoded'],
            body: Type.Union([Type.Object(parameters), Type.Null()]),
          }),
          ...(answer !== undefined && { response: { 200: answer } }),
        },
        serializerCompiler: () => (value) => JSON.stringify(value),
        handler: (request, reply) => handle(askedOf(request, reply), reply),
      });
    }
  }
}

function askedOf(request: FastifyRequest, reply: FastifyReply): Asked {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const body = (request.body ?? {}) as Parameters;
  return {
    parameters: { ...(request.query as Parameters), ...body },
    path: request.params as Record<string, string>,
    signal: gone.signal,
  };
}

/** Reads a form as a query string is read. */
export function parseForm(text: string): Parameters {
  const form: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const standing = form[name];
    form[name] = standing === undefined ? value : [standing, value].flat();
  }
  return form;
}
