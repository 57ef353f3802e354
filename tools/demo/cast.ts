// Starts the programs, each told where those before it are.

import { readFile } from 'node:fs/promises';
import { messageOf } from '../../src/lib/errors.ts';
import { buildOldPages, PAGES_FOLDER } from '../build-pages.ts';
import { findPrometheus, type PrometheusBinary } from '../prometheus-binaries.ts';
import { installHint } from './install-hint.ts';
import { HOST } from './ports.ts';
import { fleet, inventory, miniTsdb, prometheus, sidecar } from './programs.ts';
import type { Scene } from './screen.ts';
import { findTargetsPage } from './targets-page.ts';
import type { Troupe } from './troupe.ts';
import type { Workspace } from './workspace.ts';

/** Starts all of them. @returns what there is to see. */
export async function startCast(
  troupe: Troupe,
  workspace: Workspace,
  announce: (line: string) => void,
  signal: AbortSignal,
): Promise<Omit<Scene, 'keys'>> {
  await buildOldPages(PAGES_FOLDER).catch((error) =>
    announce(`mini-tsdb has no pages this time: ${messageOf(error)}`),
  );
  const { binary, instead } = await choosePrometheus();
  const version = binary?.version;
  announce(
    `starting the inventory, its sensors, inventory-sd${version === undefined ? '' : `, Prometheus ${version}`} and mini-tsdb …`,
  );
  const [inventoryPort = 0, adminPort = 0] = await troupe.start(inventory, signal);
  const [fleetPort = 0] = await troupe.start(fleet(adminPort, workspace), signal);
  const [sidecarPort = 0] = await troupe.start(sidecar(inventoryPort, workspace), signal);
  const known = { inventory: inventoryPort, fleet: fleetPort, sidecar: sidecarPort };
  const [miniTsdbPort = 0, grpcPort = 0] = await troupe.start(miniTsdb(known, workspace), signal);
  const [prometheusPort] = binary
    ? await troupe.start(prometheus(binary.path, { ...known, miniTsdb: miniTsdbPort }, workspace), signal)
    : [];
  const prometheusUrl = prometheusPort === undefined ? undefined : `http://${HOST}:${prometheusPort}`;
  return {
    addresses: {
      inventory: `http://${HOST}:${inventoryPort}`,
      admin: `http://${HOST}:${adminPort}`,
      sidecar: `http://${HOST}:${sidecarPort}`,
      miniTsdb: `http://${HOST}:${miniTsdbPort}`,
      grpc: `${HOST}:${grpcPort}`,
      prometheus: prometheusUrl,
      targetsPage: prometheusUrl && (await findTargetsPage(prometheusUrl)),
    },
    prometheus: version,
    withoutPrometheus: instead,
  };
}

/** The first one found, else what is said instead. */
async function choosePrometheus(): Promise<{ binary: PrometheusBinary | undefined; instead: string }> {
  try {
    const [binary] = await findPrometheus();
    if (binary !== undefined) return { binary, instead: '' };
  } catch (error) {
    return { binary: undefined, instead: messageOf(error) };
  }
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return { binary: undefined, instead: `none found; to see it too: ${installHint(osRelease)}` };
}
