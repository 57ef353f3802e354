// Every real Prometheus of this machine scrapes the sidecar over TLS, with its client certificate and its user, while
// certificate and user are changed.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startNode } from '../helpers/process.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';
import { webRequest } from '../helpers/web-request.ts';
import { startSidecar, startTestInventory, type TestInventory, type TestSidecar } from './stack.ts';

const binaries = await requirePrometheus();
const GUARDED = WEB.tls + WEB.required;

let dir: TempDir;
let web: WebFolder;
let inventory: TestInventory;
let sidecar: TestSidecar;
let servers: RunningPrometheus[];
/** What went wrong with scrapes of the job `whole`. */
const failures = new Set<string>();
let sampling: NodeJS.Timeout;
beforeAll(async () => {
  dir = await tempDir('web-prometheus');
  web = await webFolder(GUARDED + WEB.users({ prometheus: 'first' }));
  const names = ['ca.crt', 'other-ca.crt'];
  const authorities = await Promise.all(names.map((name) => readFile(web.file(name), 'utf8')));
  await web.add('both-ca.crt', authorities.join(''));
  inventory = await startTestInventory(3);
  sidecar = await startSidecar(`${inventory.url}/inventory`, dir.path, { WEB_CONFIG_FILE: web.path });
  const path = await configure('prometheus', 'first');
  servers = await Promise.all(binaries.map((binary) => startPrometheus(binary, { path })));
  sampling = setInterval(() => void Promise.all(servers.map(sample)).catch(() => {}), 250);
});
afterAll(async () => {
  clearInterval(sampling);
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await sidecar?.stop();
  await inventory?.stop();
  await web?.remove();
  await dir?.remove();
});

/** Writes Prometheus' configuration. @returns its path. */
async function configure(name: string, password: string): Promise<string> {
  const { host } = new URL(sidecar.url);
  await web.add(`${name}.password`, `${password}\n`);
  const job = (jobName: string, settings: string) => `
  - job_name: ${jobName}
    scheme: https
    static_configs: [{ targets: ['${host}'] }]
    ${settings}`;
  const tls = (client: string) => `tls_config: { ca_file: both-ca.crt${client} }`;
  const client = ', cert_file: client.crt, key_file: client.key';
  const user = `basic_auth: { username: ${name}, password_file: ${name}.password }`;
  return web.add(
    'prometheus.yml',
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:${job('whole', `${tls(client)}\n    ${user}`)}${job('no_certificate', `${tls('')}\n    ${user}`)}${job('no_user', tls(client))}
`,
  );
}

async function sample(server: RunningPrometheus): Promise<void> {
  const [target] = await server.activeTargets('whole');
  if (target?.lastError) failures.add(target.lastError);
}

/** Health and last error of the one target of a job, once a scrape from now on found it `health`. */
function seen(server: RunningPrometheus, job: string, health: string): Promise<string> {
  const now = Date.now();
  return waitFor(
    `${job} to be ${health} in Prometheus ${server.version}`,
    async () => {
      const [target] = await server.activeTargets(job);
      if (Date.parse(target?.lastScrape ?? '') < now) return false;
      if (target?.health !== health) throw new Error(`${target?.health}: ${target?.lastError}`);
      return `${target.health} ${target.lastError}`.trim();
    },
    30_000,
  );
}

async function statusFor(...user: [string, string]): Promise<number> {
  const url = `${sidecar.url.replace('http:', 'https:')}/metrics`;
  return (await webRequest(url, { user, client: 'client', tls: { rejectUnauthorized: false } })).status;
}

async function allSee(job: string, health: string, text: string) {
  for (const server of servers) expect(await seen(server, job, health), server.version).toContain(text);
}

test('with certificate and user it is up, without one of them it is not', async () => {
  await allSee('whole', 'up', 'up');
  await allSee('no_certificate', 'down', '403');
  await allSee('no_user', 'down', '401');
});

test('a renewed certificate is taken without a scrape that fails', async () => {
  await web.copy('other-server.key', 'server.key');
  await web.copy('other-server.crt', 'server.crt');
  await sidecar.program.line(/web configuration read again/);
  await allSee('whole', 'up', 'up');
});

test('a faulty web configuration is logged once and changes nothing', async () => {
  await web.write(`${GUARDED}basic_auth_user: {}\n`);
  await sidecar.program.line(
    /line 6: unknown field \\"basic_auth_user\\" \(did you mean basic_auth_users\?\); the last good one/,
  );
  await allSee('whole', 'up', 'up');
});

// By another file: Prometheus 2.42 reads a changed one before each scrape, 3.5 not even when it is told to reload.
test('a user is followed by another without a scrape that fails', async () => {
  await web.write(GUARDED + WEB.users({ prometheus: 'first', scraper: 'second' }));
  await waitFor('the new user', async () => (await statusFor('scraper', 'second')) === 200);
  await configure('scraper', 'second');
  for (const server of servers) {
    expect((await fetch(`${server.url}/-/reload`, { method: 'POST' })).status).toBe(200);
  }
  await allSee('whole', 'up', 'up');
  await web.write(GUARDED + WEB.users({ scraper: 'second' }));
  await waitFor('the old user to be gone', async () => (await statusFor('prometheus', 'first')) === 401);
  await allSee('whole', 'up', 'up');
  expect([...failures].filter((failure) => !failure.includes('deadline'))).toEqual([]);
});

test('a hold is seen, released and undone by commands, as a user with a certificate', async () => {
  const env = {
    LISTEN_ADDRESS: new URL(sidecar.url).host,
    WEB_CONFIG_FILE: web.path,
    WEB_BASIC_AUTH_FILE: await web.add('commands', 'scraper:second\n'),
    WEB_CLIENT_CERT_FILE: web.file('client.crt'),
    WEB_CLIENT_KEY_FILE: web.file('client.key'),
  };
  const run = async (...args: string[]) => {
    const program = startNode('src/sidecar.ts', args, { env });
    const { code } = await program.exit;
    return { code, text: [...program.stdout, ...program.stderr].join('\n') };
  };
  expect(await run('reload')).toEqual({ code: 0, text: 'unchanged: ready: 3 targets' });
  await inventory.fault({ fault: 'empty' });
  expect(await run('reload')).toMatchObject({ code: 0, text: expect.stringMatching(/^held: /) });
  const refused = await run('accept');
  expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('without its digest') });
  const digest = /accept ([0-9a-f]{12})/.exec(refused.text)?.[1] ?? '';
  expect((await run('show')).text).toContain(`inventory-sd accept ${digest}`);
  expect(await run('accept', digest)).toMatchObject({
    code: 0,
    text: expect.stringContaining('accepted: 0 added, 3 removed'),
  });
  expect(await sidecar.targets()).toEqual([]);
  await inventory.heal();
  expect(await run('accept', '--undo')).toEqual({ code: 0, text: 'undone: 3 added, 0 removed' });
  expect(await sidecar.targets()).toHaveLength(3);
});

test('no password was ever logged', () => {
  const log = [...sidecar.program.stdout, ...sidecar.program.stderr].join('\n');
  expect(log).not.toMatch(/first|second|\$2[aby]\$/);
});
