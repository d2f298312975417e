import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/support/globalSetup.ts'],
    // All files share one VS Code server and its user settings.
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 120_000,
    // As patient as what waits for an element: a busy machine is no failure.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
  },
});
