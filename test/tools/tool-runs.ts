// Runs of a tool as its users start it, against real mini-tsdb processes; all of it is gone after the tests of a file.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { startMiniTsdb } from '../helpers/mini-tsdb.ts';
import { type Program, startNode } from '../helpers/process.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';

/** URLs of a mini-tsdb. */
export interface Served {
  readonly url: string;
  readonly grpc: string;
}

export interface ToolRuns {
  /** Where the tool may leave something; known once the tests run. */
  readonly folder: string;
  /** Of a mini-tsdb that scrapes nothing. */
  readonly configFile: string;
  /** Runs the tool until the test is over. */
  run(...flags: readonly string[]): Program;
  /** Starts a mini-tsdb with its gRPC server. */
  serve(...flags: readonly string[]): Promise<Served>;
  /** Ends it with the last of the tests. */
  until(one: { stop(): Promise<unknown> }): void;
}

/** To be called once in a file, outside of its tests. */
export function toolRuns(script: string): ToolRuns {
  let dir: TempDir;
  const configFile = () => join(dir.path, 'prometheus.yml');
  const servers: { stop(): Promise<unknown> }[] = [];
  const running: Program[] = [];
  beforeAll(async () => {
    dir = await tempDir('tool');
    await writeFile(configFile(), 'scrape_configs: []\n');
  });
  afterEach(async () => {
    for (const program of running.splice(0)) await program.stop();
  });
  afterAll(async () => {
    await Promise.all(servers.map((one) => one.stop()));
    await dir.remove();
  });
  return {
    get folder() {
      return dir.path;
    },
    get configFile() {
      return configFile();
    },
    run(...flags) {
      const program = startNode(script, flags, { env: { TMPDIR: dir.path } });
      running.push(program);
      return program;
    },
    async serve(...flags) {
      const grpc = `127.0.0.1:${await freePort()}`;
      const mini = await startMiniTsdb(configFile(), [...flags, `--grpc.listen-address=${grpc}`]);
      servers.push(mini);
      await mini.program.line(/"msg":"listening for gRPC"/);
      return { url: mini.url, grpc: `http://${grpc}` };
    },
    until: (one) => void servers.push(one),
  };
}

export async function ended(program: Program): Promise<number | null> {
  return (await program.exit).code;
}

/** A sample of the server's own metrics, by what follows `mini_tsdb_`; 0 when there is none. */
export async function counted(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^mini_tsdb_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}
