// The door for Prometheus' remote write.

import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { Refusal } from '../../push/refusal.ts';
import { answerOf } from '../../push/refusal-answer.ts';
import type { ReadRemoteWrite } from '../../push/remote-write.ts';
import { type PushDoors, takeBody } from '../../push/take-body.ts';
import type { Asked, Route } from '../route.ts';

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
          return refuse(reply, error);
        }
      },
    },
  ];
}

function receive(door: RemoteWriteDoor, message: Asked['message']) {
  const { clients, bodyBytes: mostBytes, read } = door;
  return takeBody(door, message, (body, { client }) => {
    const mostSamples = clients.limitsOf(client).samples.burst;
    return read(message.headers, body, { mostBytes, mostSamples });
  });
}

function refuse(reply: FastifyReply, error: unknown) {
  if (!(error instanceof Refusal)) throw error;
  const { status, headers } = answerOf(error);
  return send(reply.headers(headers), status, error.message);
}

// Senders log its first line.
function send(reply: FastifyReply, status: number, text: string) {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`);
}
