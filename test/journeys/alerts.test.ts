import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { builtBundle, complaints, describeInBrowser, expectAccessibleInBoth, openBrowser } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

describeInBrowser('the alerts', () => {
  let folder = ''
  let browser: Browser
  let stage: Stage
  let page: Page
  let heard: string[]

  beforeAll(async () => {
    folder = builtBundle()
    browser = await openBrowser()
    stage = await openStage({ dist: folder, alerts: true })
    const context = await browser.newContext({
      baseURL: stage.url,
      // What fades from light to dark is looked at when it has.
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 900 },
    })
    page = await context.newPage()
    heard = complaints(page)
  }, 120_000)
  afterAll(async () => {
    await stage?.close()
    expect(heard).toEqual([])
  })

  it('move nothing under the reader’s hand, however late they come', async () => {
    const late = '**/api/rpc/performance/alerts'
    await page.route(late, async route => {
      await new Promise(done => setTimeout(done, 1_500))
      await route.continue()
    })
    await page.goto('/')
    const chart = page.locator('#trend')
    const top = () => chart.evaluate(node => node.getBoundingClientRect().top)
    await chart.waitFor()
    const first = await top()
    await page.getByRole('button', { name: /Units sold 96 % below usual/ }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(await top()).toBe(first)
    await page.unroute(late)
  }, 60_000)

  it('lead from the cockpit to the evidence, and are put off with a reason', async () => {
    await page.goto('/')
    await page.getByRole('button', { name: /Units sold 96 % below usual.*−£210 a day/ }).click()
    await page.waitForURL(/\/alerts\?alert=a1/)
    await page.getByText('850 sold in the eight weeks before').waitFor()
    await page
      .getByRole('img', { name: /by day; dashed what was usual/ })
      .or(page.getByLabel(/by day; dashed/))
      .first()
      .waitFor()
    await expectAccessibleInBoth(page)
    expect(await page.getByRole('button', { name: 'Snooze for a week' }).isDisabled()).toBe(true)
    await page.getByLabel('Reason').fill('The supplier delivers on Monday')
    // A week is what is offered first; a month and a day of one's own are a choice away.
    await page.getByRole('combobox', { name: 'Put off' }).click()
    await page.getByRole('option', { name: 'For a month' }).click()
    await page.getByRole('button', { name: 'Snooze for a month' }).waitFor()
    await page.getByRole('combobox', { name: 'Put off' }).click()
    await page.getByRole('option', { name: 'Until a day of yours' }).click()
    expect(await page.getByRole('button', { name: 'Snooze until a day' }).isDisabled()).toBe(true)
    await page.getByLabel('Put off until').fill('2038-01-19')
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Snooze until 19 Jan 2038' }).click()
    await page.getByText(/Ada Byron: snoozed/).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByText('Nothing needs you').waitFor()
    await page.getByText('Snoozed', { exact: true }).first().click()
    await page.getByRole('rowheader', { name: 'Units sold 96 % below usual' }).waitFor()
    await page.getByText('Snoozed until 19 Jan 2038').waitFor()
    await expectAccessibleInBoth(page)
  }, 90_000)

  it('are watched for by rules that one may change', async () => {
    await page.goto('/alerts?tab=rules')
    await page.getByRole('rowheader', { name: 'Units of a product' }).click()
    await page.getByLabel('Days it must last').fill('5')
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('cell', { name: '5 days', exact: true }).waitFor()
  }, 60_000)

  it('are watched for by rules of one’s own, of which the figure alone is asked', async () => {
    await page.goto('/alerts?tab=rules')
    await page.getByRole('button', { name: 'Add a rule' }).click()
    const save = page.getByRole('button', { name: 'Save', exact: true })
    await save.waitFor()
    expect(await save.isDisabled()).toBe(true)
    await page.getByText('Needs a figure', { exact: true }).waitFor()
    await page.getByRole('combobox', { name: 'Figure' }).fill('net')
    await page.getByRole('option', { name: 'Net sales', exact: true }).click()
    await page.getByText('Watches net sales of the company as a whole day by day').waitFor()
    await page.getByRole('combobox', { name: 'Looked at by' }).click()
    await page.getByRole('option', { name: 'Country', exact: true }).click()
    await page.getByText('Watches net sales of each country').waitFor()
    await page.getByLabel('Least share of sales, %').fill('many')
    await page.getByText('Give a percentage from 0 to 100').waitFor()
    expect(await page.getByLabel('Least share of sales, %').getAttribute('aria-invalid')).toBe('true')
    expect(await save.isDisabled()).toBe(true)
    await page.getByLabel('Least share of sales, %').fill('2')
    await expectAccessibleInBoth(page)
    await save.click()
    await page.getByRole('rowheader', { name: 'Net sales by country' }).click()
    await page.getByText('2 % of the company').waitFor()
    // What it watches is changed as the rest is: another split within each, and week by week.
    await page.getByRole('combobox', { name: 'And within each by' }).click()
    await page.getByRole('option', { name: 'Channel', exact: true }).click()
    await page.getByText('Watches net sales of each country and channel day by day').waitFor()
    await page.getByRole('combobox', { name: 'How it is watched' }).click()
    await page.getByRole('option', { name: 'Week by week, control limits' }).click()
    await page.getByText('week by week against the limits').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('cell', { name: 'Country, Channel', exact: true }).waitFor()
    await page.getByRole('rowheader', { name: 'Net sales by country' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('rowheader', { name: 'Net sales by country' }).waitFor({ state: 'detached' })
  }, 60_000)

  it('go to channels, which can be tried', async () => {
    await page.goto('/alerts?tab=channels')
    await page.getByText('Nobody is told yet').waitFor()
    await page.getByRole('button', { name: 'Add a channel' }).click()
    await page.getByText('Needs a name and an address', { exact: true }).waitFor()
    await page.getByLabel('Name', { exact: true }).fill('The team')
    await page.getByLabel('Mail addresses').fill('ada@example.com')
    const choose = async (label: string, option: string) => {
      await page.getByRole('combobox', { name: label }).click()
      await page.getByRole('option', { name: option, exact: true }).click()
    }
    await page.getByRole('combobox', { name: 'Stores' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('option', { name: 'Gifts', exact: true }).click()
    await page.keyboard.press('Tab')
    await choose('While data are late', 'Send it, and say so')
    await choose('Quiet from', '07:00')
    await page.getByText('Choose another hour').waitFor()
    const save = page.getByRole('button', { name: 'Save', exact: true })
    expect(await save.isDisabled()).toBe(true)
    await choose('Quiet from', '22:00')
    await choose('Quiet until', '08:00')
    await page.getByText('The digest of 07:00 waits until 08:00.').waitFor()
    await expectAccessibleInBoth(page)
    await save.click()
    await page.getByRole('cell', { name: '22:00 to 08:00' }).waitFor()
    await page.getByRole('cell', { name: 'Gifts', exact: true }).waitFor()
    await page.getByRole('rowheader', { name: 'The team' }).click()
    await page.getByRole('button', { name: 'Send a test message' }).click()
    await page.getByRole('rowheader', { name: 'A trial from Quarterdeck' }).waitFor()
    // What did not arrive is sent again by a click, and then is on its way; what arrived has no such button.
    await page.getByText('no such address').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    const again = page.getByRole('button', { name: /^Send again/ })
    expect(await again.count()).toBe(1)
    await again.click()
    await page.getByText('no such address').waitFor({ state: 'detached' })
    await again.waitFor({ state: 'detached' })
  }, 60_000)
})
