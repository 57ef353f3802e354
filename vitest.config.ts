// Three levels, chosen by --mode: test (the default), long, container. Each writes its counts for .ci/run.

import { defineConfig } from 'vitest/config';

const LEVELS: Record<string, { include: string[]; endMs: number }> = {
  test: { include: ['test/**/*.test.ts'], endMs: 60_000 },
  long: { include: ['test/**/*.long.ts'], endMs: 30 * 60_000 },
  container: { include: ['test/container/**/*.container.ts'], endMs: 15 * 60_000 },
};

export default defineConfig(({ mode }) => {
  const level = LEVELS[mode];
  if (level === undefined)
    throw new Error(`--mode ${mode}: the levels are ${Object.keys(LEVELS).join(', ')}`);
  return {
    test: {
      include: level.include,
      testTimeout: level.endMs,
      hookTimeout: level.endMs,
      retry: 0,
      expect: { requireAssertions: true },
      reporters: ['default', ['json', { outputFile: `coverage/results-${mode}.json` }]],
      coverage: {
        provider: 'v8',
        include: ['src/**', 'inventory-server/**'],
        reporter: ['text-summary'],
        reportsDirectory: 'coverage/v8',
        thresholds: { 'src/sidecar/**': { branches: 95 } },
      },
    },
  };
});
