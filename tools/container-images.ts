// The images that our containers are made from, as the project's own files name them.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Every image of Dockerfile and docker-compose.yml, whatever the profile, that we do not build ourselves, sorted. Needs `docker compose`. */
export async function projectImages(env: NodeJS.ProcessEnv): Promise<string[]> {
  const args = ['compose', '--profile', '*', 'config', '--format', 'json'];
  const { stdout } = await promisify(execFile)('docker', args, { env });
  const images = [...baseImages(await readFile('Dockerfile', 'utf8')), ...composeImages(stdout)];
  return [...new Set(images)].sort();
}

/** The images after FROM that are no stage of the same file; an ARG's default is filled in. */
export function baseImages(dockerfile: string): string[] {
  const defaults = new Map<string, string>();
  const stages = new Set(['scratch']);
  const images: string[] = [];
  for (const line of dockerfile.split('\n')) {
    const arg = /^ARG\s+(\w+)=["']?([^"'\s]*)/i.exec(line);
    if (arg?.[1] !== undefined) defaults.set(arg[1], arg[2] ?? '');
    const from = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line);
    if (from === null) continue;
    const image = (from[1] ?? '').replace(/\$\{?(\w+)\}?/g, (_all, name: string) => defaults.get(name) ?? '');
    if (!stages.has(image)) images.push(image);
    if (from[2] !== undefined) stages.add(from[2]);
  }
  return images;
}

/** The images of the services without a `build`, from what `docker compose config --format json` prints. */
export function composeImages(config: string): string[] {
  const { services } = JSON.parse(config) as {
    services: Record<string, { image?: string; build?: unknown }>;
  };
  return Object.values(services).flatMap(({ image, build }) =>
    image !== undefined && build === undefined ? [image] : [],
  );
}
