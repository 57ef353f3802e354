// Service discovery: where the target groups of a job come from, and how they change.

import type { Alarms } from '../../lib/alarms.ts';
import type { Logger } from '../../lib/log.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { DiscoveryConfig } from '../config/scrape-config.ts';
import { startFileDiscovery } from './file.ts';
import { startHttpDiscovery } from './http.ts';
import type { DiscoveryMetrics } from './metrics.ts';

export interface DiscoveryServices {
  readonly alarms: Alarms;
  readonly log: Logger;
  readonly metrics: DiscoveryMetrics;
  readonly userAgent: string;
}

/**
 * Told all groups each time they have changed, the first time also when there are none or when they could not be read.
 */
export type Found = (groups: readonly TargetGroup[]) => void;

export interface Discovery {
  stop(): void;
}

/** Begins to look; never calls back before it has returned. */
export function startDiscovery(
  config: DiscoveryConfig,
  services: DiscoveryServices,
  found: Found,
): Discovery {
  if (config.kind === 'file') return startFileDiscovery(config, services, found);
  if (config.kind === 'http') return startHttpDiscovery(config, services, found);
  const first = services.alarms.after(0, () => found(config.groups));
  return { stop: () => first.cancel() };
}
