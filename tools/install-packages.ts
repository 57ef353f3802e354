// Installs packages on Debian and Ubuntu, without starting the services they bring.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunCommand, runCommand, tryCommand } from './run-command.ts';

export interface InstallSystem {
  readonly osRelease: string;
  readonly policyFile: string;
  readonly isRoot: boolean;
  readonly run: RunCommand;
  readonly attempt: RunCommand;
}

const THIS_MACHINE: InstallSystem = {
  osRelease: '/etc/os-release',
  policyFile: '/usr/sbin/policy-rc.d',
  isRoot: process.getuid?.() === 0,
  run: runCommand,
  attempt: tryCommand,
};

// Debian's packages ask this program whether a service may be started; 101 means no.
const POLICY = `#!/bin/sh
# Of an inventory-sd test run that was installing packages; remove it when no such run is going on.
exit 101
`;

/**
 * Installs `packages` after printing the exact lines, as root or by `sudo -n`.
 * @throws Error that names what to install where this cannot be done, or what failed.
 */
export async function installPackages(packages: readonly string[], system = THIS_MACHINE): Promise<void> {
  const asRoot = await rootCommands(packages, system);
  // A list that cannot be renewed may still do, so only the installation itself decides.
  await asRoot('apt-get', ['update', '-qq']);
  await withoutServiceStarts(system.policyFile, asRoot, async () => {
    const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
    const line = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', ...options, ...packages];
    if ((await asRoot('env', line)) !== 0)
      throw new Error(`cannot install ${packages.join(' ')}: apt-get failed`);
  });
}

async function rootCommands(packages: readonly string[], system: InstallSystem): Promise<RunCommand> {
  const osRelease = await readFile(system.osRelease, 'utf8').catch(() => '');
  if (!/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease))
    throw new Error(`cannot install ${packages.join(' ')} here: this is neither Debian nor Ubuntu`);
  if (!system.isRoot && (await system.attempt('sudo', ['-n', 'true'])) !== 0)
    throw new Error(`cannot install ${packages.join(' ')} here: not root, and sudo -n does not work`);
  const prefix = system.isRoot ? [] : ['sudo', '-n'];
  return (...[file, args]) => {
    const [first = file, ...rest] = [...prefix, file, ...args];
    console.log(`$ ${[first, ...rest].join(' ')}`);
    return system.run(first, rest);
  };
}

async function withoutServiceStarts(
  policyFile: string,
  asRoot: RunCommand,
  action: () => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'inventory-sd-policy-'));
  // Ctrl-C ends apt-get itself; this program has to live on to put the old policy back.
  const livesOn = () => {};
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, livesOn);
  try {
    const kept = await keepPolicy(policyFile, join(folder, 'kept'), asRoot);
    await writeFile(join(folder, 'policy'), POLICY);
    try {
      await must(asRoot('install', ['-m', '755', join(folder, 'policy'), policyFile]), `write ${policyFile}`);
      await action();
    } finally {
      const back = kept
        ? asRoot('cp', ['-a', join(folder, 'kept'), policyFile])
        : asRoot('rm', ['-f', policyFile]);
      await must(back, `restore ${policyFile}`);
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, livesOn);
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns whether there is a policy to put back; one that a killed run of ours left behind is none. */
async function keepPolicy(policyFile: string, copy: string, asRoot: RunCommand): Promise<boolean> {
  const policy = await readFile(policyFile, 'utf8').catch(() => POLICY);
  if (policy === POLICY) return false;
  await must(asRoot('cp', ['-a', policyFile, copy]), `copy ${policyFile}`);
  return true;
}

async function must(code: Promise<number>, what: string): Promise<void> {
  const exit = await code;
  if (exit !== 0) throw new Error(`cannot ${what}: exit code ${exit}`);
}
