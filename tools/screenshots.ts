// The pictures of the pages in the README: starts the demo's programs, looks at each page in light and dark, stops them.

import '../src/lib/node-version.ts';
import { join } from 'node:path';
import { AppError } from '../src/lib/errors.ts';
import { createStopping } from './demo/stop-signal.ts';
import { createTroupe } from './demo/troupe.ts';
import { makeWorkspace } from './demo/workspace.ts';
import { startModels } from './screenshots/models.ts';
import { takePictures } from './screenshots/pictures.ts';

const FOLDER = join(import.meta.dirname, '../docs/images');

async function main(): Promise<void> {
  const { signal, stop } = createStopping();
  const workspace = makeWorkspace();
  const troupe = createTroupe(stop);
  process.once('exit', () => {
    troupe.kill();
    workspace.remove();
  });
  try {
    const url = await startModels(troupe, workspace, signal);
    for await (const { file, bytes } of takePictures(url, FOLDER, signal))
      console.log(`${file}  ${bytes} bytes`);
  } finally {
    await troupe.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof AppError ? `cannot take the pictures: ${error.message}` : error);
    process.exit(1);
  },
);
