import { chmod, readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { baseImages } from '../../tools/container-images.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { basic, WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';
import { docker, inspect } from './docker.ts';

const PROGRAMS = ['inventory-sd', 'mini-tsdb', 'inventory-server', 'sensor-fleet', 'simulator'];
/** Programs with users, whose passwords are checked in a thread. */
const WITH_USERS = ['inventory-sd', 'mini-tsdb'];
/** How a start that ends at once is asked of it, and what it says then. */
const FAULT: Readonly<Record<string, { readonly flag: string; readonly says: string }>> = {
  'mini-tsdb': { flag: '--web.listen-address=none', says: 'web.listen-address' },
  simulator: { flag: '--door=none', says: '--door' },
};
const CONFINED = ['--rm', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];
// The images' probes run every half minute.
const HEALTHY_MS = 120_000;
const imageOf = (program: string) => `inventory-sd-test-${process.pid}/${program}`;

beforeAll(async () => {
  for (const program of PROGRAMS)
    await docker(['build', '-q', '--target', program, '-t', imageOf(program), '.']);
});

afterAll(async () => {
  await docker(['image', 'rm', '-f', ...PROGRAMS.map(imageOf)]);
});

describe.each(PROGRAMS)('the image of %s', (program) => {
  test('adds to its base its bundle, the probe, their compile cache and its pages, and nothing else', async () => {
    const base = new Set(await filesIn((await baseImage()) ?? ''));
    const added = (await filesIn(imageOf(program))).filter((file) => !base.has(file));
    const pages = added.filter((file) => file.startsWith('/app/ui/'));
    expect(pages.includes('/app/ui/targets.html')).toBe(program === 'mini-tsdb');
    const others = added.filter((file) => !pages.includes(file));
    expect(others.map((file) => file.replace(/(compile-cache)\/.*/, '$1')).sort()).toEqual([
      '/app/LICENSE',
      '/app/NOTICES',
      '/app/compile-cache',
      '/app/compile-cache',
      '/app/healthcheck.cjs',
      `/app/${program}.cjs`,
      ...(WITH_USERS.includes(program) ? ['/app/password-worker.cjs'] : []),
      '/usr/local/libexec/fill-compile-cache.sh',
    ]);
  });

  test.each(['healthcheck', program])('starts %s from the compile cache', async (bundle) => {
    const debug = ['-e', 'NODE_DEBUG_NATIVE=COMPILE_CACHE', '-e', 'LISTEN_ADDRESS=none', '--entrypoint=sh'];
    const { flag, says } = FAULT[bundle] ?? { flag: '', says: 'LISTEN_ADDRESS' };
    const run = ['-c', `node --disable-sigusr1 /app/${bundle}.cjs ${flag} 2>&1 || true`];
    const output = await docker(['run', ...CONFINED, ...debug, imageOf(program), ...run]);
    expect(output).toContain(`/app/${bundle}.cjs was accepted`);
    expect(output).toContain(says);
  });

  test('says what it is, and runs as a numeric user that is not root', async () => {
    const [image] = JSON.parse(await docker(['image', 'inspect', imageOf(program)]));
    expect(image.Config).toMatchObject({ User: '65532:65532', StopSignal: 'SIGTERM' });
    // At SIGUSR1 Node would open its debugger.
    expect(image.Config.Entrypoint).toEqual(['node', '--disable-sigusr1', `/app/${program}.cjs`]);
    expect(image.Config.Labels).toMatchObject({
      'org.opencontainers.image.title': program,
      'org.opencontainers.image.version': manifest.version,
      'org.opencontainers.image.licenses': manifest.license,
    });
  });
});

test('mini-tsdb alone is a command', async () => {
  const version = await docker(['run', ...CONFINED, imageOf('mini-tsdb'), '--version']);
  expect(version.trim()).toBe(`mini-tsdb, version ${manifest.version}`);
});

test('the sidecar alone is a command', async () => {
  const version = await docker(['run', ...CONFINED, imageOf('inventory-sd'), '--version']);
  expect(version.trim()).toBe(manifest.version);
});

// A bundle loads more files for them than it does alone, one of them in a thread.
describe('TLS and users', () => {
  let web: WebFolder;

  beforeAll(async () => {
    web = await webFolder(WEB.tls + WEB.users({ alice: 'right' }));
    await web.add('user', 'alice:right');
    await chmod(web.file('.'), 0o755);
    for (const name of await readdir(web.file('.'))) await chmod(web.file(name), 0o644);
  });
  afterAll(() => web.remove());

  type Inside = (...command: string[]) => Promise<string>;

  /** Runs a program with them, and what is asked of it once its own probe gets through. */
  async function whileServing(
    program: string,
    options: string[],
    flags: string[],
    ask: (inside: Inside) => Promise<void>,
  ) {
    const given = ['-v', `${web.file('.')}:/web:ro`, '-e', 'WEB_CONFIG_FILE=/web/web.yml', ...options];
    const run = ['run', '-d', ...CONFINED, ...given, imageOf(program), ...flags];
    const id = (await docker(run)).trim();
    try {
      const inside: Inside = (...command) => docker(['exec', id, ...command]);
      const health = async () => (await inspect(id)).State.Health?.Status === 'healthy';
      await waitFor('the probe', health, HEALTHY_MS);
      await ask(inside);
    } finally {
      await docker(['rm', '-f', '-v', id]);
    }
  }

  test('of the sidecar: its own probe and commands get through', async () => {
    const settings = ['WEB_BASIC_AUTH_FILE=/web/user', 'INVENTORY_URL=http://localhost:1/'];
    const options = ['--tmpfs=/shared:mode=1777', ...settings.flatMap((setting) => ['-e', setting])];
    await whileServing('inventory-sd', options, [], async (inside) => {
      expect(await inside('inventory-sd', 'show')).toContain('not ready');
      await expect(inside('sh', '-c', 'WEB_BASIC_AUTH_FILE= inventory-sd show')).rejects.toThrow(
        'wants a user',
      );
    });
  });

  test('of mini-tsdb: its own probe gets through, and whoever knows the password', async () => {
    const mounts = ['-v', `${resolve('prometheus')}:/etc/prometheus:ro`, '--tmpfs=/data:mode=1777'];
    const flags = ['--config.file=/etc/prometheus/demo.yml', '--web.config.file=/web/web.yml'];
    await whileServing('mini-tsdb', mounts, flags, async (inside) => {
      const status = (user: string, path = '/api/v1/labels') =>
        inside(
          'env',
          'NODE_TLS_REJECT_UNAUTHORIZED=0',
          'node',
          '-e',
          `fetch('https://127.0.0.1:9095${path}', { headers: { authorization: '${user}' } })
            .then((answer) => console.log(answer.status))`,
        );
      expect(await status(basic('alice', 'right'))).toBe('200\n');
      expect(await status(basic('alice', 'wrong'))).toBe('401\n');
      expect(await status(basic('alice', 'right'), '/targets')).toBe('200\n');
    });
  });
});

async function baseImage(): Promise<string | undefined> {
  return baseImages(await readFile('Dockerfile', 'utf8')).at(-1);
}

async function filesIn(image: string): Promise<string[]> {
  const find = ['--entrypoint=find', image, '/', '-xdev', '-type', 'f'];
  return (await docker(['run', '--rm', '--user=0', ...find])).split('\n').filter((file) => file !== '');
}
