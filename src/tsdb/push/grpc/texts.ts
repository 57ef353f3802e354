// The texts of our .proto files. The bundle carries them in place of these readings: see tools/inline-protos.ts.

import { readFileSync } from 'node:fs';

export const METRICS_PROTO = readFileSync(new URL('../metrics.proto', import.meta.url), 'utf8');
export const HEALTH_PROTO = readFileSync(new URL('./health.proto', import.meta.url), 'utf8');
export const REFLECTION_PROTO = readFileSync(new URL('./reflection.proto', import.meta.url), 'utf8');
