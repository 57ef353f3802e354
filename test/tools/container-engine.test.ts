// Against a pretended docker and pretended container scripts, which write down how they were called.

import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Exit, startNode } from '../helpers/process.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const PROGRAM = new URL('../../tools/container-engine.ts', import.meta.url).pathname;

interface Machine {
  readonly engineRuns?: boolean;
  readonly scripts?: boolean;
  readonly exitCode?: number;
  readonly env?: Record<string, string>;
}

interface Run extends Exit {
  readonly calls: string[];
  readonly stderr: string;
}

async function run({ engineRuns = false, scripts = false, exitCode = 0, env = {} }: Machine): Promise<Run> {
  const dir = await tempDir('engine');
  onTestFinished(() => dir.remove());
  const bin = join(dir.path, 'bin');
  // Not the folder itself: scripts are looked for beside it, and there others may have some.
  const project = join(dir.path, 'project');
  const folder = join(dir.path, 'scripts');
  const socket = join(dir.path, 'engine-runs');
  const program = async (path: string, text: string) => {
    await writeFile(path, `#!/bin/sh\nme="$(basename "$0") $*"\n${text}\n`);
    await chmod(path, 0o755);
  };
  await mkdir(bin);
  await mkdir(project);
  await mkdir(folder);
  if (engineRuns) await writeFile(socket, '');
  const note = `echo "$me" >> ${dir.path}/calls`;
  const answers = `[ -e ${socket} ] && [ "$DOCKER_HOST" != nowhere ]`;
  await program(
    join(bin, 'docker'),
    `case $* in info) ${answers};; *config*) echo '{"services":{"p":{"image":"prom:1"}}}';; *version) ${answers};; esac`,
  );
  await program(join(bin, 'dockerd'), 'exit 0');
  await program(join(bin, 'the-tests'), `${note}; [ -e ${socket} ] || exit 9; exit ${exitCode}`);
  await program(
    join(folder, 'start-dockerd.sh'),
    `${note}; [ $1 = stop ] && rm ${socket} || touch ${socket}`,
  );
  await program(join(folder, 'install-plugins.sh'), note);
  await program(join(folder, 'standin-images.sh'), note);
  if (!scripts) await rm(folder, { recursive: true });
  await writeFile(join(project, 'Dockerfile'), 'FROM node:24\n');
  const started = startNode(PROGRAM, ['the-tests', '--all'], {
    cwd: project,
    env: { PATH: `${bin}:${process.env.PATH}`, ...(scripts && { CONTAINER_SCRIPTS: folder }), ...env },
  });
  const exit = await started.exit;
  const calls = await readFile(join(dir.path, 'calls'), 'utf8').catch(() => '');
  return { ...exit, calls: calls.split('\n').filter(Boolean), stderr: started.stderr.join('\n') };
}

const PREPARED = ['install-plugins.sh ', 'standin-images.sh node:24 prom:1', 'the-tests --all'];

test('uses the engine at hand where there are no container scripts', async () => {
  expect(await run({ engineRuns: true })).toMatchObject({ code: 0, calls: ['the-tests --all'] });
});

test('without an engine and without scripts it fails and names both', async () => {
  const { code, calls, stderr } = await run({});
  expect({ code, calls }).toEqual({ code: 1, calls: [] });
  expect(stderr).toContain('no Docker engine answers "docker info"');
  expect(stderr).toContain('CONTAINER_SCRIPTS');
});

test('starts an engine by the scripts and stops it again', async () => {
  const all = ['start-dockerd.sh start', ...PREPARED, 'start-dockerd.sh stop'];
  expect(await run({ scripts: true })).toMatchObject({ code: 0, calls: all });
  expect(await run({ scripts: true, exitCode: 3 })).toMatchObject({ code: 3, calls: all });
});

test('does not stop an engine that ran before', async () => {
  expect(await run({ scripts: true, engineRuns: true })).toMatchObject({ code: 0, calls: PREPARED });
});

test('nor one that DOCKER_HOST merely hides', async () => {
  const hidden = await run({ scripts: true, engineRuns: true, env: { DOCKER_HOST: 'nowhere' } });
  expect(hidden).toMatchObject({ code: 0, calls: PREPARED });
});

test('names the folder of CONTAINER_SCRIPTS that holds none', async () => {
  const { code, calls, stderr } = await run({ engineRuns: true, env: { CONTAINER_SCRIPTS: '/nowhere' } });
  expect({ code, calls }).toEqual({ code: 1, calls: [] });
  expect(stderr).toContain('CONTAINER_SCRIPTS=/nowhere holds no start-dockerd.sh');
});
