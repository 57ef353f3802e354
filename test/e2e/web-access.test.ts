// Every route of the real program under each web configuration: who may ask what, and that probes and commands get through.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpoints, LIVENESS_PATHS, type Shown } from '../../src/sidecar/endpoints.ts';
import { startNode } from '../helpers/process.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';
import { webRequest } from '../helpers/web-request.ts';
import {
  startSidecar,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
  waitForTargets,
} from './stack.ts';

const RIGHT = ['alice', 'correct horse'] as const;
const USERS = WEB.users({ alice: 'correct horse', bob: 'battery staple' });

const ROUTES = Object.entries(endpoints({} as Shown)).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ method, path })),
);
const CALLERS = [undefined, 'client', 'other-client'].flatMap((client) =>
  [undefined, RIGHT, ['alice', 'wrong'], ['carol', 'correct horse'], ['', '']].map((user) => ({
    client,
    user: user as readonly [string, string] | undefined,
  })),
);

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startTestInventory(3);
});
afterAll(() => inventory.stop());

describe.each([
  { name: 'users', yaml: USERS, secure: false, required: false, users: true },
  { name: 'TLS', yaml: WEB.tls, secure: true, required: false, users: false },
  { name: 'TLS and users', yaml: WEB.tls + USERS, secure: true, required: false, users: true },
  { name: 'client certificates', yaml: WEB.tls + WEB.required, secure: true, required: true, users: false },
  {
    name: 'client certificates and users',
    yaml: WEB.tls + WEB.required + USERS,
    secure: true,
    required: true,
    users: true,
  },
])('with $name', ({ yaml, secure, required, users }) => {
  let dir: TempDir;
  let web: WebFolder;
  let sidecar: TestSidecar;
  let url: string;
  beforeAll(async () => {
    dir = await tempDir('web-access');
    web = await webFolder(yaml);
    sidecar = await startSidecar(`${inventory.url}/inventory`, dir.path, {
      WEB_CONFIG_FILE: web.path,
      UPDATE_INTERVAL: '1h',
    });
    await waitForTargets(sidecar, 3);
    url = secure ? sidecar.url.replace('http:', 'https:') : sidecar.url;
  });
  afterAll(async () => {
    await sidecar?.stop();
    await web?.remove();
    await dir?.remove();
  });

  const callers = CALLERS.filter(({ client }) => secure || client === undefined);
  const expected = (path: string, { client, user }: (typeof CALLERS)[number]) => {
    const isLiveness = (LIVENESS_PATHS as readonly string[]).includes(path);
    if (required && !isLiveness && client !== 'client') return 403;
    return users && user !== RIGHT ? 401 : 200;
  };

  test.each([...ROUTES, { method: 'GET', path: '/elsewhere' }, { method: 'DELETE', path: '/status' }])(
    '$method $path answers only who may ask',
    async ({ method, path }) => {
      for (const caller of callers) {
        const { status, headers, body } = await webRequest(url + path, { method, ...caller });
        const wanted = expected(path, caller);
        const seen = [401, 403].includes(status) ? status : 200;
        expect(seen, JSON.stringify(caller)).toBe(wanted);
        expect(headers['www-authenticate']?.includes('Basic realm=') ?? false).toBe(wanted === 401);
        if (wanted !== 200) expect(body).toMatch(/^(a user of|a client certificate|the client certificate)/);
      }
    },
  );

  const env = () => ({ LISTEN_ADDRESS: new URL(url).host, WEB_CONFIG_FILE: web.path });
  async function run(script: string, args: string[], settings: Record<string, string> = {}) {
    const program = startNode(script, args, { env: { ...env(), ...settings } });
    const { code } = await program.exit;
    return { code, out: program.stdout.join('\n'), err: program.stderr.join('\n') };
  }

  test('the probe of the container is answered without further settings', async () => {
    const alive = { code: 0, out: '', err: '' };
    expect(await run('src/healthcheck.ts', [])).toEqual(alive);
    expect(await run('src/healthcheck.ts', ['/healthz'])).toEqual(alive);
    expect(await run('src/sidecar.ts', ['healthcheck'])).toEqual(alive);
    expect(await run('src/healthcheck.ts', ['/elsewhere'])).toMatchObject({ code: 1 });
  });

  test('commands get through with the settings for them, and name them when they are missing', async () => {
    const wanted = [
      ...(required
        ? ['wants a client certificate: name one in WEB_CLIENT_CERT_FILE and WEB_CLIENT_KEY_FILE']
        : []),
      ...(users ? ['wants a user: name a file that holds user:password in WEB_BASIC_AUTH_FILE'] : []),
    ];
    const bare = await run('src/sidecar.ts', ['show']);
    expect(bare).toMatchObject({
      code: Math.min(wanted.length, 1),
      err: wanted.length === 0 ? '' : `the sidecar at ${env().LISTEN_ADDRESS} ${wanted[0]}`,
    });

    const settings = {
      WEB_BASIC_AUTH_FILE: users ? await web.add('commands.txt', `${RIGHT.join(':')}\n`) : '',
      WEB_CLIENT_CERT_FILE: required ? web.file('client.crt') : '',
      WEB_CLIENT_KEY_FILE: required ? web.file('client.key') : '',
    };
    expect(await run('src/sidecar.ts', ['show'], settings)).toMatchObject({ code: 0, err: '' });
    expect(await run('src/sidecar.ts', ['reload'], settings)).toEqual({
      code: 0,
      out: 'unchanged: ready: 3 targets',
      err: '',
    });
  });
});
