/** The reviews on a real server: a week is reviewed, spoken to, agreed on and issued; the flash, the pack, a conversation. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDays, weekday } from '../../src/kernel/day.ts'
import { stage } from '../command.ts'
import {
  builtBundle,
  complaints,
  describeInBrowser,
  expectAccessibleInBoth,
  fillFirstPerson,
  holdAnswers,
  openBrowser,
} from './browser.ts'

/** Sixteen weeks of four sales a day, the last whole week with twice as many: beyond what the weeks before do. */
const today = new Date().toISOString().slice(0, 10)
const monday = addDays(today, 1 - weekday(today) - 7)
const rows = Array.from({ length: 16 * 7 }, (_, n) => addDays(monday, n - 15 * 7)).flatMap(day =>
  Array.from({ length: day >= monday ? 8 : 4 }, (_, n) => `${day}-${n},${day} 10:00:00,CUP,1,25.00,c${n},GB`),
)

describeInBrowser('the reviews', () => {
  const place = stage()
  let browser: Browser
  let page: Page
  let errors: string[] = []
  let url: string
  const open = async (path: string, title: RegExp) => {
    await page.goto(url + path)
    await page.getByRole('heading', { level: 1, name: title }).waitFor({ timeout: 60_000 })
  }

  /** What a page of landscape A4 shows: its room within the margins. */
  const onPaper = async (look: () => Promise<void>) => {
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 1047, height: 704 })
    const controls = page.getByRole('navigation').or(page.getByText('Skip to content'))
    expect(await controls.filter({ visible: true }).count()).toBe(0)
    const main = page.getByRole('main')
    const pressed = main.locator('.mantine-Button-root, .mantine-ActionIcon-root').filter({ visible: true })
    expect(await pressed.evaluateAll(all => all.map(one => one.outerHTML))).toEqual([])
    // Paper neither scrolls nor reaches beyond its edge, by more than the gap between cards that hangs into the margin.
    const cut = await main.evaluate(root =>
      [...root.querySelectorAll<HTMLElement>('*')]
        .filter(one => one.offsetParent && !one.closest('.sr-only'))
        .filter(
          one =>
            one.getBoundingClientRect().right > innerWidth + 8 ||
            (getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1),
        )
        .map(one => one.outerHTML.slice(0, 200)),
    )
    expect(cut).toEqual([])
    await look()
    await page.setViewportSize({ width: 1440, height: 1000 })
    await page.emulateMedia({ media: null })
  }
  /** The pages of the paper that is on the screen; each lies on its long side. */
  const pages = async (): Promise<number> => {
    const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    for (const [, width, height] of paper.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g))
      expect(Number(width)).toBeGreaterThan(Number(height))
    return paper.match(/\/Type \/Page\b/g)?.length ?? 0
  }

  beforeAll(async () => {
    builtBundle()
    const data = join(place.place, 'data')
    const path = join(place.place, 'orders.csv')
    writeFileSync(path, `order,date,sku,quantity,price,customer,country\n${rows.join('\n')}\n`)
    const map = join(place.place, 'map.json')
    const columns = {
      order_id: 'order',
      at: 'date',
      sku: 'sku',
      quantity: 'quantity',
      unit_price: 'price',
      customer_id: 'customer',
      country: 'country',
    }
    writeFileSync(map, JSON.stringify({ target: 'sales_lines', columns }))
    const shop = ['--store', 'cups', '--currency', 'GBP', '--timezone', 'Europe/London']
    const ran = await place.run(['import', path, '--map', map, ...shop, '--data', data])
    expect(ran.code, ran.err).toBe(0)
    const fair = join(place.place, 'events.csv')
    writeFileSync(fair, `name,from,kind\nCup fair,${addDays(monday, 10)},promotion\n`)
    writeFileSync(
      map,
      JSON.stringify({ target: 'events', columns: { name: 'name', from: 'from', kind: 'kind' } }),
    )
    const more = await place.run(['import', fair, '--map', map, '--store', 'cups', '--data', data])
    expect(more.code, more.err).toBe(0)
    const server = await place.serve(data)
    url = new URL(server.setUpLink ?? server.url).origin
    browser = await openBrowser()
    page = await (
      await browser.newContext({
        bypassCSP: true,
        // What fades from light to dark is looked at when it has.
        reducedMotion: 'reduce',
        viewport: { width: 1440, height: 1000 },
      })
    ).newPage()
    errors = complaints(page)
    await fillFirstPerson(page, server.setUpLink ?? '')
    await page.getByRole('button', { name: /create/i }).click()
    await page.getByRole('link', { name: 'Weekly review' }).waitFor()
  }, 300_000)
  afterAll(async () => {
    place.clear()
    expect(errors).toEqual([])
  })

  it('are issued once every exception has a word', async () => {
    await open('/review', /exceptions?, .* still without a note/)
    await expectAccessibleInBoth(page)
    // Beside actions that are none, which stay off paper, nothing is left empty.
    await onPaper(async () => {
      const card = page.getByRole('heading', { name: 'Exceptions' }).locator('xpath=ancestor::section[1]')
      expect((await card.boundingBox())?.width).toBeGreaterThan(900)
    })
    await page.getByRole('button', { name: 'Issue' }).click()
    await page.getByText(/(has|have) no note yet/).waitFor()
    for (let left = await page.getByText('No note yet', { exact: true }).count(); left > 0; left -= 1) {
      await page
        .getByRole('button', { name: /^Write a note/ })
        .first()
        .click()
      await page.getByLabel('Note', { exact: true }).fill('The catalogue went out')
      await page.getByRole('button', { name: 'Save the note' }).click()
      // The title says so once it is saved; the words in its place are gone as soon as one begins to write.
      const then = left > 1 ? `${left - 1} still without a note` : 'each with a note'
      await page.getByRole('heading', { name: then }).waitFor()
    }
    await page.getByRole('button', { name: 'Agree an action' }).click()
    await page.getByText('Needs what will be done, an owner and a day it is due', { exact: true }).waitFor()
    await page.getByLabel('What will be done').fill('Print more catalogues')
    await page.getByRole('combobox', { name: 'Owner' }).click()
    await page.getByRole('option', { name: 'Ada' }).click()
    await page.getByLabel('Due').fill(addDays(today, 7))
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Print more catalogues' }).waitFor()
    await page.getByRole('button', { name: 'Issue' }).click()
    await page.getByText(/issued by Ada/).waitFor()
    expect(await page.getByRole('button', { name: 'Issue' }).count()).toBe(0)
    // On paper it is whole, over several pages.
    const paper = await page.pdf({ preferCSSPageSize: true })
    expect(paper.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(2)
  }, 240_000)

  it('come as a flash and a pack, which say when the data are not whole', async () => {
    await open('/flash', /net sales|no figures/i)
    await expectAccessibleInBoth(page)
    const partly = page.getByText(/The data end on|days? (is|are) missing|Nothing is known/)
    // On a Monday the last day known is yesterday, the one that is told of.
    if (weekday(today) === 1) expect(await partly.count()).toBe(0)
    else await partly.first().waitFor()
    await open(`/flash?day=${addDays(monday, 6)}`, /net sales £/)
    await onPaper(async () => {
      const tiles = page.getByLabel('Figures of the day')
      for (const figure of ['Net sales', 'Orders'])
        await tiles.getByText(figure, { exact: true }).waitFor({ state: 'visible' })
      for (const title of ['Exceptions', 'Today and the week to come'])
        await page.getByRole('heading', { name: title }).waitFor()
      expect(await pages()).toBe(1)
    })
    await open('/monday', /Week \d+.*: net sales £/)
    await page.getByText('Print more catalogues').waitFor()
    await page.getByText('Cup fair').waitFor()
    await expectAccessibleInBoth(page)
  }, 240_000)

  it('open the pack at a part by address and arrow keys, and print each part as a page', async () => {
    await open('/monday?tab=products', /Week \d+.*: net sales £/)
    const panel = (name: string) => page.getByRole('tabpanel', { name })
    await panel('Products').getByRole('row', { name: /CUP/ }).first().waitFor()
    await expectAccessibleInBoth(page)
    const tab = page.getByRole('tab', { name: 'Products' })
    expect(await tab.getAttribute('aria-selected')).toBe('true')
    await tab.focus()
    await page.keyboard.press('ArrowLeft')
    await panel('Where it moved').waitFor()
    expect(new URL(page.url()).searchParams.get('tab')).toBe('where')
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    // The first needs no word in the address; what its sentences name leads to rows.
    await expect.poll(() => new URL(page.url()).searchParams.has('tab')).toBe(false)
    const part = panel('Why it moved')
      .getByRole('link', { name: /^orders \+£/ })
      .first()
    expect(await part.getAttribute('href')).toContain('/explore?metrics=orders&')
    // So do figures, names of rows, and levers.
    const lead = (name: string | RegExp) =>
      page.getByRole('main').getByRole('link', { name }).first().getAttribute('href')
    const orders = page
      .getByRole('row', { name: /^Orders/ })
      .first()
      .getByRole('link')
    expect(await orders.first().getAttribute('href')).toMatch(
      /^\/explore\?metrics=orders&period=.*&compare=previous_days$/,
    )
    await page.getByRole('tab', { name: 'Products' }).click()
    expect(await lead('CUP')).toContain('where=product%3DCUP')
    await page.getByRole('tab', { name: 'Where it moved' }).click()
    expect(await lead('United Kingdom')).toContain('where=country%3DGB')
    await page.getByRole('tab', { name: 'Why it moved' }).click()
    await panel('Why it moved').waitFor()
    const parts = ['Why it moved', 'Where it moved', 'Products', 'Stock', 'Marketing', 'Site and service']
    await onPaper(async () => {
      for (const name of parts)
        await page.getByRole('heading', { name, exact: true, level: 2 }).waitFor({ state: 'visible' })
      await page.getByText('Print more catalogues').waitFor()
      expect(await page.getByRole('tab').filter({ visible: true }).count()).toBe(0)
      // The headline, and each part on a page of its own.
      expect(await pages()).toBe(1 + parts.length)
    })
    expect(await page.getByRole('heading', { name: 'Stock', exact: true }).count()).toBe(0)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('tab', { name: 'Site and service' }).click()
    await panel('Site and service')
      .getByText(/^Site speed, delivery promise/)
      .waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    // Every figure is in sight: a period of the headline has a line, and so has each figure of the landing.
    const headline = page.getByRole('region', { name: 'Headline figures of the week' })
    expect(await headline.getByRole('row', { name: /^Quarter/ }).count()).toBeGreaterThan(1)
    for (const table of [headline, page.getByRole('region', { name: 'Landing of net sales' })])
      expect(await table.evaluate(one => one.scrollWidth - one.clientWidth)).toBe(0)
    await page.setViewportSize({ width: 1440, height: 1000 })
  }, 240_000)

  it('let people talk about a figure', async () => {
    await open('/', /Net sales/)
    await page.getByRole('button', { name: 'Net sales by day: take away or open' }).click()
    await page.getByRole('menuitem', { name: 'Discuss' }).click()
    await page.getByLabel('Comment').fill('Who ordered twice? @Ada ')
    await page.getByRole('button', { name: 'Say it' }).click()
    await page.getByRole('listitem').getByText('Who ordered twice?').waitFor()
    await expectAccessibleInBoth(page)
    expect(new URL(page.url()).searchParams.get('talk')).toMatch(/^figure:net_sales:/)
  }, 120_000)

  it('let people talk about one bar of a bridge, and one hour of the week', async () => {
    const say = async (words: string) => {
      await page.getByLabel('Comment').fill(words)
      await page.getByRole('button', { name: 'Say it' }).click()
      await page.getByRole('listitem').getByText(words).waitFor()
    }
    await open('/', /Net sales/)
    await page.getByRole('button', { name: 'Why net sales changed: take away or open' }).click()
    await page.getByRole('menuitem', { name: 'Discuss orders' }).click()
    await page.getByRole('heading', { name: /^Orders in why net sales changed vs / }).waitFor()
    await say('Twice as many people')
    // An hour that was chosen is a figure of its own, and is not talked about before it is known.
    const answer = await holdAnswers(page, '**/api/rpc/performance/query', '"by":["weekday","hour"]')
    await open('/?where=weekday%3D1%3Bhour%3D10', /Net sales/)
    await page.getByRole('button', { name: 'Net sales by weekday and hour: take away or open' }).click()
    const discuss = page.getByRole('menuitem', { name: 'Discuss this hour' })
    await discuss.waitFor()
    expect(await discuss.isDisabled()).toBe(true)
    await answer()
    await discuss.click()
    await say('When the letter went out')
    expect(new URL(page.url()).searchParams.get('talk')).toMatch(/^figure:net_sales:.*hour/)
  }, 120_000)

  it('let people talk about a node of the tree, whose owner is asked by name', async () => {
    await open('/tree', /Net sales|metric tree|moves?/i)
    await page.getByRole('row').filter({ hasText: 'Orders' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Discuss' }).click()
    await page.getByLabel('Comment').fill('Is this the catalogue? @A')
    await page.getByRole('list', { name: 'People' }).getByRole('button', { name: /Ada/ }).click()
    expect(await page.getByLabel('Comment').inputValue()).toBe('Is this the catalogue? @Ada ')
    await page.getByRole('button', { name: 'Say it' }).click()
    await page.getByRole('listitem').getByText('Is this the catalogue?').waitFor()
    await expectAccessibleInBoth(page)
    expect(new URL(page.url()).searchParams.get('talk')).toMatch(/^figure:orders:/)
  }, 120_000)

  it('let people talk about a row of the pack, and its link opens what was said', async () => {
    await open('/monday', /Week \d+.*: net sales £/)
    await page.getByRole('button', { name: 'Discuss Orders' }).first().click()
    await page.getByLabel('Comment').fill('Twice the week before')
    await page.getByRole('button', { name: 'Say it' }).click()
    await page.getByRole('listitem').getByText('Twice the week before').waitFor()
    await expectAccessibleInBoth(page)
    await page.reload()
    await page.getByRole('listitem').getByText('Twice the week before').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.has('talk')).toBe(false)
  }, 120_000)

  it('remind owners, until the company or a person wants none', async () => {
    await open('/alerts?tab=channels', /.+/)
    const all = page.getByRole('switch', { name: /^Remind owners of actions/ })
    expect(await all.isChecked()).toBe(true)
    await expectAccessibleInBoth(page)
    await all.click()
    await page.getByText('Nobody is reminded.').waitFor()
    await open('/members', /.+/)
    const mine = page.getByRole('switch', { name: 'Reminders' })
    await page.getByText('switched these off for everybody').waitFor()
    expect([await mine.isChecked(), await mine.isDisabled()]).toEqual([false, true])
    await expectAccessibleInBoth(page)
    await open('/alerts?tab=channels', /.+/)
    await all.click()
    await page.getByText('Each person can decline theirs').waitFor()
    await open('/members', /.+/)
    await mine.waitFor()
    expect(await mine.isChecked()).toBe(true)
    // What was pressed shows before the server has kept it.
    const keep = await holdAnswers(page, '**/api/rpc/reviews/subscribe')
    await mine.click({ force: true })
    await expect.poll(() => mine.isChecked()).toBe(false)
    const kept = page.waitForResponse('**/api/rpc/reviews/subscriptions')
    await keep()
    await kept
    // It is still so when one comes again.
    await open('/members', /.+/)
    await mine.waitFor()
    expect(await mine.isChecked()).toBe(false)
  }, 120_000)
})
