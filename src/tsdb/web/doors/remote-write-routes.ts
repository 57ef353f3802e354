// The door for Prometheus' remote write.

import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { AppError } from '../../../lib/errors.ts';
import { readBody } from '../../push/body.ts';
import { knockOf } from '../../push/clients.ts';
import { Refusal } from '../../push/refusal.ts';
import { answerOf } from '../../push/refusal-answer.ts';
import type { ReadRemoteWrite } from '../../push/remote-write.ts';
import type { Asked, Route } from '../route.ts';
import type { PushDoors } from './push-routes.ts';

export interface RemoteWriteDoor extends PushDoors {
  readonly read: ReadRemoteWrite;
}

/** @param door undefined while `--web.enable-remote-write-receiver` is not given. */
export function remoteWriteRoutes(door: RemoteWriteDoor | undefined): Route[] {
  return [
    {
      methods: ['POST'],
      url: '/api/v1/write',
      tag: 'push',
      summary: 'Takes samples by remote write 1.0',
      body: {
        type: 'application/x-protobuf',
        schema: Type.Any({ description: 'A prometheus.WriteRequest, compressed as a snappy block.' }),
      },
      status: 204,
      async handle({ message }: Asked, reply) {
        // The words and the status of Prometheus.
        if (door === undefined)
          return send(
            reply,
            404,
            'remote write receiver needs to be enabled with --web.enable-remote-write-receiver',
          );
        try {
          await receive(door, message);
          return reply.code(204).send();
        } catch (error) {
          if (error instanceof Refusal) door.refused(error);
          return refuse(reply, error);
        }
      },
    },
  ];
}

async function receive(door: RemoteWriteDoor, message: Asked['message']) {
  const { intake, clients, bodyBytes: mostBytes, bodyRoom: room, read } = door;
  const caller = clients.callerOf(knockOf(message));
  const entered = intake.enter(caller);
  try {
    const body = await readBody(message, { mostBytes, room });
    const mostSamples = clients.limitsOf(caller.client).samples.burst;
    await entered.accept(read(message.headers, body, { mostBytes, mostSamples }));
  } finally {
    entered.leave();
  }
}

function refuse(reply: FastifyReply, error: unknown) {
  if (error instanceof AppError && error.reason === 'unsupported') return send(reply, 415, error.message);
  if (!(error instanceof Refusal)) throw error;
  const { status, headers } = answerOf(error);
  return send(reply.headers(headers), status, error.message);
}

// Senders log its first line.
function send(reply: FastifyReply, status: number, text: string) {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`);
}
