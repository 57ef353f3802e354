// The door by which another server fetches pushed samples, each once.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { AppError } from '../../../lib/errors.ts';
import { answerSurely } from '../../../lib/sure-answer.ts';
import type { Labels } from '../../../model/labels.ts';
import type { Lease, Outbox } from '../../queue/outbox/contract.ts';
import { PACK_SAMPLES } from '../../queue/outbox/packs.ts';
import type { SaidOfMetrics } from '../../scrape/metadata.ts';
import { familiesText } from '../families-text.ts';
import { escapingOf } from '../negotiate.ts';
import { one, type Parameters } from '../parameters.ts';
import { pieces } from '../pieces.ts';
import { type Asked, EXPOSITION, type Route, textParameter } from '../route.ts';
import { familiesOf, seriesOf } from './leased-series.ts';

export interface Drain {
  readonly outbox: Pick<Outbox, 'lease'>;
  /** What pushers say of their metrics, beside what the samples bring. */
  readonly pushed: () => SaidOfMetrics;
  /** `global.external_labels` as it stands now. */
  readonly externalLabels: () => Labels;
  /** Told of faults of ours. */
  readonly failed: (error: unknown) => void;
}

const TEXT = 'text/plain; charset=utf-8';
const DEFAULT_LIMIT = 100_000;
const MOST_LIMIT = 1_000_000;
/** Answers at once: each is in memory as a whole. */
const MOST_ANSWERS = 4;

/** @param drain undefined while `--web.enable-export-drain` is not given. */
export function drainRoutes(drain: Drain | undefined): Route[] {
  let answers = 0;
  return [
    {
      methods: ['GET'],
      url: '/export',
      tag: 'federation',
      summary: 'Hands pushed samples over to another server: what it has read to the end is not told again',
      description:
        'There with --web.enable-export-drain only, otherwise it is 403. Without drain=true it is 400. When nothing waits the answer is empty.',
      text: EXPOSITION,
      parameters: {
        drain: textParameter('It must be true.', 'true'),
        limit: textParameter(`How many samples at most, from ${PACK_SAMPLES} to ${MOST_LIMIT}.`, '100000'),
      },
      async handle({ parameters, accept, message }: Asked, reply) {
        if (drain === undefined)
          return refuse(reply, 403, 'handing over is not enabled; see --web.enable-export-drain');
        const limit = limitOf(parameters);
        if (limit instanceof Error) return refuse(reply, 400, limit.message);
        if (isOfPage(message))
          return refuse(reply, 403, 'not from a page in a browser: it would take the samples');
        const type = typeOf(accept);
        if (message.method === 'HEAD') return reply.type(type).send();
        if (answers >= MOST_ANSWERS) return comeBack(reply, 'other readers are being answered');
        answers += 1;
        try {
          return await answer(drain, limit, accept, message, reply.type(type));
        } finally {
          answers -= 1;
        }
      },
    },
  ];
}

function limitOf(parameters: Parameters): number | Error {
  if (one(parameters, 'drain') !== 'true')
    return new Error(
      'write /export?drain=true, which hands samples over; to look at them there is /v1/export',
    );
  const text = one(parameters, 'limit') ?? String(DEFAULT_LIMIT);
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= PACK_SAMPLES && limit <= MOST_LIMIT) return limit;
  return new Error(`limit is a whole number from ${PACK_SAMPLES} to ${MOST_LIMIT}`);
}

// A picture on any page could have its address. Browsers say where a request comes from; only what a person has typed
// comes from nowhere.
function isOfPage({ headers }: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site = 'none', 'sec-purpose': purpose, purpose: older } = headers;
  return origin !== undefined || site !== 'none' || purpose !== undefined || older !== undefined;
}

function typeOf(accept: string): string {
  return `text/plain; version=0.0.4; charset=utf-8; escaping=${escapingOf(accept)}`;
}

async function answer(
  drain: Drain,
  limit: number,
  accept: string,
  { socket }: IncomingMessage,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const lease = await leaseOf(drain.outbox, limit);
  if (lease instanceof AppError) return comeBack(reply.type(TEXT), lease.message);
  if (lease === undefined) return reply.send('');
  if (socket.destroyed) {
    await lease.giveBack();
    return reply;
  }
  const type = String(reply.getHeader('content-type'));
  reply.hijack();
  await handOver(lease, reply.raw, () => textOf(drain, lease, accept), type).catch(drain.failed);
  return reply;
}

async function leaseOf(outbox: Drain['outbox'], limit: number): Promise<Lease | AppError | undefined> {
  try {
    return await outbox.lease(limit);
  } catch (error) {
    if (error instanceof AppError && error.reason === 'overloaded') return error;
    throw error;
  }
}

/** Whatever happens, the lease ends. */
async function handOver(
  lease: Lease,
  response: ServerResponse,
  write: () => Promise<Buffer[]>,
  type: string,
): Promise<void> {
  let isRead = false;
  try {
    isRead = await answerSurely(response, { 'content-type': type }, await write());
    if (isRead) await lease.ack();
  } finally {
    if (!isRead) await lease.giveBack();
    response.destroy();
  }
}

// As a whole before the first byte is sent: its length tells the reader where it ends.
async function textOf(
  { pushed, externalLabels }: Drain,
  { batches }: Lease,
  accept: string,
): Promise<Buffer[]> {
  const said = new Map([...pushed(), ...familiesOf(batches)]) as SaidOfMetrics;
  const exposed = { pushed: said, externalLabels: externalLabels(), escaping: escapingOf(accept) };
  const text: Buffer[] = [];
  for await (const piece of pieces(familiesText(await seriesOf(batches), exposed)))
    text.push(Buffer.from(piece));
  return text;
}

function refuse(reply: FastifyReply, status: number, why: string) {
  return reply.code(status).type(TEXT).send(`${why}\n`);
}

function comeBack(reply: FastifyReply, why: string) {
  return refuse(reply.header('retry-after', '1'), 503, `${why}; come back later`);
}
