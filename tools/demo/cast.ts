// Starts the four programs, each told where those before it are.

import { readFile } from 'node:fs/promises';
import { messageOf } from '../../src/lib/errors.ts';
import { findPrometheus, type PrometheusBinary } from '../prometheus-binaries.ts';
import { installHint } from './install-hint.ts';
import { HOST } from './ports.ts';
import { fleet, inventory, prometheus, sidecar } from './programs.ts';
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
  const { binary, instead } = await choosePrometheus();
  announce(
    `starting the inventory, its sensors, inventory-sd${binary ? ` and Prometheus ${binary.version}` : ''} …`,
  );
  const [inventoryPort = 0, adminPort = 0] = await troupe.start(inventory, signal);
  const [fleetPort = 0] = await troupe.start(fleet(adminPort, workspace), signal);
  const [sidecarPort = 0] = await troupe.start(sidecar(inventoryPort, workspace), signal);
  const known = { inventory: inventoryPort, fleet: fleetPort, sidecar: sidecarPort };
  const [prometheusPort] = binary
    ? await troupe.start(prometheus(binary.path, known, workspace), signal)
    : [];
  const prometheusUrl = prometheusPort === undefined ? undefined : `http://${HOST}:${prometheusPort}`;
  return {
    addresses: {
      inventory: `http://${HOST}:${inventoryPort}`,
      admin: `http://${HOST}:${adminPort}`,
      sidecar: `http://${HOST}:${sidecarPort}`,
      prometheus: prometheusUrl,
      targetsPage: prometheusUrl && (await findTargetsPage(prometheusUrl)),
    },
    prometheus: binary?.version,
    withoutPrometheus: instead,
  };
}

/** The first one found, else what is said instead. */
async function choosePrometheus(): Promise<{ binary: PrometheusBinary | undefined; instead: string[] }> {
  const trouble: string[] = [];
  const found = await findPrometheus().catch((error: unknown) => {
    trouble.push(messageOf(error));
    return [];
  });
  const [binary] = found;
  if (binary !== undefined) return { binary, instead: [] };
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return { binary, instead: ['no Prometheus found', ...trouble, installHint(osRelease)] };
}
