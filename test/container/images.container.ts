import { chmod, readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { baseImages } from '../../tools/container-images.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { WEB, webFolder } from '../helpers/web-config.ts';
import { docker } from './docker.ts';

const PROGRAMS = ['inventory-sd', 'inventory-server', 'sensor-fleet'];
const CONFINED = ['--rm', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];
const imageOf = (program: string) => `inventory-sd-test-${process.pid}/${program}`;

beforeAll(async () => {
  for (const program of PROGRAMS)
    await docker(['build', '-q', '--target', program, '-t', imageOf(program), '.']);
});

afterAll(async () => {
  await docker(['image', 'rm', '-f', ...PROGRAMS.map(imageOf)]);
});

describe.each(PROGRAMS)('the image of %s', (program) => {
  test('adds to its base its bundle, the probe and their compile cache, and nothing else', async () => {
    const base = new Set(await filesIn((await baseImage()) ?? ''));
    const added = (await filesIn(imageOf(program))).filter((file) => !base.has(file));
    expect(added.map((file) => file.replace(/(compile-cache)\/.*/, '$1')).sort()).toEqual([
      '/app/LICENSE',
      '/app/NOTICES',
      '/app/compile-cache',
      '/app/compile-cache',
      '/app/healthcheck.cjs',
      `/app/${program}.cjs`,
      ...(program === 'inventory-sd' ? ['/app/password-worker.cjs'] : []),
      '/usr/local/libexec/fill-compile-cache.sh',
    ]);
  });

  test.each(['healthcheck', program])('starts %s from the compile cache', async (bundle) => {
    const debug = ['-e', 'NODE_DEBUG_NATIVE=COMPILE_CACHE', '-e', 'LISTEN_ADDRESS=none', '--entrypoint=sh'];
    const run = ['-c', `node --disable-sigusr1 /app/${bundle}.cjs 2>&1 || true`];
    const output = await docker(['run', ...CONFINED, ...debug, imageOf(program), ...run]);
    expect(output).toContain(`/app/${bundle}.cjs was accepted`);
    expect(output).toContain('LISTEN_ADDRESS');
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

test('the sidecar alone is a command', async () => {
  const version = await docker(['run', ...CONFINED, imageOf('inventory-sd'), '--version']);
  expect(version.trim()).toBe(manifest.version);
});

// The bundle loads more files for it than it does alone, one of them in a thread.
test('the sidecar serves TLS and users, and its own probe and commands get through', async () => {
  const web = await webFolder(WEB.tls + WEB.users({ alice: 'right' }));
  await web.add('user', 'alice:right');
  await chmod(web.file('.'), 0o755);
  for (const name of await readdir(web.file('.'))) await chmod(web.file(name), 0o644);
  const settings = [
    'WEB_CONFIG_FILE=/web/web.yml',
    'WEB_BASIC_AUTH_FILE=/web/user',
    'INVENTORY_URL=http://localhost:1/',
  ];
  const mounts = ['-v', `${web.file('.')}:/web:ro`, '--tmpfs=/shared:mode=1777'];
  const env = settings.flatMap((setting) => ['-e', setting]);
  const id = (await docker(['run', '-d', ...CONFINED, ...mounts, ...env, imageOf('inventory-sd')])).trim();
  try {
    const inside = (...command: string[]) => docker(['exec', id, ...command]);
    await waitFor('the probe', () => inside('node', '/app/healthcheck.cjs').then(() => true));
    expect(await inside('inventory-sd', 'show')).toContain('not ready');
    await expect(inside('sh', '-c', 'WEB_BASIC_AUTH_FILE= inventory-sd show')).rejects.toThrow(
      'wants a user',
    );
  } finally {
    await docker(['rm', '-f', id]);
    await web.remove();
  }
});

async function baseImage(): Promise<string | undefined> {
  return baseImages(await readFile('Dockerfile', 'utf8')).at(-1);
}

async function filesIn(image: string): Promise<string[]> {
  const find = ['--entrypoint=find', image, '/', '-xdev', '-type', 'f'];
  return (await docker(['run', '--rm', '--user=0', ...find])).split('\n').filter((file) => file !== '');
}
