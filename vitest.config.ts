import { defineConfig } from 'vitest/config'
import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/** What takes longest, so that no worker is left with it alone at the end. A fresh clone has no durations to go by. */
const longest = [
  'test/journeys/',
  'test/contracts/',
  'src/cli',
  'test/acceptance',
  'test/connected',
  'src/forecast/m4',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => longest.some(name => moduleId.includes(`/${name}`))
    return [...sorted.filter(isLong), ...sorted.filter(file => !isLong(file))]
  }
}

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
    sequence: { sequencer: LongestFirst },
    // Files share their worker's modules: loading them anew for each file took a quarter of the suite's time.
    isolate: false,
    // Node reads the sources itself, as the product has it: what counts a lot runs three times as fast as through Vite.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
})
