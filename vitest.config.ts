// Four levels, chosen by --mode: test (the default), e2e, long and container, the words before .ts in the names of
// their files. Each writes its counts for .ci/run.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const TEST_ENDS_MS: Readonly<Record<string, number>> = {
  e2e: 10 * 60_000,
  long: 30 * 60_000,
  container: 15 * 60_000,
};

// Half of what the start of a program costs is compiling: Node keeps the results, for the workers and all they start.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compile');

export default defineConfig(({ mode }) => ({
  test: {
    include: [`test/**/*.${mode}.ts`],
    testTimeout: TEST_ENDS_MS[mode] ?? 60_000,
    hookTimeout: TEST_ENDS_MS[mode] ?? 60_000,
    retry: 0,
    // Most of the time the tests wait for real servers, so four files run side by side on any machine.
    maxWorkers: Math.max(4, availableParallelism()),
    expect: { requireAssertions: true },
    reporters: ['default', ['json', { outputFile: `coverage/results-${mode}.json` }]],
    coverage: {
      provider: 'v8',
      include: ['src/sidecar/**/*.ts'],
      reporter: ['text-summary'],
      reportsDirectory: 'coverage/v8',
      thresholds: { 'src/sidecar/**': { branches: 95 } },
    },
  },
}));
