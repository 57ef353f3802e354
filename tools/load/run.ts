// One run of the load: step after step, and what is told at the end.

import { DOOR_FACTS, type Door, type DoorName } from '../push/doors.ts';
import { openGrpcDoor } from '../push/grpc-door.ts';
import { readTokens } from '../push/tokens.ts';
import type { Output } from '../simulate/progress.ts';
import { barLines } from './bars.ts';
import { type Figures, figuresOf, type Step } from './figures.ts';
import type { LoadFlags } from './flags.ts';
import { openHttpConnection } from './http-connection.ts';
import { type LoadClient, type Measured, measure } from './measure.ts';
import { createParcels } from './parcels.ts';
import { parseCost } from './parse-cost.ts';
import { tryFiles, writeResult } from './result-files.ts';
import { type LoadedServer, runningServer, startServer } from './server.ts';
import { svgOf } from './svg.ts';
import { tableLines } from './table.ts';
import { tryDoors } from './try-doors.ts';

// Of the seconds of a step. The first step of a door finds its code cold, and gets all of them.
const WARM_UP_SHARE = 1 / 3;
const CLEAR_LINE = '\r\x1b[K';

/**
 * @param asked to end, by a person: what was measured until then is told.
 * @returns the exit code: 0 when everything was taken, else 1.
 * @throws AppError `flags`, `start`, `unreachable`, `write`
 */
export async function runLoad(flags: LoadFlags, output: Output, asked: AbortSignal): Promise<number> {
  const { url, grpc, disk, doors, labels, json, svg } = flags;
  const tokenOf = await readTokens('load', flags['token-file'], 'load');
  await tryFiles({ json, svg });
  const isGiven = url !== undefined || grpc !== undefined;
  const server = isGiven ? runningServer(url, grpc) : await startServer(disk, asked);
  const steps = stepsOf(flags);
  const all: Figures[] = [];
  try {
    await tryDoors(doors, labels, (door) => openDoor(door, server, tokenOf(1)), asked);
    for (const step of steps) {
      if (asked.aborted) break;
      announce(output, step, all.length + 1, steps.length);
      const isFirst = all.every(({ door }) => door !== step.door);
      const warmUp = flags.seconds * (isFirst ? 1 : WARM_UP_SHARE);
      const figures = await runStep(step, warmUp, flags, server, tokenOf, asked);
      if (!asked.aborted) all.push(figures);
    }
  } finally {
    await server.stop();
  }
  await tell(all, flags, output);
  return all.length === steps.length && all.every(({ success }) => success === 1) ? 0 : 1;
}

function stepsOf({ doors, clients, batches }: LoadFlags): Step[] {
  return doors.flatMap((door) =>
    clients.flatMap((some) => batches.map((batch) => ({ door, clients: some, batch }))),
  );
}

function announce(output: Output, { door, clients, batch }: Step, number: number, steps: number): void {
  const line = `step ${number} of ${steps}: ${DOOR_FACTS[door].title}, clients: ${clients}, batch: ${batch}`;
  output.write(output.isTTY === true ? CLEAR_LINE + line : `${line}\n`);
}

async function runStep(
  step: Step,
  warmUp: number,
  { seconds, repeats, series, labels }: LoadFlags,
  server: LoadedServer,
  tokenOf: (client: number) => string,
  signal: AbortSignal,
): Promise<Figures> {
  const clients = Array.from({ length: step.clients }, (_, i): LoadClient => {
    const parcels = createParcels(i + 1, { ...step, series, labels });
    return { door: openDoor(step.door, server, tokenOf(i + 1)), parcels };
  });
  const options = { cpu: server.cpu, signal };
  try {
    // Until every series is known, and the code is hot.
    const least = clients[0]?.parcels.count ?? 1;
    await measure(clients, { ...options, seconds: warmUp, least });
    const parts: Measured[] = [];
    for (let part = 0; part < repeats && !signal.aborted; part += 1)
      parts.push(await measure(clients, { ...options, seconds: seconds / repeats, least: 1 }));
    return figuresOf(step, parts, parseSeconds(step, clients));
  } finally {
    await Promise.all(clients.map(({ door }) => door.close()));
  }
}

function openDoor(door: DoorName, { url, grpc }: LoadedServer, token: string): Door {
  return door === 'grpc' ? openGrpcDoor(grpc ?? '', token) : openHttpConnection(url ?? '', door, token);
}

function parseSeconds({ door }: Step, [client]: readonly LoadClient[]): number | undefined {
  if (client === undefined || (door !== 'json' && door !== 'gateway')) return undefined;
  return parseCost(Array.from({ length: client.parcels.count }, () => client.parcels.next().bytes));
}

async function tell(all: readonly Figures[], { json, svg }: LoadFlags, output: Output): Promise<void> {
  if (output.isTTY === true) output.write(CLEAR_LINE);
  const columns = Math.max(80, output.columns || 80);
  const lines = ['', ...tableLines(all, columns), ...barLines(all, columns), ...failureLines(all)];
  output.write(`${lines.join('\n')}\n`);
  if (json !== undefined) await writeResult(json, `${JSON.stringify(all, undefined, 1)}\n`);
  if (svg !== undefined) await writeResult(svg, svgOf(all));
}

function failureLines(all: readonly Figures[]): string[] {
  return all.flatMap(({ door, clients, batch, failures }) =>
    Object.entries(failures).map(
      ([status, { count, why }]) =>
        `not taken by ${DOOR_FACTS[door].title}, clients: ${clients}, batch: ${batch}: ${status}, ${count} times: ${why}`,
    ),
  );
}
