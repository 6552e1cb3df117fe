import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import {
  builtBundle,
  complaints,
  describeInBrowser,
  expectAccessible,
  expectAccessibleInBoth,
  openBrowser,
} from './browser.ts'
import { openStage, type Stage } from './stage.ts'

describeInBrowser('on a bad day', () => {
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
    await page.unroute(/assets\/CommandPalette/)
  })

  it('loses nothing of what is typed while the pieces for it are on their way', async () => {
    await page.goto('/work')
    await settled()
    const home = page.getByRole('link', { name: 'Quarterdeck' }).first()
    await home.focus()
    await page.route(/assets\/CommandPalette.*js/, async route => {
      await new Promise(done => setTimeout(done, 500))
      await route.continue()
    })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('budg')
    const field = page.getByPlaceholder('Find a screen')
    await field.waitFor()
    await page.keyboard.type('et')
    await expect.poll(() => field.inputValue()).toBe('budget')
    await page.keyboard.press('Escape')
    await field.waitFor({ state: 'detached' })
    await expect.poll(() => home.evaluate(link => link === document.activeElement)).toBe(true)
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

  /** Some minutes later somebody comes back to the window: what stands is read anew. */
  const comeBack = async () => {
    await page.clock.fastForward(400_000)
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  }
  const refusing = (address: string) =>
    page.route(address, route => route.fulfill({ status: 503, body: 'Service Unavailable' }))
  const old = () => page.getByText('What stands here may be old.')

  it('keeps a screen and what is being written when a later reading fails, and says since when it may be old', async () => {
    await page.clock.install()
    await page.goto('/who')
    const field = page.getByLabel('First record: number')
    await field.fill('4711')
    const said = await title().textContent()
    const at = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(
      await page.evaluate(() => Date.now()),
    )
    stage.answer('failing')
    await comeBack()
    await old().waitFor()
    expect(await page.getByRole('main').textContent()).toMatch(
      new RegExp(
        `It was read at (${at}|..:..) and could not be read again\\. The warehouse does not answer\\.`,
      ),
    )
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await title().textContent()).toBe(said)
    expect(await field.inputValue()).toBe('4711')
    await expectAccessibleInBoth(page)
    stage.answer('well')
    await page.getByRole('button', { name: 'Try again' }).click()
    await old().waitFor({ state: 'detached' })
    expect(await field.inputValue()).toBe('4711')
  })

  it('says so also at the foot of a sheet, which covers that of the screen', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.clock.install()
    await page.goto('/')
    await page.getByRole('button', { name: 'Rows behind' }).click()
    const sheet = page.getByRole('dialog', { name: /Rows behind Net sales/ })
    await sheet.getByRole('columnheader', { name: 'Order id' }).waitFor()
    stage.answer('failing')
    await comeBack()
    const again = sheet.getByRole('button', { name: 'Try again' })
    await again.waitFor()
    const place = await again.boundingBox()
    expect((place?.y ?? 0) + (place?.height ?? 0)).toBeGreaterThan(800)
    await expectAccessibleInBoth(page)
    stage.answer('well')
    await again.click()
    await again.waitFor({ state: 'detached' })
    await sheet.getByRole('columnheader', { name: 'Order id' }).waitFor()
  })

  it('does not show the former answer as that of a question that failed', async () => {
    await page.goto('/')
    await expect.poll(() => title().textContent()).toContain('£')
    await settled()
    stage.answer('failing')
    await page.getByRole('button', { name: /^Period/ }).click()
    await page.getByRole('button', { name: /^Last quarter/ }).click()
    await page.getByRole('alert').getByText('The figures could not be read').waitFor()
    expect(await title().textContent()).toBe('The figures cannot be shown')
    expect(await page.getByLabel('Headline figures').count()).toBe(0)
  })

  it('says in a line what waits for one, and what else is missing, where that cannot be read', async () => {
    await refusing('**/api/rpc/reviews/waiting')
    await page.goto('/')
    await page.getByText('What waits for you could not be read.').waitFor()
    expect(await title().textContent()).toContain('£')
    await expectAccessible(page)
    await page.unroute('**/api/rpc/reviews/waiting')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('What waits for you could not be read.').waitFor({ state: 'detached' })
    // What has no place of its own to say it.
    await refusing('**/api/rpc/connections/agreement')
    await page.goto('/')
    await page.getByText('Something is missing here that could not be read.').waitFor()
    await page.unroute('**/api/rpc/connections/agreement')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Something is missing here').waitFor({ state: 'detached' })
  })

  it('says that an answer takes long, asks again, and gives up on a server that never answers', async () => {
    await page.clock.install()
    let asked = 0
    await page.route('**/api/rpc/connections/linking', () => {
      asked += 1
    })
    await page.goto('/who')
    await expect.poll(() => asked).toBe(1)
    await page.clock.fastForward(5_000)
    const late = page.getByText('This takes longer than usual.')
    expect(await late.count()).toBe(0)
    await page.clock.fastForward(6_000)
    await late.waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Ask again' }).click()
    await expect.poll(() => asked).toBe(2)
    await late.waitFor({ state: 'detached' })
    await page.clock.fastForward(301_000)
    const given = page.getByRole('alert')
    await given.getByText('The server has not answered for 5 minutes.').waitFor()
    await page.unroute('**/api/rpc/connections/linking')
    await given.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('2 linked, in 1 group').first().waitFor()
  })

  it('has the first of many tasks on a phone, and then all', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.route(/connections\/work(\?|$)/, async route => {
      const response = await route.fetch()
      const answer = await response.json()
      const [first] = answer.json.rows
      const rows = Array.from({ length: 40 }, (_, n) => ({ ...first, task: String(n), title: `Task ${n}` }))
      await route.fulfill({ response, json: { ...answer, json: { ...answer.json, rows, count: 40 } } })
    })
    await page.goto('/work')
    const tasks = page.getByRole('link', { name: /^Task \d/ })
    await page.getByRole('button', { name: 'Show all 40' }).waitFor()
    expect(await tasks.count()).toBe(20)
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Show all 40' }).click()
    await page.getByRole('button', { name: 'Show the first 20' }).waitFor()
    expect(await tasks.count()).toBe(40)
  })
})
