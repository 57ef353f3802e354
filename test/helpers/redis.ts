// A real Redis for tests: started on a free port over a folder of its own, and gone afterwards.

import { createClient } from 'redis';
import { messageOf } from '../../src/lib/errors.ts';
import { freePort } from './free-port.ts';
import { type Program, startProgram } from './process.ts';
import { tempDir } from './temp-dir.ts';
import { waitFor } from './wait-for.ts';

export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  /** Sends a command on a connection of its own. */
  ask(...args: readonly (string | Buffer)[]): Promise<unknown>;
  /** SIGKILL; what it has on disk stays. */
  kill(): Promise<void>;
  /** Over the same folder, on the same port. */
  start(): Promise<void>;
  /** SIGSTOP: it takes connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Settings by their names in redis.conf. */
export type RedisSettings = Readonly<Record<string, string | string[]>>;

const DURABLE: RedisSettings = { appendonly: 'yes', appendfsync: 'always', save: '' };
const PORT_TRIES = 5;
const READY_MS = 60_000;

/** @param settings beside, or instead of, those that keep every accepted write. @throws Error with its log. */
export async function startRedis(settings: RedisSettings = {}): Promise<RunningRedis> {
  const own = await tempDir('redis');
  const all = { ...DURABLE, bind: '127.0.0.1', dir: own.path, ...settings };
  let program: Program;
  let port = 0;
  for (let tries = 1; ; tries += 1) {
    port = Number(settings.port ?? 0) || (await freePort());
    try {
      program = await launch({ port: String(port), ...all });
      break;
    } catch (error) {
      if (tries === PORT_TRIES || !messageOf(error).includes('in use')) {
        await own.remove();
        throw error;
      }
    }
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    ask: (...args) => ask(port, settings.requirepass?.toString(), args),
    kill: async () => {
      program.kill('SIGKILL');
      await program.exit;
    },
    start: async () => {
      program = await launch({ port: String(port), ...all });
    },
    freeze: () => program.kill('SIGSTOP'),
    thaw: () => program.kill('SIGCONT'),
    stop: async () => {
      program.kill('SIGKILL');
      await program.exit;
      await own.remove();
    },
  };
}

async function launch(settings: RedisSettings): Promise<Program> {
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value].flat());
  const program = startProgram('redis-server', args);
  let code: number | null | undefined;
  void program.exit.then((exit) => {
    code = exit.code;
  });
  const log = () => [...program.stdout, ...program.stderr].join('\n');
  await waitFor(
    'Redis to be ready',
    () => code !== undefined || program.stdout.some((line) => line.includes('Ready to accept connections')),
    READY_MS,
  );
  if (code !== undefined) throw new Error(`cannot start redis-server ("npm test" installs it): ${log()}`);
  return program;
}

async function ask(port: number, password: string | undefined, args: readonly (string | Buffer)[]) {
  const client = createClient({
    RESP: 2,
    maintNotifications: 'disabled',
    socket: { host: '127.0.0.1', port, reconnectStrategy: false },
    ...(password !== undefined && { password }),
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.sendCommand([...args])) as unknown;
  } finally {
    client.destroy();
  }
}
