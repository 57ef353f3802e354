// A process that consumes the queue in Redis until it dies: redis-consumer.ts URL STORE NAME STREAM MOMENT TIMES. It kills
// itself when it has come to that moment so many times.

import { subscribe } from 'node:diagnostics_channel';
import { Registry } from 'prom-client';
import { createLogger } from '../../src/lib/log.ts';
import { MOMENTS_CHANNEL } from '../../src/tsdb/queue/redis/moments.ts';
import { openRedisQueue } from '../../src/tsdb/queue/redis/queue.ts';
import { openSqliteStore } from '../helpers/sqlite-store.ts';

const [url = '', path = '', consumer = '', stream = '', moment = '', times = '1'] = process.argv.slice(2);
const store = openSqliteStore(path);
let left = Number(times);

function reached(at: unknown): void {
  if (at !== moment) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

subscribe(MOMENTS_CHANNEL, reached);
const queue = openRedisQueue({
  url: async () => url,
  writer: async (batch) => store.write(batch, () => reached('inside the transaction')),
  registry: new Registry(),
  log: createLogger('warn'),
  consumer,
  stream,
  bounds: { claimAfterMs: 1500, blockMs: 200, retryMs: 500, answerMs: 2000, closeMs: 5000, readEntries: 20 },
});
process.once('SIGTERM', async () => {
  await queue.close();
  store.close();
});
console.log('consumes');
