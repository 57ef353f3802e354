// Bundles the pages of mini-tsdb: what a browser needs and nothing else, in one folder.
// node tools/build-pages.ts [--if-older], into dist/ui

import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';

const SOURCES = 'src/tsdb/ui';
const PAGES = ['targets', 'graph', 'status'];
/** Written last: with it the folder is whole. */
const STYLE = 'assets/style.css';

/** Builds the pages into a folder of their own, which is emptied first. */
export async function buildPages(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'assets'), { recursive: true });
  await build({
    input: {
      ...Object.fromEntries(PAGES.map((name) => [name, `${SOURCES}/${name}/page.ts`])),
      'targets-worker': `${SOURCES}/targets/worker.ts`,
    },
    platform: 'browser',
    output: {
      dir: join(folder, 'assets'),
      format: 'esm',
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
    logLevel: 'warn',
  });
  for (const name of PAGES) await cp(`${SOURCES}/${name}/page.html`, join(folder, `${name}.html`));
  await cp(`${SOURCES}/icon.svg`, join(folder, 'assets/icon.svg'));
  const styles = ['node_modules/uplot/dist/uPlot.min.css', `${SOURCES}/style.css`, ...(await ownStyles())];
  const texts = await Promise.all(styles.map((file) => readFile(file, 'utf8')));
  await writeFile(join(folder, STYLE), texts.join('\n'));
}

// Each page may have a style.css beside its page.html.
async function ownStyles(): Promise<string[]> {
  const files = await readdir(SOURCES, { recursive: true });
  return files.filter((file) => /\/style\.css$/.test(file)).map((file) => `${SOURCES}/${file}`);
}

/** Builds them where they are absent, or older than their sources. */
export async function buildOldPages(folder: string): Promise<void> {
  const built = await stat(join(folder, STYLE)).catch(() => undefined);
  if (built === undefined || built.mtimeMs < (await newestOf(SOURCES))) await buildPages(folder);
}

async function newestOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))));
  return Math.max(...stats.map(({ mtimeMs }) => mtimeMs));
}

if (import.meta.main) await (process.argv.includes('--if-older') ? buildOldPages : buildPages)('dist/ui');
