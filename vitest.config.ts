import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Says once whether the bundle or the sources are under test.
    globalSetup: ['test/support/say-program.ts'],
    testTimeout: 40_000,
    hookTimeout: 40_000,
    // What is polled for comes when it comes; a busy machine is no failure.
    expect: { poll: { timeout: 15_000 } },
    // Two cores are shared with the relays and clients that the tests start.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
