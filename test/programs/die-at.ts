// Loaded before mini-tsdb (node --import): kills it with SIGKILL when it has come to the moment DIE_AT so many times as
// DIE_TIMES says. The moments are those that the queue tells, and two around the COMMIT of a transaction that holds samples.
// Some of those, whether it dies or not, lose their connection before the server hears of them, and some before it answers.

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import pg from 'pg';
import { MOMENTS_CHANNEL } from '../../src/tsdb/queue/redis/moments.ts';

const moment = process.env.DIE_AT ?? '';
let left = Number(process.env.DIE_TIMES ?? 1);

function reached(at: unknown): void {
  if (at !== moment) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

subscribe(MOMENTS_CHANNEL, reached);

/** Of so many commits two lose their connection. */
const CYCLE = 8;
const UNHEARD = 2;
const UNANSWERED = 4;
let commits = 0;

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
const prototype = pg.Client.prototype as unknown as { query: Query };
const { query } = prototype;
const holdSamples = new WeakSet<pg.Client>();

prototype.query = function (...args) {
  // A statement as an object that submits itself is a COPY.
  if (typeof args[0] !== 'string' && 'submit' in (args[0] as object)) holdSamples.add(this);
  const isCommit = args[0] === 'COMMIT' && holdSamples.delete(this);
  if (!isCommit) return query.apply(this, args);
  commits += 1;
  reached('inside the transaction');
  if (commits % CYCLE === UNHEARD) cut(this);
  const answer = query.apply(this, args);
  // Its bytes have left, and nobody will hear the answer.
  setImmediate(() => {
    reached('commit under way');
    if (commits % CYCLE === UNANSWERED) cut(this);
  });
  return answer;
};

function cut(client: pg.Client): void {
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}
