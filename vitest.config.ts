import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A second is not enough on a busy machine; what comes sooner is seen sooner.
    expect: { poll: { timeout: 20_000 } },
    // Two cores are the smallest machine the suite promises to pass on.
    maxWorkers: 2,
    pool: 'forks',
    // Files share their worker's modules: loading them anew for each file took a quarter of the suite's time.
    isolate: false,
    // Node reads the sources itself, as the product has it: what counts a lot runs three times as fast as through Vite.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
})
