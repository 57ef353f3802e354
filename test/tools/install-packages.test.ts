import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type InstallSystem, installPackages } from '../../tools/install-packages.ts';
import { tryCommand } from '../../tools/run-command.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const DEBIAN = 'ID=debian\n';
const UBUNTU = 'ID=ubuntu\nID_LIKE=debian\n';
const KEPT = '#!/bin/sh\nexit 0\n';

beforeEach(() => {
  vi.spyOn(console, 'log').mockReturnValue();
});

interface Recorded {
  readonly system: InstallSystem;
  /** What was called, without sudo; apt-get is only pretended. */
  readonly lines: string[];
  /** The policy at the time of the installation. */
  duringInstall: string;
}

async function recorded(
  osRelease: string,
  isRoot: boolean,
  sudoWorks = true,
  aptCode = 0,
): Promise<Recorded> {
  const dir = await tempDir('install');
  onTestFinished(() => dir.remove());
  const policyFile = join(dir.path, 'policy-rc.d');
  await writeFile(join(dir.path, 'os-release'), osRelease);
  const result: Recorded = {
    lines: [],
    duringInstall: '',
    system: {
      osRelease: join(dir.path, 'os-release'),
      policyFile,
      isRoot,
      attempt: async () => (sudoWorks ? 0 : 1),
      run: async (file, args) => {
        const line = [file, ...args].join(' ');
        result.lines.push(line);
        const plain = line.replace('sudo -n ', '');
        if (plain.startsWith('env ')) result.duringInstall = await readFile(policyFile, 'utf8');
        if (plain.includes('apt-get')) return aptCode;
        const [first = '', ...rest] = plain.split(' ');
        return tryCommand(first, rest);
      },
    },
  };
  return result;
}

test('installs as root while no service may start, and leaves no policy behind', async () => {
  const record = await recorded(DEBIAN, true);
  await installPackages(['prometheus'], record.system);
  expect(record.duringInstall).toContain('exit 101');
  expect(existsSync(record.system.policyFile)).toBe(false);
});

test('prints and runs the exact lines with sudo', async () => {
  const record = await recorded(UBUNTU, false);
  await installPackages(['prometheus'], record.system);
  expect(record.lines[0]).toBe('sudo -n apt-get update -qq');
  expect(record.lines).toContain(
    'sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ' +
      '-o DPkg::Lock::Timeout=300 prometheus',
  );
  expect(vi.mocked(console.log).mock.calls.flat()).toEqual(record.lines.map((line) => `$ ${line}`));
});

test('puts the policy of this machine back, also when the installation fails', async () => {
  const record = await recorded(DEBIAN, true, true, 100);
  await writeFile(record.system.policyFile, KEPT, { mode: 0o755 });
  await expect(installPackages(['prometheus'], record.system)).rejects.toThrow('cannot install prometheus');
  expect(record.duringInstall).toContain('exit 101');
  expect(await readFile(record.system.policyFile, 'utf8')).toBe(KEPT);
});

test('removes a policy that a killed run of ours left behind', async () => {
  const record = await recorded(DEBIAN, true);
  await installPackages(['prometheus'], record.system);
  await writeFile(record.system.policyFile, record.duringInstall);
  await installPackages(['prometheus'], record.system);
  expect(existsSync(record.system.policyFile)).toBe(false);
});

test('elsewhere and without rights nothing is run, and the reason is given', async () => {
  const elsewhere = await recorded('ID=fedora\n', true);
  await expect(installPackages(['prometheus'], elsewhere.system)).rejects.toThrow(
    'neither Debian nor Ubuntu',
  );
  const noRights = await recorded(DEBIAN, false, false);
  await expect(installPackages(['prometheus'], noRights.system)).rejects.toThrow('sudo -n does not work');
  expect([...elsewhere.lines, ...noRights.lines]).toEqual([]);
});
