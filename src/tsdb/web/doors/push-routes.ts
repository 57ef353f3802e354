// The doors for pushed metrics in JSON.

import type { FastifyReply } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { isKnownEncoding, readBody } from '../../push/body.ts';
import { type Clients, knockOf } from '../../push/clients.ts';
import type { DoorBatch, Intake } from '../../push/intake.ts';
import { readMetrics } from '../../push/json-batch.ts';
import { createJsonLabels } from '../../push/json-labels.ts';
import { Refusal } from '../../push/refusal.ts';
import { answerOf } from '../../push/refusal-answer.ts';
import type { Asked, Route } from '../route.ts';

export interface PushDoors {
  readonly intake: Intake;
  readonly clients: Clients;
  /** Of a body, as it comes and unpacked. */
  readonly bodyBytes: number;
}

/** The words of one door. */
interface Words {
  readonly status: number;
  readonly taken: (samples: number) => object;
  readonly refused: (reason: string) => object;
  /** The metrics of a body. @throws Refusal. */
  readonly metricsOf: (body: unknown) => readonly unknown[];
}

const METRIC = Type.Object(
  {
    name: Type.String({ maxLength: 255, examples: ['temperature'] }),
    value: Type.Number({ examples: [30] }),
    timestamp: Type.Optional(Type.String({ description: 'RFC 3339; without one the time of arrival.' })),
    timestamp_s: Type.Optional(Type.Number({ description: 'Unix seconds, in the place of timestamp.' })),
    timestamp_ms: Type.Optional(
      Type.Number({ description: 'Unix milliseconds, in the place of timestamp.' }),
    ),
    type: Type.Optional(Type.String({ examples: ['gauge'] })),
    tags: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Or labels: the same.' })),
    help: Type.Optional(Type.String()),
    unit: Type.Optional(Type.String()),
  },
  { description: 'A metric.' },
);

/** Of one request to `POST /metrics`. */
const MOST_METRICS = 1000;

const V1: Words = {
  status: 201,
  taken: () => ({ status: 'success' }),
  refused: (error) => ({ status: 'error', error }),
  metricsOf(body) {
    const metrics = Array.isArray(body) ? body : (listOf(body) ?? [body]);
    if (metrics.length === 0) throw new Refusal('bad_data', 'there is no metric in the list');
    return metrics;
  },
};

const PLAIN: Words = {
  status: 200,
  taken: (samples) => ({ success: true, metrics_processed: samples }),
  refused: (error) => ({ success: false, error }),
  metricsOf(body) {
    const metrics = listOf(body);
    if (metrics === undefined) throw new Refusal('bad_data', 'the body is no object with a list "metrics"');
    if (metrics.length === 0 || metrics.length > MOST_METRICS)
      throw new Refusal(
        'bad_data',
        `there are ${metrics.length} metrics; 1 to ${MOST_METRICS} are taken at once`,
      );
    return metrics;
  },
};

/** @param doors undefined while `--web.enable-push` is not given. */
export function pushRoutes(doors: PushDoors | undefined): Route[] {
  const readLabels = createJsonLabels();
  const door = (url: string, summary: string, body: TSchema, words: Words): Route => ({
    methods: ['POST'],
    url,
    tag: 'push',
    summary,
    body: { type: 'application/json', schema: body },
    status: words.status,
    handle({ message }: Asked, reply) {
      if (doors === undefined)
        return send(reply, 403, words.refused('pushing is not enabled; see --web.enable-push'));
      if (!isJson(message.headers['content-type']))
        return send(reply, 415, words.refused('the Content-Type is not application/json'));
      if (!isKnownEncoding(message))
        return send(reply, 415, words.refused('the Content-Encoding is neither gzip nor identity'));
      return receive(doors, words, (body) => readMetrics(words.metricsOf(body), readLabels), message, reply);
    },
  });
  const list = Type.Object({ metrics: Type.Array(METRIC) });
  return [
    door(
      '/v1/metrics',
      'Takes a metric, a list of them, or an object with a list',
      Type.Union([METRIC, Type.Array(METRIC), list]),
      V1,
    ),
    door('/metrics', 'Takes an object with a list of 1 to 1000 metrics', list, PLAIN),
  ];
}

async function receive(
  { intake, clients, bodyBytes }: PushDoors,
  words: Words,
  read: (body: unknown) => DoorBatch,
  message: Asked['message'],
  reply: FastifyReply,
) {
  try {
    const entered = intake.enter(clients.callerOf(knockOf(message)));
    try {
      const batch = read(parse(await readBody(message, bodyBytes)));
      await entered.accept(batch);
      return send(reply, words.status, words.taken(batch.values.length));
    } finally {
      entered.leave();
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, headers } = answerOf(error);
    return send(reply.headers(headers), status, words.refused(error.message));
  }
}

function send(reply: FastifyReply, status: number, body: object) {
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

// A page of another site can send any other type without asking first.
function isJson(type = ''): boolean {
  return /^application\/json *(;|$)/i.test(type);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal('bad_data', 'the body is no JSON');
  }
}

function listOf(body: unknown): readonly unknown[] | undefined {
  const metrics = (body as { metrics?: unknown } | null)?.metrics;
  return Array.isArray(metrics) ? metrics : undefined;
}
