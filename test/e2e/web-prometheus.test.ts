// Every real Prometheus of this machine scrapes the sidecar over TLS, with its client certificate and its user, while
// certificate and password are changed.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';
import { startSidecar, startTestInventory, type TestInventory, type TestSidecar } from './stack.ts';

const binaries = await requirePrometheus();
const GUARDED = WEB.tls + WEB.required;

let dir: TempDir;
let web: WebFolder;
let inventory: TestInventory;
let sidecar: TestSidecar;
let servers: RunningPrometheus[];
beforeAll(async () => {
  dir = await tempDir('web-prometheus');
  web = await webFolder(GUARDED + WEB.users({ prometheus: 'first' }));
  await web.add('password', 'first');
  const names = ['ca.crt', 'other-ca.crt'];
  const authorities = await Promise.all(names.map((name) => readFile(web.file(name), 'utf8')));
  await web.add('both-ca.crt', authorities.join(''));
  inventory = await startTestInventory(3);
  sidecar = await startSidecar(`${inventory.url}/inventory`, dir.path, { WEB_CONFIG_FILE: web.path });
  const yaml = scrapeConfig(new URL(sidecar.url).host);
  servers = await Promise.all(binaries.map((binary) => startPrometheus(binary, { yaml })));
});
afterAll(async () => {
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await sidecar?.stop();
  await inventory?.stop();
  await web?.remove();
  await dir?.remove();
});

function scrapeConfig(host: string): string {
  const job = (name: string, settings: string) => `
  - job_name: ${name}
    scheme: https
    static_configs: [{ targets: ['${host}'] }]
    ${settings}
`;
  const tls = (client: string) => `tls_config: { ca_file: ${web.file('both-ca.crt')}${client} }`;
  const client = `, cert_file: ${web.file('client.crt')}, key_file: ${web.file('client.key')}`;
  const user = `basic_auth: { username: prometheus, password_file: ${web.file('password')} }`;
  return `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:${job('whole', `${tls(client)}\n    ${user}`)}${job('no_certificate', `${tls('')}\n    ${user}`)}${job('no_user', tls(client))}`;
}

/** Health and last error of the one target of a job, once it was scraped as `health`. */
function seen(server: RunningPrometheus, job: string, health: string): Promise<string> {
  return waitFor(
    `${job} to be ${health} in Prometheus ${server.version}`,
    async () => {
      const [target] = await server.activeTargets(job);
      if (target?.health !== health) throw new Error(`${target?.health}: ${target?.lastError}`);
      return `${target.health} ${target.lastError}`.trim();
    },
    30_000,
  );
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

test('a new password is asked for at the next scrape, and Prometheus reads its own again', async () => {
  await web.write(GUARDED + WEB.users({ prometheus: 'second' }));
  await allSee('whole', 'down', '401');
  await web.add('password', 'second');
  await allSee('whole', 'up', 'up');
});

test('no password was ever logged', () => {
  const log = [...sidecar.program.stdout, ...sidecar.program.stderr].join('\n');
  expect(log).not.toMatch(/first|second|\$2[aby]\$/);
});
