// What the pictures show: the demo's programs on free ports, a sensor that is down, and a day behind some sensors.

import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../src/lib/errors.ts';
import { buildOldPages, PAGES_FOLDER } from '../build-pages.ts';
import { freePort, HOST } from '../demo/ports.ts';
import { fleet, inventory, miniTsdb, type Program, sidecar } from '../demo/programs.ts';
import type { Troupe } from '../demo/troupe.ts';
import type { Workspace } from '../demo/workspace.ts';
import { pushPast } from './past.ts';

const DOWN = 'sensor_17';
const WITH_PAST = Array.from({ length: 4 }, (_, i) => `sensor_${i}`);
const PAST = { lengthMs: 24 * 3_600_000, everyMs: 60_000 };
const SCRAPES = 3;
const LOOK_MS = 250;
const SCRAPED_MS = 60_000;

/** Starts them. @returns where mini-tsdb is, once it has scraped everything a few times. */
export async function startModels(
  troupe: Troupe,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<string> {
  await buildOldPages(PAGES_FOLDER);
  const start = (program: Program) => troupe.start(onFreePorts(program), signal);
  const [inventoryPort = 0, adminPort = 0] = await start(inventory);
  const [fleetPort = 0] = await start(withOneDown(fleet(adminPort, workspace)));
  const sidecarPort = await freePort();
  const known = { inventory: inventoryPort, fleet: fleetPort, sidecar: sidecarPort };
  const [miniTsdbPort] = await start(miniTsdb(known, workspace));
  const url = `http://${HOST}:${miniTsdbPort}`;
  // The past comes first: the store leaves out what comes long after the newest sample of its series.
  await pushPast(url, WITH_PAST, PAST);
  await troupe.start({ ...sidecar(inventoryPort, workspace), usualPorts: [sidecarPort] }, signal);
  await scraped(url, signal);
  return url;
}

// Pictures that are taken while a demo runs, or what else has the usual ports, disturb nobody.
function onFreePorts(program: Program): Program {
  return { ...program, usualPorts: program.usualPorts.map(() => 0) };
}

function withOneDown(program: Program): Program {
  return {
    ...program,
    async launch(ports) {
      const launch = await program.launch(ports);
      return { ...launch, env: { ...launch.env, SENSORS_DOWN: DOWN } };
    },
  };
}

async function scraped(url: string, signal: AbortSignal): Promise<void> {
  const end = performance.now() + SCRAPED_MS;
  while (!(await isScraped(url, signal))) {
    if (performance.now() > end) throw new AppError('start', 'mini-tsdb does not scrape the sensors');
    await sleep(LOOK_MS, undefined, { signal });
  }
}

async function isScraped(url: string, signal: AbortSignal): Promise<boolean> {
  const query = encodeURIComponent('up{job="sensors"}[1m]');
  const answer = await fetch(`${url}/api/v1/query?query=${query}`, { signal });
  const { data } = (await answer.json()) as { data: { result: { values: unknown[] }[] } };
  return data.result.length > 0 && data.result.every(({ values }) => values.length >= SCRAPES);
}
