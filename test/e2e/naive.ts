// The naive updater as a control: what a fault does to a program without guard, deadline, bound and check.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram } from '../helpers/process.ts';
import { waitFor } from '../helpers/wait-for.ts';

/** What became of the targets in a file while an updater made some passes, or was expected to. */
export type Verdict = 'kept' | 'wiped' | 'wrong' | 'stuck' | 'died';

export interface NaiveUpdater {
  /** Watches it make two whole passes, or fail to within `endMs`. */
  verdict(endMs: number): Promise<Verdict>;
  stop(): Promise<void>;
}

const PASSES = 2;

/** Looks at the file all the time until `hasPassed`; the worst that was seen counts. */
export async function watchTargets(
  targets: () => Promise<string[]>,
  wanted: readonly string[],
  hasPassed: () => Promise<boolean>,
): Promise<Verdict> {
  for (;;) {
    // Asked first: what the last pass wrote must be looked at, too.
    const isLast = await hasPassed();
    const seen = await targets();
    if (seen.length === 0) return 'wiped';
    if (seen.join() !== wanted.join()) return 'wrong';
    if (isLast) return 'kept';
    await sleep(20);
  }
}

/** Starts it, and waits until its file holds the targets that are wanted. */
export async function startNaive(
  url: string,
  file: string,
  wanted: readonly string[],
  intervalMs = 100,
): Promise<NaiveUpdater> {
  const args = ['--max-old-space-size=48', 'test/e2e/naive-updater.ts', url, file, String(intervalMs)];
  const naive = startProgram(process.execPath, args);
  let died = false;
  void naive.exit.then(() => {
    died = true;
  });
  await waitFor('the naive list', async () => (await targetsIn(file)).join() === wanted.join());
  return {
    async verdict(endMs) {
      // One pass may have begun before the fault.
      const enough = naive.stdout.length + PASSES + 1;
      const end = performance.now() + endMs;
      const hasPassed = async () => died || naive.stdout.length >= enough || performance.now() > end;
      const verdict = await watchTargets(() => targetsIn(file), wanted, hasPassed);
      if (verdict !== 'kept' || naive.stdout.length >= enough) return verdict;
      return died ? 'died' : 'stuck';
    },
    stop: async () => void (await naive.stop()),
  };
}

async function targetsIn(file: string): Promise<string[]> {
  const groups = JSON.parse(await readFile(file, 'utf8')) as { targets: string[] }[];
  return groups.flatMap(({ targets }) => targets.sort());
}
