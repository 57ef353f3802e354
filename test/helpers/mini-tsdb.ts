// mini-tsdb as its users start it, on a free port, and gone afterwards.

import { freePort } from './free-port.ts';
import { type Program, startNode } from './process.ts';

export interface MiniTsdb {
  readonly program: Program;
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts mini-tsdb over a configuration file; it is up when its server listens. */
export async function startMiniTsdb(
  configFile: string,
  flags: readonly string[] = [],
  script = 'src/tsdb.ts',
): Promise<MiniTsdb> {
  const address = `127.0.0.1:${await freePort()}`;
  const args = [`--config.file=${configFile}`, `--web.listen-address=${address}`, ...flags];
  const program = startNode(script, args);
  await program.line(/"msg":"listening"/);
  return { program, url: `http://${address}`, stop: async () => void (await program.stop()) };
}
