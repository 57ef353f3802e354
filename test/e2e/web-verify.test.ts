// `inventory-sd verify` asks every real Prometheus of this machine over TLS, as one of its users.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { type Program, startNode, startProgram } from '../helpers/process.ts';
import { requirePrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { basic, WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';
import {
  startSidecar,
  startTestFleet,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
  waitForTargets,
} from './stack.ts';

const binaries = await requirePrometheus();

let dir: TempDir;
let web: WebFolder;
let inventory: TestInventory;
let fleet: Awaited<ReturnType<typeof startTestFleet>>;
let sidecar: TestSidecar;
beforeAll(async () => {
  dir = await tempDir('web-verify');
  await mkdir(join(dir.path, 'targets'));
  web = await webFolder(WEB.tls + WEB.users({ reader: 'secret' }));
  inventory = await startTestInventory(3);
  fleet = await startTestFleet(inventory);
  sidecar = await startSidecar(`${inventory.url}/inventory`, join(dir.path, 'targets'));
  await waitForTargets(sidecar, 3);
  await web.add(
    'prometheus.yml',
    `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: sensors
    proxy_url: ${fleet.url}
    file_sd_configs: [{ files: ["${dir.path}/targets/*.json"] }]
`,
  );
});
afterAll(async () => {
  await sidecar?.stop();
  await fleet?.stop();
  await inventory?.stop();
  await web?.remove();
  await dir?.remove();
});

describe.each(binaries)('Prometheus $version', (binary) => {
  let program: Program;
  let url: string;
  beforeAll(async () => {
    const address = `127.0.0.1:${await freePort()}`;
    url = `https://${address}`;
    program = startProgram(binary.path, [
      `--config.file=${web.file('prometheus.yml')}`,
      `--web.config.file=${web.path}`,
      `--web.listen-address=${address}`,
      `--storage.tsdb.path=${join(dir.path, binary.version)}`,
    ]);
    await program.line(/Server is ready to receive web requests/);
  });
  afterAll(() => program?.stop());

  async function verify(env: Record<string, string>, ...options: string[]) {
    const settings = { INVENTORY_URL: `${inventory.url}/inventory`, TARGETS_FILE: sidecar.file, ...env };
    const args = ['verify', '--prometheus', url, ...options];
    const { exit, stdout, stderr } = startNode('src/sidecar.ts', args, { env: settings });
    const { code } = await exit;
    return { code, text: [...stdout, ...stderr].join('\n') };
  }

  test('is asked with an authority of its own, as a user', async () => {
    const trust = { NODE_EXTRA_CA_CERTS: web.file('ca.crt') };
    const headers = web.file('headers');
    await writeFile(headers, `Authorization: ${basic('reader', 'secret')}\n`);
    expect(await verify(trust, '--headers-file', headers, '--wait', '30s')).toEqual({
      code: 0,
      text: `no difference: inventory 3, ${sidecar.file} 3, Prometheus 3 (job sensors), up 3`,
    });
    expect(await verify(trust)).toMatchObject({ code: 2, text: expect.stringContaining('401') });
    expect(await verify({}, '--headers-file', headers)).toMatchObject({
      code: 2,
      text: expect.stringMatching(/certificate|CERT|issuer/),
    });
  });
});
