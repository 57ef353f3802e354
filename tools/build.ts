// Bundles each program into one CommonJS file, which starts faster and in less memory than the sources.
// node tools/build.ts [FOLDER], dist/ when none is named

import { chmod, rm, writeFile } from 'node:fs/promises';
import { build } from 'rolldown';
import { buildPages } from './build-pages.ts';
import { inlineProtos } from './inline-protos.ts';
import { collectNotices } from './notices.ts';

const PROGRAMS = {
  'inventory-sd': 'src/sidecar.ts',
  healthcheck: 'src/healthcheck.ts',
  // The thread that checks passwords, found beside it.
  'password-worker': 'src/lib/password-worker.ts',
  'mini-tsdb': 'src/tsdb.ts',
  'inventory-server': 'inventory-server/server.ts',
  'sensor-fleet': 'inventory-server/fleet.ts',
  simulator: 'tools/simulate.ts',
};

const [named] = process.argv.slice(2);
const folder = named ?? 'dist';

// What else may be in a folder of somebody else's is none of ours.
if (named === undefined) await rm(folder, { recursive: true, force: true });
for (const [name, input] of Object.entries(PROGRAMS)) {
  const file = `${folder}/${name}.cjs`;
  await build({
    input,
    platform: 'node',
    plugins: [inlineProtos()],
    // The first line makes the file a command of its own, wherever it is linked to.
    output: { file, format: 'cjs', minify: false, codeSplitting: false, banner: '#!/usr/bin/env node' },
    logLevel: 'warn',
  });
  await chmod(file, 0o755);
  console.log(`built ${file}`);
}
await buildPages(`${folder}/ui`);
console.log(`built ${folder}/ui`);
await writeFile(`${folder}/NOTICES`, await collectNotices());
