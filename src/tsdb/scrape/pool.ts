// The targets of one job and the loops that scrape them.

import { AppError } from '../../lib/errors.ts';
import { createFetcher } from '../../lib/http-fetch.ts';
import type { Labels } from '../../model/labels.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import { ScrapeLoop } from './loop.ts';
import { makeTargets } from './make-targets.ts';
import type { ScrapeServices } from './services.ts';

export interface ScrapePool {
  readonly loops: ReadonlyMap<string, ScrapeLoop>;
  readonly dropped: readonly Labels[];
  readonly droppedCount: number;
  /** These are the groups now; targets that stay keep their loops. */
  sync(groups: readonly TargetGroup[]): void;
  /** The job is no more, or another: its series end unless another loop takes them over. */
  stop(): void;
  /** The server stops. */
  cut(): void;
}

const FAULTS_SHOWN = 5;

export function createScrapePool(config: ScrapeConfig, services: ScrapeServices): ScrapePool {
  const fetcher = createFetcher(config.access, services.room);
  const loops = new Map<string, ScrapeLoop>();
  let made = makeTargets([], config);

  function stopMissing(targets: ReadonlyMap<string, unknown>): void {
    for (const [key, loop] of loops) {
      if (targets.has(key)) continue;
      loop.stop();
      loops.delete(key);
    }
  }

  function enforceTargetLimit(): void {
    const limit = config.limits.targets;
    const isOver = limit > 0 && loops.size > limit;
    const words = `target_limit exceeded (number of targets: ${loops.size}, limit: ${limit})`;
    const fault = isOver ? new AppError('target_limit', words) : undefined;
    for (const loop of loops.values()) loop.force(fault);
  }

  return {
    loops,
    get dropped() {
      return made.dropped;
    },
    get droppedCount() {
      return made.droppedCount;
    },
    sync(groups) {
      made = makeTargets(groups, config, made);
      stopMissing(made.targets);
      for (const [key, target] of made.targets) {
        if (!loops.has(key)) loops.set(key, new ScrapeLoop(target, config, fetcher, services));
      }
      enforceTargetLimit();
      if (made.faultCount === 0) return;
      services.metrics.faulty(made.faultCount);
      const faults = made.faults.slice(0, FAULTS_SHOWN);
      services.log.warn(
        { job: config.jobName, count: made.faultCount, faults },
        'targets that cannot be scraped',
      );
    },
    stop() {
      for (const loop of loops.values()) loop.stop();
      fetcher.close();
    },
    cut() {
      for (const loop of loops.values()) void loop.cut();
      fetcher.destroy();
    },
  };
}
