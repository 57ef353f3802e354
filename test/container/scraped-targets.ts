// What a Prometheus in a container says of its targets, once or all the time.

import { setTimeout as sleep } from 'node:timers/promises';
import type { ActiveTarget } from '../helpers/prometheus.ts';

export interface ScrapedTarget extends ActiveTarget {
  /** RFC 3339. */
  readonly lastScrape: string;
}

interface TargetsAnswer {
  readonly data: {
    readonly activeTargets: readonly ScrapedTarget[];
    readonly droppedTargetCounts: Readonly<Record<string, number>>;
  };
}

const ANSWER_MS = 10_000;
const LOOK_EVERY_MS = 200;

/** The targets of one job that Prometheus at `url` has now. */
export async function activeTargets(url: string, job: string): Promise<readonly ScrapedTarget[]> {
  const { activeTargets } = await askTargets(url);
  return activeTargets.filter(({ scrapePool }) => scrapePool === job);
}

/** How many targets of one job its relabelling dropped. */
export async function droppedTargets(url: string, job: string): Promise<number | undefined> {
  return (await askTargets(url)).droppedTargetCounts[job];
}

/** For a `waitFor`: whether exactly these many are there and all were scraped well, the last time after `since`. */
export async function allUp(url: string, job: string, count: number, since = 0): Promise<boolean> {
  const targets = await activeTargets(url, job);
  const up = targets.filter(
    ({ health, lastScrape }) => health === 'up' && Date.parse(lastScrape) > since,
  ).length;
  if (targets.length === count && up === count) return true;
  throw new Error(`${targets.length} targets, ${up} of them up`);
}

/** Looks all the time at how many targets there are. The stop gives the least and the most that were seen. */
export function watchTargets(url: string, job: string): () => Promise<{ least: number; most: number }> {
  const seen: number[] = [];
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      seen.push((await activeTargets(url, job)).length);
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  })();
  // The stop reports it.
  watching.catch(() => {});
  return async () => {
    stopped.abort();
    await watching;
    return { least: Math.min(...seen), most: Math.max(...seen) };
  };
}

async function askTargets(url: string): Promise<TargetsAnswer['data']> {
  const answer = await fetch(`${url}/api/v1/targets`, { signal: AbortSignal.timeout(ANSWER_MS) });
  return ((await answer.json()) as TargetsAnswer).data;
}
