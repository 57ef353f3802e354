// A door of the HTTP server: declared once as JSON Schema, from which requests are checked and the documentation is made.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type TProperties, type TSchema } from 'typebox';
import { reply as asApiError } from './api-errors.ts';
import type { Parameters } from './parameters.ts';

export interface Asked {
  /** Of the query string and, for a form, of the body, whose values come first. */
  readonly parameters: Parameters;
  /** The parts of the path. */
  readonly path: Readonly<Record<string, string>>;
  /** The Accept header, empty when there is none. */
  readonly accept: string;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly methods: readonly ('GET' | 'POST' | 'PUT')[];
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

const FAILURE = Type.Object(
  { status: Type.Literal('error'), errorType: Type.String(), error: Type.String() },
  { description: 'What is wrong.' },
);

/** Adds the routes to the server. A route that takes POST takes its parameters as a form, too. */
export function addRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  for (const route of routes) {
    for (const method of route.methods) addRoute(app, route, method);
    refuseOthers(app, route);
  }
}

function addRoute(app: FastifyInstance, route: Route, method: Route['methods'][number]): void {
  const { url, tag, summary, path, parameters = {}, answer, handle } = route;
  const isForm = method === 'POST' && route.parameters !== undefined;
  app.route({
    method,
    url,
    schema: {
      tags: [tag],
      summary,
      ...(path !== undefined && { params: Type.Object(path) }),
      querystring: Type.Object(parameters),
      ...(isForm && { consumes: ['application/x-www-form-urlencoded'], body: Type.Object(parameters) }),
      response: { 200: answer ?? Type.Any({ description: 'What was asked for.' }), default: FAILURE },
    },
    preValidation: async (request) => {
      request.query = firstOnly(request.query as Parameters, parameters);
      if (isForm) request.body = firstOnly((request.body ?? {}) as Parameters, parameters);
    },
    serializerCompiler: () => (value) => JSON.stringify(value),
    handler: (request, reply) => handle(askedOf(request, reply), reply),
  });
}

// Known, but not to be asked so.
function refuseOthers(app: FastifyInstance, { methods, url }: Route): void {
  const taken: readonly string[] = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  const allow = taken.toSorted().join(', ');
  app.route({
    method: app.supportedMethods.filter((method) => !taken.includes(method)),
    url,
    schema: { hide: true },
    exposeHeadRoute: false,
    handler(request, reply) {
      reply.code(405).header('allow', allow);
      return reply.send(asApiError(405, 'bad_data', `${request.method} is not allowed; it is ${allow}`).body);
    },
  });
}

// Of what is one text and given several times the first counts.
function firstOnly(given: Parameters, known: TProperties): Parameters {
  const entries = Object.entries(given).map(([name, value]) => {
    const isList = !Object.hasOwn(known, name) || Type.IsArray(known[name]);
    return [name, isList || typeof value === 'string' ? value : value?.[0]];
  });
  return Object.fromEntries(entries);
}

function askedOf(request: FastifyRequest, reply: FastifyReply): Asked {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return {
    parameters: merged((request.body ?? {}) as Parameters, request.query as Parameters),
    path: request.params as Record<string, string>,
    accept: request.headers.accept ?? '',
    signal: gone.signal,
  };
}

function merged(form: Parameters, query: Parameters): Parameters {
  const names = new Set([...Object.keys(form), ...Object.keys(query)]);
  const entries = Array.from(names, (name) => {
    const values = [form[name] ?? [], query[name] ?? []].flat();
    return [name, values.length === 1 ? values[0] : values];
  });
  return Object.fromEntries(entries);
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
