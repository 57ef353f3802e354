import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { baseImages } from '../../tools/container-images.ts';
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
    const run = ['-c', `node /app/${bundle}.cjs 2>&1 || true`];
    const output = await docker(['run', ...CONFINED, ...debug, imageOf(program), ...run]);
    expect(output).toContain(`/app/${bundle}.cjs was accepted`);
    expect(output).toContain('LISTEN_ADDRESS');
  });

  test('says what it is, and runs as a numeric user that is not root', async () => {
    const [image] = JSON.parse(await docker(['image', 'inspect', imageOf(program)]));
    expect(image.Config).toMatchObject({ User: '65532:65532', StopSignal: 'SIGTERM' });
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

async function baseImage(): Promise<string | undefined> {
  return baseImages(await readFile('Dockerfile', 'utf8')).at(-1);
}

async function filesIn(image: string): Promise<string[]> {
  const find = ['--entrypoint=find', image, '/', '-xdev', '-type', 'f'];
  return (await docker(['run', '--rm', '--user=0', ...find])).split('\n').filter((file) => file !== '');
}
