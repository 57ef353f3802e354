// Two mini-tsdb, each with doors and a consumer, that die as planned and are started again under the same addresses.

import { setTimeout as sleep } from 'node:timers/promises';
import { MOMENTS } from '../../../src/tsdb/queue/redis/moments.ts';
import { freePort } from '../../helpers/free-port.ts';
import { type Program, startProgram } from '../../helpers/process.ts';
import type { Doors } from './send.ts';

/** Moments at which a process kills itself; `any`: it is killed from outside, whenever that is. */
export const DEATHS = [...MOMENTS, 'inside the transaction', 'commit under way', 'any'] as const;
export type Death = (typeof DEATHS)[number];

export interface Processes {
  readonly doors: readonly Doors[];
  /** Deaths that have happened. */
  readonly died: readonly Death[];
  /** Resolves once all have died as planned and live again; rejects when one ended by itself. */
  readonly allDied: Promise<unknown>;
  stop(): Promise<readonly (number | null)[]>;
}

const PORT_TAKEN = /EADDRINUSE|another program listens there/;
/** The least and the spread of the time after which one is killed from outside. */
const KILL_MS = [300, 4000] as const;

/** @param flags of both. */
export async function keepRunning(flags: readonly string[], deaths: readonly Death[]): Promise<Processes> {
  const plan = [...deaths];
  const died: Death[] = [];
  const doors = [await freeDoors(), await freeDoors()];
  const running = new Map<Doors, Program>();
  let isOver = false;

  const ended = async (program: Program, death: Death) => {
    const { signal } = await program.exit;
    if (signal === 'SIGKILL') died.push(death);
    // Its port was free for a moment, and somebody took it.
    else if (PORT_TAKEN.test(program.stderr.join())) plan.unshift(death);
    else if (!isOver) throw new Error(`it ended by itself: ${lastLinesOf(program)}`);
  };
  const keep = async (own: Doors) => {
    for (let life = 0; !isOver; life += 1) {
      const death = plan.shift();
      const program = launch(own, flags, death, 1 + (life % 4));
      running.set(own, program);
      if (death === undefined) return void (await program.line(/"msg":"listening for gRPC"/));
      if (death === 'any') void sleep(spread(died.length)).then(() => program.kill('SIGKILL'));
      await ended(program, death);
    }
  };
  const allDied = Promise.all(doors.map(keep));
  allDied.catch(() => {});
  return {
    doors,
    died,
    allDied,
    async stop() {
      isOver = true;
      const ends = await Promise.all([...running.values()].map((program) => program.stop(60_000)));
      return ends.map(({ code }) => code);
    },
  };
}

function lastLinesOf({ stdout, stderr }: Program): string {
  return [...stdout.slice(1), ...stderr].slice(-20).join('\n');
}

function spread(n: number): number {
  return KILL_MS[0] + ((n * 1511) % KILL_MS[1]);
}

async function freeDoors(): Promise<Doors> {
  return { url: `http://127.0.0.1:${await freePort()}`, grpc: `127.0.0.1:${await freePort()}` };
}

function launch(
  { url, grpc }: Doors,
  flags: readonly string[],
  death: Death | undefined,
  times: number,
): Program {
  const address = [`--web.listen-address=${new URL(url).host}`, `--grpc.listen-address=${grpc}`];
  const args = ['--import', './test/programs/die-at.ts', 'src/tsdb.ts', ...address, ...flags];
  return startProgram(process.execPath, args, {
    env: { DIE_AT: death ?? 'never', DIE_TIMES: String(times) },
  });
}
