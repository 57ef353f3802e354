// The licence texts of every package that a bundle may hold: they ask to go wherever their code goes.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Locked {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly link?: boolean }>>;
}

/**
 * Collects the licence files of the packages that the lock does not mark as development only.
 * @throws Error that names a package without a licence.
 */
export async function collectNotices(): Promise<string> {
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as Locked;
  const folders = Object.entries(packages).filter(
    ([path, { dev, link }]) => path.startsWith('node_modules/') && !dev && !link,
  );
  const notices = await Promise.all(folders.map(([path]) => noticeOf(path)));
  return notices.join(`\n${'-'.repeat(72)}\n\n`);
}

async function noticeOf(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  const text = file === undefined ? await declaredIn(folder) : await readFile(join(folder, file), 'utf8');
  return `${folder.replace('node_modules/', '')}\n\n${text}`;
}

interface Manifest {
  readonly license?: string;
  readonly author?: string | { readonly name: string };
  readonly repository?: string | { readonly url: string };
}

// A few packages bring no text, only its name.
async function declaredIn(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  const source = sourceOf(manifest);
  if (manifest.license === undefined || source === undefined)
    throw new Error(`cannot collect notices: ${folder} has no licence file, and names no licence and source`);
  return `${manifest.license}, ${source}; the package holds no text of it\n`;
}

function sourceOf({ author, repository }: Manifest): string | undefined {
  if (author !== undefined) return `by ${typeof author === 'string' ? author : author.name}`;
  if (repository === undefined) return undefined;
  return `from ${typeof repository === 'string' ? repository : repository.url}`;
}
