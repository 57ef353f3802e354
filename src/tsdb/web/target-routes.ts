// The targets: what is scraped, what was dropped.

import { formatDuration } from '../../lib/duration.ts';
import type { ActiveTarget, TargetsStatus } from '../scrape/target-status.ts';
import { one } from './parameters.ts';
import { type Asked, type Route, textParameter } from './route.ts';

export function targetRoutes(status: () => TargetsStatus): Route[] {
  return [
    {
      methods: ['GET'],
      url: '/api/v1/targets',
      tag: 'targets',
      summary: 'What is scraped, and what relabelling dropped',
      parameters: {
        state: textParameter('active, dropped or any.', 'active'),
        scrapePool: textParameter('Only the targets of this job.', 'sensors'),
      },
      handle({ parameters }: Asked) {
        const state = (one(parameters, 'state') ?? 'any').toLowerCase();
        return { status: 'success', data: targets(status(), state, one(parameters, 'scrapePool')) };
      },
    },
    {
      methods: ['GET'],
      url: '/api/v1/scrape_pools',
      tag: 'targets',
      summary: 'The names of the jobs',
      handle: () => ({
        status: 'success',
        data: { scrapePools: Object.keys(status().droppedCounts).sort() },
      }),
    },
  ];
}

function targets({ active, dropped, droppedCounts }: TargetsStatus, state: string, pool: string | undefined) {
  const isWanted = ({ scrapePool }: { readonly scrapePool: string }) =>
    pool === undefined || scrapePool === pool;
  const isDroppedWanted = state === 'dropped' || state === 'any';
  return {
    activeTargets: state === 'active' || state === 'any' ? active.filter(isWanted).map(shown) : [],
    droppedTargets: isDroppedWanted ? dropped.filter(isWanted) : [],
    droppedTargetCounts: isDroppedWanted ? droppedCounts : null,
  };
}

function shown(target: ActiveTarget) {
  return {
    discoveredLabels: target.discoveredLabels,
    labels: target.labels,
    scrapePool: target.scrapePool,
    scrapeUrl: target.scrapeUrl,
    globalUrl: target.scrapeUrl,
    lastError: target.lastError,
    lastScrape: target.lastScrape === 0 ? '0001-01-01T00:00:00Z' : new Date(target.lastScrape).toISOString(),
    lastScrapeDuration: target.lastScrapeDuration / 1000,
    // Ours; Prometheus tells it as a series alone.
    lastSamples: target.lastSamples,
    health: target.health,
    scrapeInterval: formatDuration(target.scrapeInterval),
    scrapeTimeout: formatDuration(target.scrapeTimeout),
  };
}
