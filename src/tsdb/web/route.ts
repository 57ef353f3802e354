// A door of the HTTP server: declared once as JSON Schema, from which requests are checked and the documentation is made.

import type { IncomingMessage, ServerResponse } from 'node:http';
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
  /** For routes that read the body themselves. */
  readonly message: IncomingMessage;
}

export interface Route {
  readonly methods: readonly ('GET' | 'POST' | 'PUT')[];
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  readonly path?: TProperties;
  readonly parameters?: TProperties;
  /** Its handler reads the body itself, whatever its type; what it takes is for the documentation. */
  readonly body?: { readonly type: string; readonly schema: TSchema };
  /** What a success is, for the documentation; how it is written is the handler's. */
  readonly answer?: TSchema;
  /** The content type of a success that is a text, for the documentation; JSON when it is not told. */
  readonly text?: string;
  /** What more there is to say of it, in sentences. */
  readonly description?: string;
  /** Of a success, for the documentation; 200 when it is not told. */
  readonly status?: number;
  readonly handle: (asked: Asked, reply: FastifyReply) => unknown;
  /** Answers in the place of `handle` when the path is asked for as it stands, without a query. */
  readonly receive?: Receive;
}

/** Answers a request past the framework, which costs more than to take a sample. */
export type Receive = (message: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A parameter that is one text. */
export function textParameter(description: string, example?: string) {
  return Type.Optional(Type.String({ description, ...(example !== undefined && { examples: [example] }) }));
}

/** A parameter that may be given several times. */
export function listParameter(description: string) {
  return Type.Optional(Type.Array(Type.String(), { description }));
}

/** The text format, for the documentation. */
export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

const ASKED_FOR = 'What was asked for.';

const FAILURE = Type.Object(
  { status: Type.Literal('error'), errorType: Type.String(), error: Type.String() },
  { description: 'What is wrong.' },
);

/** Adds the routes to the server. A route that takes POST takes its parameters as a form, too. */
export function addRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  for (const route of routes.filter(({ body }) => body === undefined)) {
    for (const method of route.methods) addRoute(app, route, method);
  }
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const route of routes.filter(({ body }) => body !== undefined)) addBodyRoute(scope, route);
  });
  for (const url of new Set(routes.map((route) => route.url))) refuseOthers(app, url, routes);
}

function addRoute(app: FastifyInstance, route: Route, method: Route['methods'][number]): void {
  const { url, path, parameters = {}, handle } = route;
  const isForm = method === 'POST' && route.parameters !== undefined;
  app.route({
    method,
    url,
    schema: {
      ...told(route),
      ...(path !== undefined && { params: Type.Object(path) }),
      querystring: Type.Object(parameters),
      ...(isForm && { consumes: ['application/x-www-form-urlencoded'], body: Type.Object(parameters) }),
    },
    preValidation: async (request) => {
      request.query = firstOnly(request.query as Parameters, parameters);
      if (isForm) request.body = firstOnly((request.body ?? {}) as Parameters, parameters);
    },
    serializerCompiler: () => (value) => JSON.stringify(value),
    handler: (request, reply) => handle(askedOf(request, reply), reply),
  });
}

// Its handler checks what comes, so that one fault is told in one way.
function addBodyRoute(app: FastifyInstance, route: Route): void {
  const { methods, url, body, handle } = route;
  app.route({
    method: [...methods],
    url,
    schema: { ...told(route), consumes: [body?.type ?? ''], body: body?.schema },
    validatorCompiler: () => () => true,
    serializerCompiler: () => (value) => JSON.stringify(value),
    handler: (request, reply) => handle(askedOf(request, reply), reply),
  });
}

function told({ tag, summary, description, status = 200, answer, text }: Route) {
  const success =
    text === undefined
      ? (answer ?? Type.Any({ description: ASKED_FOR }))
      : { description: ASKED_FOR, content: { [text]: { schema: Type.String() } } };
  return {
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    response: { [status]: success, default: FAILURE },
  };
}

// Known, but not to be asked so; said before the body is looked at, of whatever type and size it is.
function refuseOthers(app: FastifyInstance, url: string, routes: readonly Route[]): void {
  const methods: readonly string[] = routes
    .filter((route) => route.url === url)
    .flatMap((route) => route.methods);
  const taken = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  const allow = taken.toSorted().join(', ');
  app.route({
    method: app.supportedMethods.filter((method) => !taken.includes(method)),
    url,
    schema: { hide: true },
    exposeHeadRoute: false,
    onRequest: async (request, reply) => {
      // `/v1/metrics/` is no metric without a name.
      if (Object.values(request.params as object).includes('')) return reply.callNotFound();
      reply.code(405).header('allow', allow);
      return reply.send(asApiError(405, 'bad_data', `${request.method} is not allowed; it is ${allow}`).body);
    },
    handler: () => {},
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
  return {
    parameters: merged((request.body ?? {}) as Parameters, request.query as Parameters),
    path: request.params as Record<string, string>,
    accept: request.headers.accept ?? '',
    get signal() {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      return gone.signal;
    },
    message: request.raw,
  };
}

function merged(form: Parameters, query: Parameters): Parameters {
  const names = new Set([...Object.keys(form), ...Object.keys(query)]);
  // A label may be called `constructor`, which every object has.
  const given = (all: Parameters, name: string) => (Object.hasOwn(all, name) ? (all[name] ?? []) : []);
  const entries = Array.from(names, (name) => {
    const values = [given(form, name), given(query, name)].flat();
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
