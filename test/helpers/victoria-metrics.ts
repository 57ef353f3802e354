// VictoriaMetrics for tests: started on a free port over a folder of its own, and gone afterwards.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findVictoriaMetrics } from '../../tools/victoria-metrics-binary.ts';
import { freePort } from './free-port.ts';
import { startProgram } from './process.ts';
import { tempDir } from './temp-dir.ts';
import { waitFor } from './wait-for.ts';

export interface RunningVictoriaMetrics {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws Error when this machine has none. */
export async function requireVictoriaMetrics(): Promise<string> {
  const found = await findVictoriaMetrics();
  if (found === undefined) throw new Error('no victoria-metrics: "npm test" installs it');
  return found;
}

/** Starts it with the scrape configuration and waits until it answers. */
export async function startVictoriaMetrics(binary: string, yaml: string): Promise<RunningVictoriaMetrics> {
  const own = await tempDir('victoria-metrics');
  const config = join(own.path, 'scrape.yml');
  await writeFile(config, yaml);
  const address = `127.0.0.1:${await freePort()}`;
  const program = startProgram(binary, [
    `-promscrape.config=${config}`,
    `-storageDataPath=${join(own.path, 'data')}`,
    `-httpListenAddr=${address}`,
    '-memory.allowedBytes=134217728',
  ]);
  const url = `http://${address}`;
  const stop = async () => {
    await program.stop();
    await own.remove();
  };
  try {
    await waitFor(`${url}/health`, async () => (await fetch(`${url}/health`)).ok);
  } catch (error) {
    await stop();
    throw new Error(`cannot start VictoriaMetrics: ${program.stderr.slice(-20).join('\n')}`, {
      cause: error,
    });
  }
  return { url, stop };
}
