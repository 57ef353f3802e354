// The mini-tsdb that is loaded: one of its own with high limits and all doors, or one that runs already.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../src/lib/errors.ts';
import { type Child, startChild } from '../demo/child.ts';

export interface LoadedServer {
  /** Undefined where only gRPC is known. */
  readonly url: string | undefined;
  readonly grpc: string | undefined;
  /** Seconds of CPU time so far; undefined when it does not tell. */
  cpu(): Promise<number | undefined>;
  stop(): Promise<void>;
}

const START_MS = 60_000;
const STOP_MS = 10_000;
const ASK_MS = 10_000;
const LOOK_MS = 50;

export function runningServer(url: string | undefined, grpc: string | undefined): LoadedServer {
  return { url, grpc, cpu: async () => (url === undefined ? undefined : cpuOf(url)), stop: async () => {} };
}

/** Starts one on free ports. @throws AppError `start` with its last lines. */
export async function startServer(isOnDisk: boolean, signal: AbortSignal): Promise<LoadedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mini-tsdb-load-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, 'scrape_configs: []\n');
  const script = fileURLToPath(new URL('../../src/tsdb.ts', import.meta.url));
  const data = isOnDisk ? [`--storage.tsdb.path=${join(folder, 'data')}`] : [];
  const args = [script, `--config.file=${config}`, ...OPEN, ...data];
  const child = startChild('mini-tsdb', { file: process.execPath, args, env: {} });
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  // For an end that gets past the orderly one.
  const kill = () => {
    child.kill();
    remove();
  };
  process.once('exit', kill);
  const stop = async () => {
    await child.stop(STOP_MS);
    process.removeListener('exit', kill);
    remove();
  };
  try {
    const { url, grpc } = await addresses(child, signal);
    return { url, grpc, cpu: () => cpuOf(url), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const OPEN = [
  '--web.listen-address=127.0.0.1:0',
  '--grpc.listen-address=127.0.0.1:0',
  '--web.enable-push',
  '--web.enable-remote-write-receiver',
  '--push.samples-per-second=10000000',
  '--push.requests-per-second=10000000',
  // One client has a quarter of them.
  '--push.max-concurrency=4096',
  '--push.max-series-per-client=1000000',
  '--storage.tsdb.max-series=8000000',
];

async function addresses(child: Child, signal: AbortSignal): Promise<{ url: string; grpc: string }> {
  const state: { how?: string } = {};
  void child.ended.then((how) => {
    state.how = how;
  });
  const end = performance.now() + START_MS;
  while (state.how === undefined && performance.now() < end && !signal.aborted) {
    const [http, grpc] = ['listening', 'listening for gRPC'].map((what) => addressIn(child.lines, what));
    if (http !== undefined && grpc !== undefined) return { url: `http://${http}`, grpc: `http://${grpc}` };
    await sleep(LOOK_MS);
  }
  throw new AppError(
    'start',
    `cannot start mini-tsdb: ${state.how ?? 'no answer'}\n${child.lines.slice(-8).join('\n')}`,
  );
}

function addressIn(lines: readonly string[], what: string): string | undefined {
  const line = lines.find((one) => one.includes(`"msg":"${what}"`));
  return /"address":"([^"]+)"/.exec(line ?? '')?.[1];
}

/** As /metrics tells it. Nobody has to: it may be another program, or want a user. */
async function cpuOf(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(ASK_MS) });
    const found = /^process_cpu_seconds_total (\S+)/m.exec(await answer.text())?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
