// mini-tsdb twice, over real servers, all of which die again and again while samples are pushed; then everything is counted.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PostgresServer, startPostgres } from '../../helpers/postgres.ts';
import { type RunningRedis, startRedis } from '../../helpers/redis.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { type Death, keepRunning, type Processes } from './processes.ts';
import { type Pushed, pushAll } from './push.ts';
import { type Judgement, judge } from './samples.ts';

export interface Plan {
  readonly engine: 'direct' | 'redis';
  /** At least; more are pushed while processes have still to die. */
  readonly samples: number;
  /** In the order in which processes die, one after the other. */
  readonly deaths: readonly Death[];
  /** Between two faults of the servers. */
  readonly faultEveryMs: number;
  readonly mostFaults: number;
  /** Starts what holds the store; PostgreSQL when absent. */
  readonly database?: () => Promise<PostgresServer>;
}

export interface Outcome {
  readonly pushed: Pushed;
  readonly judgement: Judgement;
  readonly died: readonly Death[];
  readonly faults: Readonly<Record<string, number>>;
  /** Batches that were being tried in five crashes, and were put back once there were no more. */
  readonly deadLetters: number;
  /** Exit codes of the last processes. */
  readonly codes: readonly (number | null)[];
  readonly seconds: number;
}

const STREAM = 'mini-tsdb:{push}';
const DAY = 86_400_000;
/** As long as a server is away. */
const AWAY_MS = [0, 400, 1600];

export async function runCrashes(plan: Plan): Promise<Outcome> {
  const begin = performance.now();
  const start = Math.floor(Date.now() / 1000) * 1000 - DAY;
  const folder = await tempDir('crashes');
  const postgres = await (plan.database ?? startPostgres)();
  const redis = plan.engine === 'redis' ? await startRedis() : undefined;
  const over = new AbortController();
  let processes: Processes | undefined;
  try {
    processes = await keepRunning(await flagsOf(folder.path, postgres, redis), plan.deaths);
    const { doors, died, allDied } = processes;
    const faults = makeFaults(faultsOf(postgres, redis), plan, over.signal);
    let isOver = false;
    const pushing = pushAll({ postgres, doors, start, samples: plan.samples, isOver: () => isOver });
    pushing.catch(() => {});
    await Promise.race([allDied, pushing.then(() => allDied), faults.then(() => allDied)]);
    isOver = true;
    const pushed = await pushing;
    over.abort();
    const made = await faults;
    const deadLetters = redis === undefined ? 0 : await emptyQueue(redis);
    const codes = await processes.stop();
    const judgement = await judge(postgres, start, pushed.batches);
    const seconds = Math.round((performance.now() - begin) / 1000);
    return { pushed, judgement, died, faults: made, deadLetters, codes, seconds };
  } finally {
    over.abort();
    await processes?.stop();
    await redis?.stop();
    await postgres.stop();
    await folder.remove();
  }
}

async function flagsOf(
  folder: string,
  postgres: PostgresServer,
  redis: RunningRedis | undefined,
): Promise<string[]> {
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, 'scrape_configs: []\n');
  const urlFile = join(folder, 'redis-url');
  if (redis !== undefined) await writeFile(urlFile, redis.url, { mode: 0o600 });
  const ofRedis = [`--queue.redis.url-file=${urlFile}`, '--queue.redis.appendfsync=always'];
  return [
    `--config.file=${config}`,
    '--web.enable-push',
    '--web.enable-remote-write-receiver',
    '--push.samples-per-second=10000000',
    '--storage.engine=postgres',
    `--storage.postgres.url-file=${postgres.urlFile}`,
    `--queue.engine=${redis === undefined ? 'direct' : 'redis'}`,
    ...(redis === undefined ? [] : [...ofRedis, '--queue.redis.claim-after=2s']),
  ];
}

interface Server {
  start(): Promise<void>;
}

type Fault = { readonly name: string; readonly server: Server; readonly end: () => Promise<void> };

function faultsOf(postgres: PostgresServer, redis: RunningRedis | undefined): Fault[] {
  const ofPostgres: Fault[] = [
    { name: 'postgres killed', server: postgres, end: postgres.crash },
    { name: 'postgres halted', server: postgres, end: postgres.halt },
  ];
  if (redis === undefined) return ofPostgres;
  const ofRedis: Fault = { name: 'redis killed', server: redis, end: redis.kill };
  return ofPostgres.flatMap((fault) => [ofRedis, fault]);
}

async function makeFaults(
  faults: readonly Fault[],
  { faultEveryMs, mostFaults }: Plan,
  over: AbortSignal,
): Promise<Record<string, number>> {
  const made: Record<string, number> = {};
  for (let n = 0; n < mostFaults; n += 1) {
    await sleep(faultEveryMs, undefined, { signal: over }).catch(() => {});
    if (over.aborted) break;
    const { name, server, end } = faults[n % faults.length] as Fault;
    await end();
    await sleep(AWAY_MS[n % AWAY_MS.length]);
    await server.start();
    made[name] = (made[name] ?? 0) + 1;
  }
  return made;
}

/** Waits until all is in the store, dead letters as well, as an operator puts them back. @returns how many there were. */
async function emptyQueue(redis: RunningRedis): Promise<number> {
  await waitFor('an empty stream', () => isEmpty(redis), 300_000);
  const count = Number(await redis.ask('EVAL', PUT_BACK, '2', STREAM, `${STREAM}:dead`));
  await waitFor('the dead letters to be stored', () => isEmpty(redis), 300_000);
  return count;
}

const PUT_BACK = `
local letters = redis.call('XRANGE', KEYS[2], '-', '+')
for _, letter in ipairs(letters) do
  local fields = {}
  for i = 1, #letter[2], 2 do fields[letter[2][i]] = letter[2][i + 1] end
  redis.call('XADD', KEYS[1], '*', 'batch', fields['batch'], 'samples', fields['samples'])
end
redis.call('DEL', KEYS[2])
return #letters`;

async function isEmpty(redis: RunningRedis): Promise<boolean> {
  const left = await redis.ask('XLEN', STREAM);
  if (left !== 0) throw new Error(`${left} entries are left`);
  return true;
}
