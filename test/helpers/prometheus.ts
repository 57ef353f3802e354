// Real Prometheus servers for tests: started on a free port over a folder of their own, and gone afterwards.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/lib/errors.ts';
import { findPrometheus, missingVersions, type PrometheusBinary } from '../../tools/prometheus-binaries.ts';
import { freePort } from './free-port.ts';
import { type Program, startProgram } from './process.ts';
import { type TempDir, tempDir } from './temp-dir.ts';
import { waitFor } from './wait-for.ts';

export interface ActiveTarget {
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly lastError: string;
  /** RFC 3339. */
  readonly lastScrape: string;
  readonly health: 'up' | 'down' | 'unknown';
}

export interface RunningPrometheus {
  readonly version: string;
  readonly url: string;
  readonly pid: number;
  /** The `data` of `/api/v1/<path>`. @throws Error with Prometheus' own reason. */
  api<T>(path: string): Promise<T>;
  /** The targets of one job, or of all. */
  activeTargets(job?: string): Promise<ActiveTarget[]>;
  /** The sum over the samples of one metric of its own, or the one sample `name{…}`; undefined when there is none. */
  metric(name: string): Promise<number | undefined>;
  /** Its own log so far. */
  log(): string;
  stop(): Promise<void>;
}

/** The configuration as text, or the path of one. Paths in it are relative to its folder. */
export type PrometheusConfig = { readonly yaml: string } | { readonly path: string };

export interface PrometheusOptions {
  /** Where the configuration text is written, for a folder with targets in it. It stays when Prometheus stops. */
  readonly dir?: string;
  /** Samples by series, as lines of OpenMetrics with times, that are in its storage from the start on. */
  readonly samples?: string;
  readonly flags?: readonly string[];
}

const READY_MS = 60_000;
const ANSWER_MS = 30_000;
const PORT_TRIES = 5;

/** Every Prometheus of this machine. @throws Error when there is none, or one of REQUIRE_PROMETHEUS is missing. */
export async function requirePrometheus(): Promise<PrometheusBinary[]> {
  const found = await findPrometheus();
  const missing = missingVersions(process.env.REQUIRE_PROMETHEUS, found);
  if (found.length === 0 || missing.length > 0)
    throw new Error(`no Prometheus ${missing.join(', ')}: "npm test" installs it`);
  return found;
}

/** Starts Prometheus and waits until it is ready. @throws Error with its log when it does not get there. */
export async function startPrometheus(
  binary: PrometheusBinary,
  config: PrometheusConfig,
  options: PrometheusOptions = {},
): Promise<RunningPrometheus> {
  const own = await tempDir('prometheus');
  try {
    const path = await configFile(config, options.dir ?? own.path);
    if (options.samples !== undefined) await createBlocks(binary, options.samples, own.path);
    const { program, url } = await startOnFreePort(binary, path, own.path, options.flags);
    return handle(binary, program, url, own);
  } catch (error) {
    await own.remove();
    throw error;
  }
}

async function createBlocks(binary: PrometheusBinary, samples: string, dir: string): Promise<void> {
  const file = join(dir, 'samples.txt');
  await writeFile(file, `${samples}# EOF\n`);
  const made = await runPromtool(binary, [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    file,
    join(dir, 'data'),
  ]);
  if (!made.ok) throw new Error(`promtool cannot make blocks: ${made.output}`);
}

/** What promtool says, and whether it agrees. */
export interface PromtoolVerdict {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs `promtool check config`. */
export function checkConfig(binary: PrometheusBinary, path: string): Promise<PromtoolVerdict> {
  return runPromtool(binary, ['check', 'config', path]);
}

/** Runs `promtool check web-config`. */
export function checkWebConfig(binary: PrometheusBinary, path: string): Promise<PromtoolVerdict> {
  return runPromtool(binary, ['check', 'web-config', path]);
}

/** Runs `promtool test rules`. */
export function testRules(binary: PrometheusBinary, path: string): Promise<PromtoolVerdict> {
  return runPromtool(binary, ['test', 'rules', path]);
}

/** A target that `promtool check service-discovery` found, and why Prometheus would drop it. */
export interface DiscoveredTarget {
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly error?: string;
}

/** Lists what Prometheus finds for a job within some seconds. @throws Error with what promtool says instead. */
export async function discover(
  binary: PrometheusBinary,
  config: string,
  job: string,
  seconds: number,
): Promise<DiscoveredTarget[]> {
  const args = ['check', 'service-discovery', `--timeout=${seconds}s`, config, job];
  const { stdout } = await promisify(execFile)(binary.promtool, args, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as DiscoveredTarget[];
}

async function runPromtool({ promtool }: PrometheusBinary, args: string[]): Promise<PromtoolVerdict> {
  try {
    const { stdout, stderr } = await promisify(execFile)(promtool, args);
    return { ok: true, output: stdout + stderr };
  } catch (error) {
    const { stdout = '', stderr = messageOf(error) } = error as { stdout?: string; stderr?: string };
    return { ok: false, output: stdout + stderr };
  }
}

async function configFile(config: PrometheusConfig, dir: string): Promise<string> {
  if ('path' in config) return resolve(config.path);
  const path = join(dir, 'prometheus.yml');
  await writeFile(path, config.yaml);
  return path;
}

async function startOnFreePort(
  binary: PrometheusBinary,
  configPath: string,
  dir: string,
  flags: readonly string[] = [],
): Promise<{ program: Program; url: string }> {
  for (let tries = 1; ; tries++) {
    const address = `127.0.0.1:${await freePort()}`;
    const program = startProgram(binary.path, [
      `--config.file=${configPath}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=${address}`,
      '--web.enable-lifecycle',
      ...flags,
    ]);
    const trouble = await untilReady(program, `http://${address}`);
    if (trouble === undefined) return { program, url: `http://${address}` };
    await program.stop();
    if (tries === PORT_TRIES || !trouble.includes('address already in use'))
      throw new Error(`cannot start Prometheus ${binary.version}: ${trouble}`);
  }
}

/** @returns why it did not become ready, or undefined when it did. */
async function untilReady(program: Program, url: string): Promise<string | undefined> {
  let ended = false;
  void program.exit.then(() => {
    ended = true;
  });
  try {
    await waitFor(
      `${url}/-/ready`,
      async () => {
        if (ended) return true;
        const answer = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(5_000) });
        if (!answer.ok) throw new Error(await answer.text());
        // Another server may have been given the same port in between: ours must still live to be the one that answered.
        return program.line(/Server is ready to receive web requests/, 5_000);
      },
      READY_MS,
    );
    return ended ? logOf(program) : undefined;
  } catch (error) {
    return `${messageOf(error)}\n${logOf(program)}`;
  }
}

function handle(binary: PrometheusBinary, program: Program, url: string, own: TempDir): RunningPrometheus {
  const api = async <T>(path: string) => readApi<T>(`${url}/api/v1/${path}`);
  return {
    version: binary.version,
    url,
    pid: program.pid,
    api,
    activeTargets: async (job) => {
      const { activeTargets } = await api<{ activeTargets: ActiveTarget[] }>('targets?state=active');
      return activeTargets.filter(({ scrapePool }) => job === undefined || scrapePool === job);
    },
    metric: async (name) => {
      const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
      return sumOf(await answer.text(), name);
    },
    log: () => logOf(program),
    stop: async () => {
      await program.stop();
      await own.remove();
    },
  };
}

async function readApi<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  const answer = (await response.json()) as { status: string; error?: string; data: T };
  if (answer.status !== 'success') throw new Error(`${response.status} from ${url}: ${answer.error}`);
  return answer.data;
}

function sumOf(exposition: string, name: string): number | undefined {
  const samples = exposition
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  if (samples.length === 0) return undefined;
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

function logOf(program: Program): string {
  return [...program.stdout, ...program.stderr].join('\n');
}
