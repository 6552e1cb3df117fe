import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { builtBundle, chromiumPath, complaints, expectAccessible, openBrowser, skipped } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

describe.skipIf(!chromiumPath)(`on a bad day${skipped}`, () => {
  let browser: Browser
  let stage: Stage
  let context: BrowserContext
  let page: Page
  let heard: string[]

  beforeAll(async () => {
    const dist = builtBundle()
    browser = await openBrowser()
    stage = await openStage({ dist })
  })
  afterAll(async () => {
    await browser?.close()
    await stage?.close()
  })
  beforeEach(async () => {
    stage.start()
    context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      baseURL: stage.url,
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    heard = complaints(page)
  })
  afterEach(async () => {
    await context.close()
    expect(heard).toEqual([])
  })
  const title = () => page.getByRole('heading', { level: 1 })
  const settled = () => page.waitForLoadState('networkidle')

  it('keeps what stands when a piece of it cannot be fetched, says why, and leads on', async () => {
    await page.goto('/')
    await expect.poll(() => title().textContent()).toContain('£')
    await settled()
    await context.setOffline(true)
    await page.getByRole('button', { name: /^Period/ }).click()
    await page.getByText('This device is offline.').waitFor()
    expect(await title().textContent()).toContain('£')
    await expectAccessible(page)
    await page.getByRole('navigation').getByRole('link', { name: 'Work' }).click()
    await page.getByText('This screen could not be fetched').waitFor()
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: '2 tasks are late' }).waitFor()
  })

  it('says that a newer version was installed where the page’s own pieces are gone', async () => {
    await page.goto('/work')
    await settled()
    await page.route(/assets\/CommandPalette/, route => route.fulfill({ status: 404 }))
    await page.keyboard.press('Control+k')
    await page.getByText('A newer version has been installed.').waitFor()
  })

  it('waits for no network to say so, and asks again by itself once there is one', async () => {
    await page.goto('/')
    await expect.poll(() => title().textContent()).toContain('£')
    await settled()
    await context.setOffline(true)
    await page.getByRole('button', { name: /^Show Orders below/ }).click()
    await page.getByText('This device is offline.').first().waitFor()
    await context.setOffline(false)
    await page.getByRole('list', { name: 'Orders by country' }).waitFor()
  })

  it('says what to do where something before the server answers in its place', async () => {
    const page502 = '<h1>502 Bad Gateway</h1>'
    await page.route('**/api/rpc/performance/**', route =>
      route.fulfill({ status: 502, contentType: 'text/html', body: page502 }),
    )
    await page.goto('/')
    const said = page.getByRole('alert').first()
    await said.waitFor()
    expect(await said.textContent()).toContain(
      'The server does not answer.It may be starting: try again in a minute.',
    )
    await page.unroute('**/api/rpc/performance/**')
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => title().textContent()).toContain('£')
  })

  it('leaves the title its room beside many buttons, at twice the size of text', async () => {
    await page.setViewportSize({ width: 720, height: 450 })
    await page.goto('/work')
    await page.getByRole('heading', { name: '2 tasks are late' }).waitFor()
    expect((await title().boundingBox())?.height).toBe(30)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(720)
  })
})
