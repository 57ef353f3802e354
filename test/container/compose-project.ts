// A Docker Compose project of its own for one test file: free ports, and gone with its volumes and images afterwards.

import { readFile } from 'node:fs/promises';
import { freePort } from '../helpers/free-port.ts';
import { type Container, docker, inspect, type Settings } from './docker.ts';

export interface ComposeProject {
  /** Also the prefix of its images and networks: `<name>-<service>`, `<name>_<network>`. */
  readonly name: string;
  /** Runs `docker compose …`. @returns its standard output. */
  compose(...args: string[]): Promise<string>;
  /** The container of a service, also a stopped one. */
  container(service: string): Promise<Container>;
  /** Runs a command in a service's container. */
  exec(service: string, ...command: string[]): Promise<string>;
  /** Where the port that this setting names is on this machine. */
  url(portSetting: string): string;
  /** The same as `host:port`. */
  address(portSetting: string): string;
  /** The end of every container's log. */
  logs(): Promise<string>;
  remove(): Promise<void>;
}

export interface ComposeFile {
  /** The settings of a later one are put over those of the first, whose folder is the project's. */
  readonly files: readonly string[];
  readonly settings: Settings;
  /** Whose services run beside those that always do. */
  readonly profile?: string;
}

const PORT_TRIES = 3;

/** Builds and starts everything, and waits until all of it is healthy. @throws Error with the logs when that fails. */
export async function startProject({ settings, ...file }: ComposeFile): Promise<ComposeProject> {
  for (let tries = 1; ; tries++) {
    const project = handle({ ...file, settings: { ...settings, ...(await freePorts()) } });
    try {
      await project.compose('up', '--build', '-d', '--wait', '--wait-timeout', '600');
      return project;
    } catch (error) {
      const logs = await project.logs().catch(() => '');
      await project.remove();
      // Another program may have taken a port in between.
      if (tries === PORT_TRIES || !/port is already allocated|address already in use/.test(String(error)))
        throw new Error(`${error}\n${logs}`, { cause: error });
    }
  }
}

/** One for every setting that chooses a port of this machine. */
async function freePorts(): Promise<Settings> {
  const names = (await readFile('.env.example', 'utf8')).match(/^\w+_PORT(?==)/gm) ?? [];
  // This one is the sensors' own.
  const ours = names.filter((name) => name !== 'METRICS_PORT');
  const chosen = await Promise.all(ours.map(async (name) => [name, String(await freePort())] as const));
  return Object.fromEntries(chosen);
}

let projects = 0;

function handle({ files, settings, profile }: ComposeFile): ComposeProject {
  const name = `inventory-sd-test-${process.pid}-${projects++}`;
  // The caller's .env has no part in a test; that of the example does.
  const named = files.flatMap((file) => ['-f', file]);
  const profiles = profile === undefined ? [] : ['--profile', profile];
  const base = ['compose', '--env-file', '.env.example', ...named, ...profiles, '-p', name];
  const compose = (...args: string[]) => docker([...base, ...args], settings);
  return {
    name,
    compose,
    container: async (service) => inspect((await compose('ps', '-a', '-q', service)).trim()),
    exec: (service, ...command) => compose('exec', '-T', service, ...command),
    url: (portSetting) => `http://127.0.0.1:${settings[portSetting]}`,
    address: (portSetting) => `127.0.0.1:${settings[portSetting]}`,
    logs: () => compose('logs', '--no-color', '--tail', '40'),
    async remove() {
      await compose('down', '-v', '--rmi', 'local', '--remove-orphans', '--timeout', '20');
    },
  };
}
