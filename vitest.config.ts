import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Says once whether the bundle or the sources are under test.
    globalSetup: ['test/support/say-program.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Two cores are shared with the relays and clients that the tests start.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
