// Looks at the targets of every Prometheus all the time, and remembers when which job had which.

import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningPrometheus } from '../../helpers/prometheus.ts';

/** What one job of one Prometheus listed, from `at` (monotonic ms) until the next one. */
export interface Sighting {
  readonly at: number;
  readonly targets: ReadonlySet<string>;
}

/** Targets that were not there in one look. */
export interface Loss {
  readonly version: string;
  readonly at: number;
  readonly missing: readonly string[];
}

export interface Observer {
  readonly versions: readonly string[];
  /** How many times it has looked, at all servers each time. It goes on until it fails or is stopped. */
  readonly looks: number;
  /** Whether every server lists exactly these targets of a job now. */
  lists(job: string, targets: readonly string[]): boolean;
  /** Every change since `since` by which a wanted target was not there, and what stood at that moment. */
  losses(job: string, wanted: readonly string[], since: number): Loss[];
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 500;

/** Begins to look. @param servers may change; an undefined one is not looked at. */
export function observe(servers: readonly (RunningPrometheus | undefined)[]): Observer {
  const versions = servers.flatMap((server) => server?.version ?? []);
  const seen = new Map(versions.map((version) => [version, new Map<string, Sighting[]>()]));
  const stopped = new AbortController();
  let looks = 0;
  const sightings = (version: string, job: string) => seen.get(version)?.get(job) ?? [];

  const looking = (async () => {
    while (!stopped.signal.aborted) {
      await Promise.all(servers.map((server) => server && look(server)));
      looks += 1;
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  })();
  // The stop reports it.
  looking.catch(() => {});

  async function look(server: RunningPrometheus): Promise<void> {
    const listed = await listJobs(server);
    const at = performance.now();
    const jobs = seen.get(server.version) ?? new Map<string, Sighting[]>();
    for (const job of new Set([...jobs.keys(), ...listed.keys()])) {
      const targets = listed.get(job) ?? new Set();
      const before = jobs.get(job) ?? [];
      const last = before.at(-1)?.targets;
      if (last === undefined || last.symmetricDifference(targets).size > 0)
        jobs.set(job, [...before, { at, targets }]);
    }
  }

  return {
    versions,
    get looks() {
      return looks;
    },
    lists: (job, targets) =>
      versions.every((version) => {
        const last = sightings(version, job).at(-1)?.targets ?? new Set();
        return last.symmetricDifference(new Set(targets)).size === 0;
      }),
    losses: (job, wanted, since) =>
      versions.flatMap((version) =>
        standingSince(sightings(version, job), since).flatMap(({ at, targets }) => {
          const missing = wanted.filter((target) => !targets.has(target));
          return missing.length === 0 ? [] : [{ version, at, missing }];
        }),
      ),
    stop: async () => {
      stopped.abort();
      await looking;
    },
  };
}

function standingSince(sightings: readonly Sighting[], since: number): readonly Sighting[] {
  const later = sightings.filter(({ at }) => at > since);
  const stood = sightings.findLast(({ at }) => at <= since);
  return stood === undefined ? later : [stood, ...later];
}

/** The addresses that one Prometheus lists now, by job. */
export async function listJobs(server: RunningPrometheus): Promise<Map<string, Set<string>>> {
  const jobs = new Map<string, Set<string>>();
  for (const { scrapePool, discoveredLabels } of await server.activeTargets()) {
    const targets = jobs.get(scrapePool) ?? new Set();
    jobs.set(scrapePool, targets.add(discoveredLabels.__address__ ?? ''));
  }
  return jobs;
}
