// Real PostgreSQL servers for tests: each over a folder of its own, on a free port, and gone afterwards.

import { chmod, chown, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { messageOf } from '../../src/lib/errors.ts';
import { findPostgres } from '../../tools/postgres-binaries.ts';
import { freePort } from './free-port.ts';
import { type Program, type ProgramOptions, startProgram } from './process.ts';
import { tempDir } from './temp-dir.ts';
import { waitFor } from './wait-for.ts';

/** A server of a test. */
export interface PostgresServer {
  /** With user and password. */
  readonly url: string;
  /** A file that holds the URL. */
  readonly urlFile: string;
  /** The rows of one statement, by a superuser. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** SIGKILL to the server and all it started, as a crash of the machine does, without the loss of its disk. */
  crash(): Promise<void>;
  /** Ends at once; clients are cut off. */
  halt(): Promise<void>;
  /** Once more, on the same port over the same folder. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface RunningPostgres extends PostgresServer {
  readonly pid: number;
}

export interface PostgresOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[];
}

const READY_MS = 60_000;
const PASSWORD = 'not-a-secret-of-anybody';

/** Starts one, empty. @throws Error with its log when it does not get there. */
export async function startPostgres({ settings = [] }: PostgresOptions = {}): Promise<RunningPostgres> {
  const bin = await findPostgres();
  if (bin === undefined) throw new Error('no PostgreSQL: "npm test" installs it');
  const dir = await tempDir('postgres');
  await giveAway(dir.path);
  const data = join(dir.path, 'data');
  await initialise(bin, dir.path, data);
  const port = await freePort();
  const url = `postgres://tester:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const urlFile = join(dir.path, 'url');
  await writeFile(urlFile, `${url}\n`, { mode: 0o600 });
  await writeFile(join(data, 'postgresql.auto.conf'), [...SETTINGS, ...settings].join('\n'));
  let program = await start(bin, data, dir.path, port, url);
  const end = async (signal: NodeJS.Signals) => {
    program.kill(signal);
    await program.exit;
  };
  return {
    url,
    urlFile,
    get pid() {
      return program.pid;
    },
    query: (text, values) => queryOnce(url, text, values),
    async crash() {
      // Its children would go on until they see that it is gone, and a new one must not come meanwhile.
      program.kill('SIGSTOP');
      for (const pid of [program.pid, ...(await childrenOf(program.pid))]) killHard(pid);
      await program.exit;
    },
    halt: () => end('SIGQUIT'),
    async start() {
      program = await start(bin, data, dir.path, port, url);
    },
    async stop() {
      await end('SIGQUIT');
      await dir.remove();
    },
  };
}

// Nothing here outlives a machine that loses its power; a server that is killed keeps what it wrote.
const SETTINGS = [
  'fsync = off',
  'max_connections = 60',
  'shared_buffers = 32MB',
  "log_min_messages = 'warning'",
  'wal_level = minimal',
  'max_wal_senders = 0',
];

async function initialise(bin: string, home: string, data: string): Promise<void> {
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, PASSWORD, { mode: 0o644 });
  const made = startAsServer(join(bin, 'initdb'), [
    `--pgdata=${data}`,
    '--username=tester',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ]);
  if ((await made.exit).code !== 0) throw new Error(`cannot make a PostgreSQL: ${logOf(made)}`);
}

async function start(bin: string, data: string, home: string, port: number, url: string): Promise<Program> {
  const program = startAsServer(join(bin, 'postgres'), [
    '-D',
    data,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${home}`,
  ]);
  let ended = false;
  void program.exit.then(() => {
    ended = true;
  });
  await waitFor(
    'PostgreSQL to answer',
    async () => {
      if (ended) return true;
      await queryOnce(url, 'SELECT 1');
      return true;
    },
    READY_MS,
  ).catch((error) => {
    program.kill('SIGKILL');
    throw new Error(`${messageOf(error)}\n${logOf(program)}`);
  });
  if (ended) throw new Error(`cannot start PostgreSQL: ${logOf(program)}`);
  return program;
}

// It refuses to run as root.
const SERVER_USER = 65534;

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function giveAway(path: string): Promise<void> {
  await chmod(path, 0o755);
  if (isRoot()) await chown(path, SERVER_USER, SERVER_USER);
}

function startAsServer(file: string, args: readonly string[], options?: ProgramOptions): Program {
  if (!isRoot()) return startProgram(file, args, options);
  const user = [`--reuid=${SERVER_USER}`, `--regid=${SERVER_USER}`, '--clear-groups', '--'];
  return startProgram('setpriv', [...user, file, ...args], { cwd: '/', ...options });
}

async function queryOnce<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const children = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // After the name, which may hold anything: state, parent.
      return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]) === parent ? [Number(pid)] : [];
    }),
  );
  return children.flat();
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function logOf({ stdout, stderr }: Program): string {
  return [...stdout, ...stderr].slice(-20).join('\n');
}
