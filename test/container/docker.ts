// The docker command, as tests use it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Container {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly Pid: number;
    readonly OOMKilled: boolean;
    readonly Health?: { readonly Status: string };
  };
  readonly HostConfig: { readonly ReadonlyRootfs: boolean; readonly CapDrop: readonly string[] };
}

const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** Runs `docker …`. @returns its standard output. @throws Error with all it printed when it fails. */
export async function docker(args: readonly string[], settings: Settings = {}): Promise<string> {
  const env = { ...inherited(), ...settings };
  const run = promisify(execFile)('docker', args, { env, maxBuffer: MAX_OUTPUT_BYTES });
  const { stdout } = await run.catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`docker ${args.join(' ')}: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
  });
  return stdout;
}

/** Variables of one command. */
export type Settings = Readonly<Record<string, string>>;

export async function inspect(container: string): Promise<Container> {
  const [only] = JSON.parse(await docker(['container', 'inspect', container])) as [Container];
  return only;
}

/** Kills the first process of a container from outside, as a crash would: `docker kill` counts as asked for. */
export async function killProcess(container: string, image: string): Promise<void> {
  const { State } = await inspect(container);
  const script = `process.kill(${State.Pid}, 'SIGKILL')`;
  await docker(['run', '--rm', '--pid=host', '--user=0', '--entrypoint=node', image, '-e', script]);
}

// Nothing else of the caller's environment: it could hold a setting of ours.
function inherited(): Settings {
  const ours = Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|DOCKER_\w+)$/.test(name));
  return Object.fromEntries(ours) as Settings;
}
