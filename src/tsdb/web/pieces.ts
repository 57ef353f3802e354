// Many short texts as fewer long ones, so that a socket has little to do for each, with a turn for others in between.

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { nextTurn } from '../promql/turns.ts';

/** About how long a piece is, in characters: about a millisecond of work. */
export const PIECE = 65_536;

/** Answers with the texts, as fast as they are read. */
export function sendPieces(
  reply: FastifyReply,
  type: string,
  texts: AsyncIterable<string> | Iterable<string>,
): FastifyReply {
  return reply.type(type).send(Readable.from(pieces(texts)));
}

// A socket that takes what it is given at once would let the whole answer be written in one turn of the event loop.
export async function* pieces(texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
    await nextTurn();
  }
  if (piece !== '') yield piece;
}
