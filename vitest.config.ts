// Four levels, chosen by --mode: test (the default), e2e, long and container, the words before .ts in the names of
// their files. Each writes its counts for .ci/run.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Long enough for what takes ten seconds on a machine of its own, on one that is ten times as busy. */
const TEST_ENDS_MS = 3 * 60_000;
const OTHERS_END_MS: Readonly<Record<string, number>> = {
  e2e: 10 * 60_000,
  long: 30 * 60_000,
  container: 15 * 60_000,
};

// Half of what the start of a program costs is compiling: Node keeps the results, for the workers and all they start.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compile');

/** The files that take longest: with one of them last, a core would be idle meanwhile. */
class WholeProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isWhole = ({ moduleId }: TestSpecification) => /\/test\/(e2e|tools)\//.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))];
  }
}

export default defineConfig(({ mode }) => ({
  test: {
    include: [`test/**/*.${mode}.ts`],
    testTimeout: OTHERS_END_MS[mode] ?? TEST_ENDS_MS,
    hookTimeout: OTHERS_END_MS[mode] ?? TEST_ENDS_MS,
    retry: 0,
    sequence: { sequencer: WholeProgramsFirst },
    // Most of the time the tests wait for real servers, so four files run side by side on any machine.
    maxWorkers: Math.max(4, availableParallelism()),
    expect: { requireAssertions: true, poll: { timeout: 60_000 } },
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
