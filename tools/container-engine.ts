// Prepares a Docker engine, runs the command it is given, and stops what it started.
// `node tools/container-engine.ts vitest run --mode container`

import '../src/lib/node-version.ts';
import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../src/lib/errors.ts';
import { projectImages } from './container-images.ts';
import { installPackages } from './install-packages.ts';
import { runCommand, tryCommand } from './run-command.ts';

/** Where the container scripts lie when CONTAINER_SCRIPTS does not say so. */
const USUAL_SCRIPTS = '../shared/docker';

// Ctrl-C ends the command itself; this program lives on to stop the engine it started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

try {
  process.exitCode = await withEngine(process.argv.slice(2));
} catch (error) {
  console.error(`cannot run the container test: ${messageOf(error)}`);
  process.exitCode = 1;
}

async function withEngine([file, ...args]: string[]): Promise<number> {
  if (file === undefined) throw new Error('no command was given');
  const scripts = await containerScripts();
  if (scripts === undefined) {
    await engineAtHand();
    return runCommand(file, args);
  }
  const env = await engineEnvironment();
  // An engine that answers already is not ours to stop.
  const ours = !(await answers(env));
  try {
    if (ours) await startEngine(scripts, env);
    await script(env, scripts, 'install-plugins.sh');
    await script(env, scripts, 'standin-images.sh', ...(await projectImages(env)));
    return await runCommand(file, args, env);
  } finally {
    if (ours) await script(env, scripts, 'start-dockerd.sh', 'stop');
  }
}

/** The user's own engine when it answers, else the usual place, where the scripts start one. */
async function engineEnvironment(): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = { ...process.env, DOCKERD_SYSTEM: '1' };
  if (await answers(env)) return env;
  const { DOCKER_HOST: _host, DOCKER_CONTEXT: _context, ...usual } = env;
  return usual;
}

async function answers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await tryCommand('docker', ['info'], env)) === 0;
}

async function containerScripts(): Promise<string | undefined> {
  const named = process.env.CONTAINER_SCRIPTS;
  const folder = resolve(named || USUAL_SCRIPTS);
  const usable = await access(`${folder}/start-dockerd.sh`, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!usable && named) throw new Error(`CONTAINER_SCRIPTS=${named} holds no start-dockerd.sh`);
  return usable ? folder : undefined;
}

async function engineAtHand(): Promise<void> {
  const missing: string[] = [];
  if (!(await answers(process.env))) missing.push('no Docker engine answers "docker info"');
  if ((await tryCommand('docker', ['compose', 'version'])) !== 0)
    missing.push('"docker compose version" does not work');
  if (missing.length > 0)
    throw new Error(
      `${missing.join(' and ')}; start Docker, or name the container scripts in CONTAINER_SCRIPTS`,
    );
}

async function startEngine(scripts: string, env: NodeJS.ProcessEnv): Promise<void> {
  if ((await tryCommand('dockerd', ['--version'])) !== 0) await installPackages(['docker.io', 'iptables']);
  await script(env, scripts, 'start-dockerd.sh', 'start');
}

async function script(
  env: NodeJS.ProcessEnv,
  folder: string,
  name: string,
  ...args: string[]
): Promise<void> {
  const code = await runCommand(`${folder}/${name}`, args, env);
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} failed with exit code ${code}`);
}
