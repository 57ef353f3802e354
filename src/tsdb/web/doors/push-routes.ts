// The doors for pushed metrics in JSON.

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import Type, { type TSchema } from 'typebox';
import { isKnownEncoding } from '../../push/body.ts';
import type { DoorBatch } from '../../push/intake.ts';
import { readMetrics } from '../../push/json-batch.ts';
import { createJsonLabels } from '../../push/json-labels.ts';
import { Refusal } from '../../push/refusal.ts';
import { answerOf } from '../../push/refusal-answer.ts';
import { type PushDoors, takeBody } from '../../push/take-body.ts';
import type { Asked, Receive, Route } from '../route.ts';

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
  const door = (url: string, summary: string, body: TSchema, words: Words): Route => {
    const read = (text: Buffer) => readMetrics(words.metricsOf(parse(text)), readLabels);
    const receive: Receive = async (message, response) => {
      const { status, headers, body } = await answer(doors, words, read, message);
      send(response, status, body, headers);
    };
    return {
      methods: ['POST'],
      url,
      tag: 'push',
      summary,
      body: { type: 'application/json', schema: body },
      status: words.status,
      receive,
      handle({ message }: Asked, reply) {
        reply.hijack();
        return receive(message, reply.raw);
      },
    };
  };
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

interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: object;
}

async function answer(
  doors: PushDoors | undefined,
  words: Words,
  read: (text: Buffer) => DoorBatch,
  message: IncomingMessage,
): Promise<Answer> {
  if (doors === undefined)
    return { status: 403, body: words.refused('pushing is not enabled; see --web.enable-push') };
  const why = unsupported(message);
  if (why !== undefined) {
    const address = message.socket.remoteAddress ?? '';
    const refusal = new Refusal('unsupported', why);
    doors.refused(refusal, { address });
    return { ...answerOf(refusal), body: words.refused(why) };
  }
  try {
    const taken = await takeBody(doors, message, read);
    return { status: words.status, body: words.taken(taken) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...answerOf(error), body: words.refused(error.message) };
  }
}

function unsupported(message: IncomingMessage): string | undefined {
  if (!isJson(message.headers['content-type'])) return 'the Content-Type is not application/json';
  if (!isKnownEncoding(message)) return 'the Content-Encoding is neither gzip nor identity';
  return undefined;
}

function send(response: ServerResponse, status: number, body: object, headers?: OutgoingHttpHeaders): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

// A page of another site can send any other type without asking first.
function isJson(type = ''): boolean {
  return /^application\/json *(;|$)/i.test(type);
}

function parse(body: Buffer): unknown {
  // Its characters would be lost, and series that differ in them be one.
  if (!isUtf8(body)) throw new Refusal('bad_data', 'the body is not UTF-8');
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    const isEmpty = /^[ \t\r\n]*$/.test(text);
    throw new Refusal('bad_data', isEmpty ? 'the body is empty' : 'the body is no JSON');
  }
}

function listOf(body: unknown): readonly unknown[] | undefined {
  const metrics = (body as { metrics?: unknown } | null)?.metrics;
  return Array.isArray(metrics) ? metrics : undefined;
}
