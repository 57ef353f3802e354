// A mapping as the settings make it.

import { readConfig } from '../../src/sidecar/config.ts';
import { createMapping, type Mapping } from '../../src/sidecar/sensors/mapping.ts';

export function mappingOf(settings: Record<string, string> = {}): Mapping {
  return createMapping(readConfig(settings));
}
