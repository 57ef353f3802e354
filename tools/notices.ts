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

// A few packages bring no text, only its name, and that of their author or source.
async function declaredIn(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  const source = sourceOf(manifest);
  if (manifest.license === undefined || source === undefined)
    throw new Error(`cannot collect notices: ${folder} has no licence file, and names no licence and source`);
  const text = TEXTS[manifest.license];
  if (text === undefined)
    throw new Error(
      `cannot collect notices: ${folder} has no licence file, and ${manifest.license} is no text known here`,
    );
  return `${manifest.license}, ${source}\n\n${text}`;
}

function sourceOf({ author, repository }: Manifest): string | undefined {
  if (author !== undefined) return `by ${typeof author === 'string' ? author : author.name}`;
  if (repository === undefined) return undefined;
  return `from ${typeof repository === 'string' ? repository : repository.url}`;
}

const TEXTS: Readonly<Record<string, string>> = {
  // Source: https://opensource.org/license/mit
  MIT: `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`,
};
