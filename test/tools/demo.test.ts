import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Program, startProgram } from '../helpers/process.ts';
import { requirePrometheus } from '../helpers/prometheus.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';

const binaries = await requirePrometheus();
const DEMO = ['tools/demo.ts'];
// They wait for real seconds of real servers: half a minute on an idle machine.
const LONG_MS = 180_000;

interface Stage {
  /** TMPDIR of the demo: all it writes is in here. */
  readonly folder: string;
  start(file: string, args: readonly string[], env?: Readonly<Record<string, string>>): Program;
}

async function stage(): Promise<Stage> {
  const dir = await tempDir('demo');
  const programs: Program[] = [];
  onTestFinished(async () => {
    await Promise.all(programs.map((program) => program.stop(30_000)));
    await dir.remove();
  });
  const start: Stage['start'] = (file, args, env) => {
    const program = startProgram(file, args, { env: { TMPDIR: dir.path, ...env } });
    programs.push(program);
    return program;
  };
  return { folder: dir.path, start };
}

/** PATH with one Prometheus, or with none. */
async function pathWith(folder: string, binary: (typeof binaries)[number] | undefined): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  if (binary !== undefined) {
    await symlink(binary.path, join(bin, 'prometheus'));
    await symlink(binary.promtool, join(bin, 'promtool'));
  }
  return bin;
}

/** No process of it lives, and the temporary folder is gone. */
async function expectNothingLeft(folder: string): Promise<void> {
  expect(await processesOf(folder)).toEqual([]);
  expect(await readdir(folder)).toEqual(expect.not.arrayContaining([expect.stringContaining('demo-')]));
}

/** The command lines of all processes that have the folder in their environment, as our PATH is. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [environ, command] = await Promise.all(
        ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      return environ?.includes(folder) ? [command ?? ''] : [];
    }),
  );
  return found.flat();
}

test.each(binaries)(
  'without a terminal it prints lines, shows the fall with Prometheus $version, and ends on SIGTERM',
  async (binary) => {
    const { folder, start } = await stage();
    const demo = start(process.execPath, DEMO, { PATH: await pathWith(folder, binary) });
    await demo.line(new RegExp(`Prometheus ${binary.version.replaceAll('.', '\\.')}`));
    await demo.line(/unguarded: all 100 up/);
    await demo.line(/inventory-sd: all 100 up/);
    const page = /^Prometheus +(\S+)$/.exec(
      demo.stdout.find((line) => line.startsWith('Prometheus ')) ?? '',
    )?.[1];
    expect(page).toMatch(/targets$/);
    expect((await fetch(page ?? '')).status).toBe(200);
    const admin = /break it .* (http\S+)$/.exec(
      demo.stdout.find((line) => line.startsWith('break it')) ?? '',
    )?.[1];

    await fetch(admin ?? '', { method: 'POST', body: '{"fault":"empty"}' });
    await demo.line(/unguarded: 100 → 0 targets/);
    await demo.line(/inventory-sd: 100 targets, kept: the inventory lists no target/);

    demo.kill('SIGTERM');
    expect(await demo.exit).toEqual({ code: 0, signal: null });
    expect(demo.stdout.at(-1)).toBe('the demo ends: SIGTERM');
    expect(demo.stdout.join('\n')).not.toContain('\x1b');
    expect(demo.stderr).toEqual([]);
    await expectNothingLeft(folder);
  },
  LONG_MS,
);

test('without a Prometheus the tour is whole, and holds', { timeout: LONG_MS }, async () => {
  const { folder, start } = await stage();
  const demo = start(process.execPath, [...DEMO, '--tour'], { PATH: await pathWith(folder, undefined) });
  expect(await demo.exit).toEqual({ code: 0, signal: null });
  expect(demo.stdout).toContainEqual(expect.stringMatching(/^Prometheus {5}none found; to see it too: /));
  expect(demo.stdout.filter((line) => /s +held$/.test(line))).toHaveLength(14);
  expect(demo.stdout.at(-1)).toMatch(/^the tour held: .*; seen by mini-tsdb$/);
  await expectNothingLeft(folder);
});

test.each([0, 300, 600, 1000, 1500])(
  'leaves nothing when it is interrupted %i ms after its first line',
  async (delay) => {
    const { folder, start } = await stage();
    const demo = start(process.execPath, DEMO, { PATH: await pathWith(folder, binaries[0]) });
    await demo.line(/^starting/);
    await sleep(delay);
    expect(await processesOf(folder), [...demo.stdout, ...demo.stderr].join('\n')).toContainEqual(
      expect.stringContaining('tools/demo.ts'),
    );
    demo.kill('SIGINT');
    demo.kill('SIGINT');
    expect(await demo.exit).toEqual({ code: 0, signal: null });
    await expectNothingLeft(folder);
  },
);

const DYING = `#!${process.execPath}
if (process.argv.includes('--version')) console.log('prometheus, version 9.9.9');
else {
  const address = process.argv.find((arg) => arg.startsWith('--web.listen-address='))?.split('=')[1];
  require('node:http')
    .createServer((_, response) => response.end())
    .listen(Number(address.split(':')[1]), '127.0.0.1', () => console.log('Server is ready to receive web requests.'));
  setTimeout(() => { console.log('out of memory'); process.exit(9); }, 2000);
}
`;

test('names the program that died, and takes the others down', async () => {
  const { folder, start } = await stage();
  const path = await pathWith(folder, undefined);
  for (const name of ['prometheus', 'promtool']) await writeFile(join(path, name), DYING, { mode: 0o755 });
  const demo = start(process.execPath, DEMO, { PATH: path });
  expect(await demo.exit).toEqual({ code: 1, signal: null });
  expect(demo.stderr).toEqual([
    'the demo failed: Prometheus ended with exit code 9; its last lines:',
    '  Server is ready to receive web requests.',
    '  out of memory',
  ]);
  await expectNothingLeft(folder);
});

// Gives a program a terminal. Of util-linux, part of every Debian.
const WITH_TERMINAL = 'script';

test('on a terminal the keys work, and the terminal is put back', { timeout: LONG_MS }, async () => {
  const { folder } = await stage();
  const command = `stty cols 80 rows 24; exec ${process.execPath} ${DEMO.join(' ')}`;
  const terminal = spawn(WITH_TERMINAL, ['-qec', command, '/dev/null'], {
    // In its PATH the folder marks every process of it.
    env: { PATH: `${process.env.PATH}:${folder}`, TMPDIR: folder, TERM: 'xterm', NO_COLOR: '1' },
  });
  onTestFinished(() => void terminal.kill('SIGKILL'));
  const ended = once(terminal, 'exit');
  let written = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const shows = (what: string) =>
    waitFor(what, () => {
      const screen = written.slice(written.lastIndexOf('inventory-sd demo'));
      if (!screen.includes(what)) throw new Error(screen);
      return true;
    });
  const press = (key: string) => void terminal.stdin.write(key);

  await shows('inventory-sd: 100 targets');
  await shows('the inventory is healthy; 100 sensors run');
  press('h');
  await shows('kept: 50 the inventory no longer lists');
  await shows('held   the removal of 50 targets');
  await shows('InventorySdHeldShrink firing');
  press('a');
  await shows('inventory-sd: accepted: 0 added, 50 removed');
  await shows('inventory-sd: 50 targets');
  press('u');
  await shows('inventory-sd: undone: 50 added, 0 removed');
  await shows('inventory-sd: 100 targets');
  press('e');
  await shows('the inventory answers []');
  await shows('kept: the inventory lists no target');
  press('+');
  await shows('110 sensors run');
  press('o');
  await shows('inventory-sd: 110 targets');
  expect(written).toContain('\x1b[?1049h\x1b[?25l');
  expect(written).not.toContain('\x1b[?25h');
  press('q');

  expect(await ended).toEqual([0, null]);
  expect(written.slice(written.lastIndexOf('\x1b'))).toBe('\x1b[?1049lthe demo ends: as you wished\r\n');
  expect(written).toContain('\x1b[?25h\x1b[?1049l');
  await expectNothingLeft(folder);
});

test('a mistyped flag is named, with exit code 2', async () => {
  const { start } = await stage();
  const demo = start(process.execPath, [...DEMO, '--tuor']);
  expect(await demo.exit).toEqual({ code: 2, signal: null });
  expect(demo.stderr).toEqual([
    'cannot start the demo: it does not know "--tuor", did you mean --tour; see npm run demo -- --help',
  ]);
});

test('--help tells of the flags and the keys', async () => {
  const { start } = await stage();
  const demo = start(process.execPath, [...DEMO, '--help']);
  expect(await demo.exit).toEqual({ code: 0, signal: null });
  expect(demo.stdout.join('\n')).toMatch(/--tour.*Keys: e empty/s);
});
