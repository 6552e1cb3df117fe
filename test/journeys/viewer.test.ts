import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtBundle, chromiumPath, openBrowser, skipped } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

describe.skipIf(!chromiumPath)(`somebody who may only look${skipped}`, () => {
  let browser: Browser
  let stage: Stage
  beforeAll(async () => {
    const dist = builtBundle()
    browser = await openBrowser()
    stage = await openStage({ dist })
  })
  afterAll(async () => {
    await browser?.close()
    await stage?.close()
  })

  it('sees no button that would refuse them, where a director has it', async () => {
    for (const role of ['director', 'viewer']) {
      const context = await browser.newContext({ baseURL: stage.url, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.route('**/api/rpc/members/me', route =>
        route.fulfill({
          json: { json: { id: '1', name: 'Ada', email: 'a@example.com', role, stores: 'all' } },
        }),
      )
      for (const [path, words] of [
        ['/connections', 'Connect a system'],
        ['/settings', 'Add a store'],
      ] as const) {
        await page.goto(path)
        await page.getByText('Ada', { exact: false }).first().waitFor()
        await page.getByRole('table').first().waitFor()
        expect(await page.getByRole('button', { name: words }).count()).toBe(role === 'director' ? 1 : 0)
      }
      await context.close()
    }
  })
})
