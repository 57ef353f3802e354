// vmagent for tests: it scrapes, pushes by remote write, and is gone afterwards.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findVictoriaMetrics } from '../../tools/victoria-metrics-binary.ts';
import { freePort } from './free-port.ts';
import { type Program, startProgram } from './process.ts';
import { tempDir } from './temp-dir.ts';

export interface RunningVmagent {
  readonly program: Program;
  stop(): Promise<void>;
}

/**
 * Starts it with a scrape configuration; it pushes to each of the addresses, one request after the other.
 * @throws Error when this machine has none.
 */
export async function startVmagent(yaml: string, urls: readonly string[]): Promise<RunningVmagent> {
  const binary = await findVictoriaMetrics(process.env, 'vmagent');
  if (binary === undefined) throw new Error('no vmagent: "npm test" installs it');
  const own = await tempDir('vmagent');
  const config = join(own.path, 'scrape.yml');
  await writeFile(config, yaml);
  const program = startProgram(binary, [
    `-promscrape.config=${config}`,
    `-remoteWrite.tmpDataPath=${join(own.path, 'data')}`,
    `-httpListenAddr=127.0.0.1:${await freePort()}`,
    '-remoteWrite.flushInterval=100ms',
    '-remoteWrite.queues=1',
    ...urls.map((url) => `-remoteWrite.url=${url}`),
  ]);
  const stop = async () => {
    await program.stop();
    await own.remove();
  };
  return { program, stop };
}
