import { defineConfig } from 'vitest/config';

/** The view in a real Chromium. One browser at a time: they would only slow each other down. */
export default defineConfig({
  test: {
    include: ['test/webview/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    allowOnly: false,
  },
});
