// Bundles each program into one CommonJS file in dist/, which starts faster and in less memory than the sources.

import { chmod, rm, writeFile } from 'node:fs/promises';
import { build } from 'rolldown';
import { collectNotices } from './notices.ts';

const PROGRAMS = {
  'inventory-sd': 'src/sidecar.ts',
  healthcheck: 'src/healthcheck.ts',
  // The thread of inventory-sd that checks passwords, found beside it.
  'password-worker': 'src/lib/password-worker.ts',
  'inventory-server': 'inventory-server/server.ts',
  'sensor-fleet': 'inventory-server/fleet.ts',
};

await rm('dist', { recursive: true, force: true });
for (const [name, input] of Object.entries(PROGRAMS)) {
  const file = `dist/${name}.cjs`;
  await build({
    input,
    platform: 'node',
    // The first line makes the file a command of its own, wherever it is linked to.
    output: { file, format: 'cjs', minify: false, codeSplitting: false, banner: '#!/usr/bin/env node' },
    logLevel: 'warn',
  });
  await chmod(file, 0o755);
  console.log(`built ${file}`);
}
await writeFile('dist/NOTICES', await collectNotices());
