import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['test/unit/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    // By default one core is left idle, which on two of them doubles the time.
    maxWorkers: '100%',
    allowOnly: false,
  },
});
