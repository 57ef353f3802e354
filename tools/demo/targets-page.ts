// The page of a running Prometheus that lists its targets.

// Its own; that of Debian's package of 2.x, built without the newer pages; and what every build answers.
const PATHS = ['/targets', '/classic/targets', '/api/v1/targets'] as const;
const ANSWER_MS = 5_000;

/** @returns the address of the first page there is, of Prometheus' own when none answers. */
export async function findTargetsPage(prometheus: string): Promise<string> {
  for (const path of PATHS) {
    const answer = await fetch(prometheus + path, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
      () => undefined,
    );
    await answer?.arrayBuffer();
    if (answer?.ok === true) return prometheus + path;
  }
  return prometheus + PATHS[0];
}
