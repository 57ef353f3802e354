// Times of requests, as many as there may be, in a bounded table: each is known to one part in a hundred.

export interface Latencies {
  /** @param ms above 0. */
  record(ms: number): void;
  /** @param share from 0 to 1. @returns milliseconds; undefined while nothing was recorded. */
  percentile(share: number): number | undefined;
  readonly max: number;
}

const SHORTEST_MS = 0.001;
const STEP = Math.log(1.01);
// Up to some hours.
const BUCKETS = 2400;

export function createLatencies(): Latencies {
  const counts = new Uint32Array(BUCKETS);
  let total = 0;
  let max = 0;
  return {
    record(ms) {
      const bucket = Math.ceil(Math.log(Math.max(ms, SHORTEST_MS) / SHORTEST_MS) / STEP);
      const index = Math.min(bucket, BUCKETS - 1);
      counts[index] = (counts[index] ?? 0) + 1;
      total += 1;
      max = Math.max(max, ms);
    },
    percentile(share) {
      if (total === 0) return undefined;
      const rank = Math.max(1, Math.ceil(share * total));
      let seen = 0;
      const index = counts.findIndex((count) => {
        seen += count;
        return seen >= rank;
      });
      return Math.min(max, SHORTEST_MS * Math.exp(index * STEP));
    },
    get max() {
      return max;
    },
  };
}
