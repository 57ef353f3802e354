// Bundles the pages of mini-tsdb: what a browser needs and nothing else, in one folder.
// node tools/build-pages.ts [--if-older], into dist/ui

import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../src/lib/errors.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'src/tsdb/ui');
/** Each is a folder with its page.ts, and its title. */
const PAGES = { targets: 'Targets', graph: 'Graph', status: 'Status' };
/** Where the programs that run from the sources look for them. */
export const PAGES_FOLDER = join(ROOT, 'dist/ui');
const STYLE = 'assets/style.css';
/** What a page may hold something of. */
export const PAGE_INPUTS = [
  'src/tsdb/ui',
  'src/lib',
  'src/model',
  'tools/build-pages.ts',
  'package-lock.json',
];

/** Builds the pages into a folder of their own, in the place of what is there. */
export async function buildPages(folder: string): Promise<void> {
  const making = `${folder}.${process.pid}`;
  try {
    await make(making);
    await rm(folder, { recursive: true, force: true });
    await rename(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function make(folder: string): Promise<void> {
  await mkdir(join(folder, 'assets'), { recursive: true });
  await Promise.all([
    bundleScripts(join(folder, 'assets')),
    writeHtml(folder),
    cp(join(SOURCES, 'icon.svg'), join(folder, 'assets/icon.svg')),
  ]);
  // Last, for its time is that of the whole.
  await writeStyle(join(folder, STYLE));
}

async function bundleScripts(dir: string): Promise<void> {
  // Loaded only when it is needed: where only programs run it is not installed.
  const { build } = await import('rolldown');
  const pages = Object.keys(PAGES).map((name) => [name, join(SOURCES, name, 'page.ts')]);
  await build({
    cwd: ROOT,
    input: { ...Object.fromEntries(pages), 'targets-worker': join(SOURCES, 'targets/worker.ts') },
    platform: 'browser',
    // It names types only, and what it extends is not in the image that builds.
    tsconfig: false,
    output: {
      dir,
      format: 'esm',
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
    logLevel: 'warn',
  });
}

/** All pages are one document, but for title and script. */
async function writeHtml(folder: string): Promise<void> {
  const template = await readFile(join(SOURCES, 'page.html'), 'utf8');
  for (const [name, title] of Object.entries(PAGES)) {
    const html = template.replaceAll('{{title}}', title).replaceAll('{{name}}', name);
    await writeFile(join(folder, `${name}.html`), html);
  }
}

async function writeStyle(file: string): Promise<void> {
  const styles = [
    join(ROOT, 'node_modules/uplot/dist/uPlot.min.css'),
    join(SOURCES, 'style.css'),
    ...(await ownStyles()),
  ];
  const texts = await Promise.all(styles.map((path) => readFile(path, 'utf8')));
  await writeFile(file, texts.join('\n'));
}

// Each page may have a style.css beside its page.ts.
async function ownStyles(): Promise<string[]> {
  const files = await readdir(SOURCES, { recursive: true });
  return files.filter((file) => /\/style\.css$/.test(file)).map((file) => join(SOURCES, file));
}

/** Builds them where they are absent, or older than what they are made of. */
export async function buildOldPages(folder: string): Promise<void> {
  const built = await stat(join(folder, STYLE)).catch(() => undefined);
  const newest = await Promise.all(PAGE_INPUTS.map((input) => newestOf(join(ROOT, input))));
  if (built === undefined || built.mtimeMs < Math.max(...newest)) await buildPages(folder);
}

async function newestOf(path: string): Promise<number> {
  const own = await stat(path);
  if (!own.isDirectory()) return own.mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))));
  return Math.max(...stats.map(({ mtimeMs }) => mtimeMs));
}

if (import.meta.main) {
  // What goes on behind it works without pages.
  if (process.argv.includes('--if-older'))
    await buildOldPages(PAGES_FOLDER).catch((error: unknown) =>
      console.error(`cannot build the pages: ${messageOf(error)}`),
    );
  else await buildPages(PAGES_FOLDER);
}
