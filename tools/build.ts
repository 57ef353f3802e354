// Bundles each program into one CommonJS file in dist/, which starts faster and in less memory than the sources.

import { rm } from 'node:fs/promises';
import { build } from 'rolldown';

const PROGRAMS = {
  'inventory-sd': 'src/sidecar.ts',
  healthcheck: 'src/healthcheck.ts',
  'inventory-server': 'inventory-server/server.ts',
  'sensor-fleet': 'inventory-server/fleet.ts',
};

await rm('dist', { recursive: true, force: true });
for (const [name, input] of Object.entries(PROGRAMS)) {
  await build({
    input,
    platform: 'node',
    output: { file: `dist/${name}.cjs`, format: 'cjs', minify: false, codeSplitting: false },
    logLevel: 'warn',
  });
  console.log(`built dist/${name}.cjs`);
}
