import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { builtBundle, describeInBrowser, expectAccessibleInBoth, openBrowser } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

describeInBrowser('somebody who may only look', () => {
  let browser: Browser
  let stage: Stage
  beforeAll(async () => {
    const dist = builtBundle()
    browser = await openBrowser()
    stage = await openStage({ dist, alerts: true })
  })
  afterAll(async () => {
    await stage?.close()
  })

  it('sees no button that would refuse them, where a director has it', async () => {
    for (const role of ['director', 'viewer']) {
      // Who looks sees some of the stores, too.
      const stores = role === 'director' ? 'all' : ['gifts']
      const context = await browser.newContext({ baseURL: stage.url, reducedMotion: 'reduce' })
      const page = await context.newPage()
      stage.says({
        'members/me': () => ({ id: '1', name: 'Ada', email: 'a@example.com', role, stores }),
        'plan/versions': () => [],
        'plan/closed': () => [],
        'plan/variance': () => [],
      })
      const may = role === 'director'
      const acts = page.locator('button, a').filter({ visible: true })
      for (const [path, stands, words] of [
        ['/connections', 'Shop', 'Connect a system'],
        ['/settings', 'Gifts', 'Add a store'],
        ['/settings?tab=calendar', 'Weeks begin on', 'Save'],
        ['/who', 'Free-mail domains', 'They are one'],
        ['/variance?tab=close', may ? 'No month is closed yet' : 'Against the plan', 'Close a month'],
        ['/reforecast', 'No reforecast yet', 'Start a plan'],
        ['/alerts?tab=channels', may ? 'Add a channel' : 'Rules', 'Add a channel'],
        ['/alerts?tab=rules', 'Units of a product', 'Add a rule'],
        ['/alerts?alert=a1', 'Check first', 'Acknowledge'],
        ['/connections?open=shopify-gifts', 'What it brings', 'Pause'],
      ] as const) {
        await page.goto(path)
        await page.getByText('Ada', { exact: false }).first().waitFor()
        await page.getByText(stands).first().waitFor({ state: 'attached' })
        expect(await acts.filter({ hasText: new RegExp(`^${words}$`) }).count(), path).toBe(may ? 1 : 0)
      }
      // What would be refused is no tab.
      await page.goto('/alerts')
      await page.getByRole('tab', { name: 'Rules' }).waitFor()
      expect(await page.getByRole('tab', { name: 'Channels' }).count()).toBe(may ? 1 : 0)
      await page.goto('/variance')
      await page.getByRole('tab', { name: 'Price, volume, mix' }).waitFor()
      for (const name of ['Drivers of the plan', 'Month close'])
        expect(await page.getByRole('tab', { name }).count(), name).toBe(may ? 1 : 0)
      // Plans are of the whole company.
      expect(await page.getByRole('link', { name: 'Budget', exact: true }).count()).toBe(may ? 1 : 0)
      expect(await page.getByRole('link', { name: 'Variance', exact: true }).count()).toBe(1)
      // What is set is there for everybody to read.
      await page.goto('/settings')
      await page.getByRole('row', { name: 'Gifts' }).click()
      const sheet = page.getByRole('dialog')
      const name = sheet.getByRole('textbox', { name: 'Name' })
      await name.waitFor()
      expect([await name.isEnabled(), await sheet.getByRole('button', { name: 'Save' }).count()]).toEqual(
        may ? [true, 1] : [false, 0],
      )
      if (!may) await expectAccessibleInBoth(page)
      await context.close()
    }
  })
})
