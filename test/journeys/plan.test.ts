/** The plan room on a real server with sales of its own: begun, asked, budgeted, explained, closed, approved. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stage } from '../command.ts'
import {
  builtBundle,
  chromiumPath,
  complaints,
  expectAccessibleInBoth,
  openBrowser,
  skipped,
} from './browser.ts'
import { takeIn, year } from './plan-shop.ts'

describe.skipIf(!chromiumPath)(`the plan room${skipped}`, () => {
  const place = stage()
  let browser: Browser
  let page: Page
  let errors: string[]
  let url: string
  const open = async (path: string) => {
    await page.goto(url + path)
    await page.locator('h1').waitFor()
  }

  beforeAll(async () => {
    builtBundle()
    const server = await place.serve(join(place.place, 'data'))
    url = new URL(server.setUpLink ?? server.url).origin
    browser = await openBrowser()
    const context = await browser.newContext({ bypassCSP: true, viewport: { width: 1440, height: 1000 } })
    page = await context.newPage()
    page.setDefaultTimeout(30_000)
    errors = complaints(page)
    await takeIn(page, server.setUpLink ?? '', place.place)
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    place.clear()
  })

  it('begins a plan from a sheet whose rows are said once, and tells what it may come to', async () => {
    await open('/plan')
    await page.getByRole('button', { name: 'Start a plan' }).first().click()
    await page.getByLabel('Name', { exact: true }).fill('Budget')
    await page.getByRole('combobox', { name: 'Begin from' }).click()
    await page.getByRole('option', { name: 'A spreadsheet: a file, or pasted' }).click()
    await page.getByLabel('From and to').fill(`${year}-01-01`)
    await page.getByLabel('To', { exact: true }).fill(`${year}-12-31`)
    const months = Array.from({ length: 12 }, (_, n) => `${year}-${String(n + 1).padStart(2, '0')}`)
    const row = (name: string, value: string) => [name, ...months.map(() => value)].join('\t')
    const sheet = [
      ['Line', ...months].join('\t'),
      row('Sessions', '1000'),
      row('Orders per session', '3 %'),
      row('Average order value', '20'),
      row('Discount rate', '0 %'),
      row('Return rate', '0 %'),
    ]
    await page.getByLabel('Cells').fill(sheet.join('\n'))
    await page.getByRole('button', { name: 'Read the cells' }).click()
    await page.getByRole('table', { name: 'What the rows are' }).getByText('Sessions').first().waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Budget: a draft' }).waitFor()
    // The grid shows what is new of it at once: a comment marks its cell.
    await page.locator('.dsg-row').nth(1).locator('.dsg-cell').nth(3).click()
    await page.getByRole('button', { name: 'History and comments of this cell' }).click()
    await page.getByLabel('Comment', { exact: true }).fill('Is that enough?')
    await page.getByRole('button', { name: 'Comment', exact: true }).click()
    await page.getByLabel('has a comment').waitFor()
    await page.keyboard.press('Escape')
    // A line of one's own: a formula that cannot be is told while it is written.
    await page.getByRole('button', { name: 'Lines and formulas' }).click()
    await page.getByRole('button', { name: 'Add a line' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Gift wrap')
    await page.getByLabel('Formula', { exact: true }).fill('net_sails * 0.02')
    await page
      .getByRole('alert')
      .getByText(/net_sails/)
      .waitFor()
    await expectAccessibleInBoth(page)
    await page.getByLabel('Formula', { exact: true }).fill('net_sales * 0.02')
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'Lines of the plan' }).getByText('gift_wrap').waitFor()
    await page.getByRole('button', { name: 'Close' }).last().click()
    await open('/what-if?line=net_sales')
    await page.getByText('Where the runs ended').waitFor()
    // Pairs that contradict each other are told, with what would hold; without one of them it is worked out.
    for (const [n, r] of [
      [1, '0.9'],
      [2, '−0.9'],
    ] as const) {
      await page.getByRole('button', { name: 'Add a pair' }).click()
      await page.getByLabel(`Pair ${n}, how far together`).fill(r)
    }
    const work = page.getByRole('button', { name: 'Work it out' }).first()
    await page
      .getByRole('alert')
      .getByText(/cannot be at 0 while .+ is at 0.9 with the one and −0.9 with the other/)
      .waitFor()
    expect(await work.isDisabled()).toBe(true)
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Remove pair 2' }).click()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await work.click()
    await expect.poll(() => page.getByRole('button', { name: 'Work it out' }).count()).toBe(1)
    await open('/what-if?line=net_sales&tab=table')
    await page.getByRole('table', { name: /at changes of/ }).waitFor()
    await expectAccessibleInBoth(page)
  }, 180_000)

  it('is typed into, filled, pasted into and moved about in as a spreadsheet is', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const grid = page.locator('.dsg-container')
    /** Figures of a row as they stand in sight, from the first period on. */
    const figures = async (row: number, until: number) =>
      (await page.locator('.dsg-row').nth(row).locator('.dsg-cell').allTextContents())
        .slice(1, until + 1)
        .map(one => one.replace('●', '').trim())
    const cell = (row: number, column: number) =>
      page.locator('.dsg-row').nth(row).locator('.dsg-cell').nth(column)
    const press = async (...keys: string[]) => {
      for (const key of keys) {
        await page.keyboard.press(key)
        // The grid takes a key in when it is drawn anew.
        await page.evaluate(() => new Promise(requestAnimationFrame))
      }
    }
    /** Row and column of the cursor, from 0, by where it is drawn. */
    const cursor = () =>
      page.locator('.dsg-active-cell').evaluate(one => {
        const { top, left } = (one as HTMLElement).style
        return [(Number.parseFloat(top) - 32) / 32, Math.round((Number.parseFloat(left) - 250) / 96)]
      })
    const becomes = (row: number, wanted: string[]) =>
      expect.poll(() => figures(row, wanted.length), { timeout: 5000 }).toEqual(wanted)
    await open('/plan?version=Budget')
    await cell(1, 1).getByText('1,000').waitFor()
    await cell(1, 1).click()
    // Enter takes the figure and goes down, after tabs to below where they began; Shift goes back up.
    await page.keyboard.type('1100')
    await press('Tab')
    await page.keyboard.type('1200')
    await press('Enter')
    expect(await cursor()).toEqual([1, 0])
    expect(await page.locator('.dsg-input').count()).toBe(0)
    await becomes(1, ['1,100', '1,200', '1,000'])
    await page.keyboard.type('4 %')
    await press('Shift+Enter')
    expect(await cursor()).toEqual([0, 0])
    await page.keyboard.type('9')
    await press('Escape', 'F2', 'Escape')
    await becomes(1, ['1,100', '1,200'])
    // The corner drawn to the right goes on by the step; one undo takes all of it back.
    await press('Shift+ArrowRight')
    const handle = await page.locator('.dsg-expand-rows-indicator').boundingBox()
    const end = await cell(1, 5).boundingBox()
    if (!handle || !end) throw new Error('The corner or the cell is not in sight.')
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2)
    await page.mouse.down()
    await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 4 })
    await page.mouse.up()
    await becomes(1, ['1,100', '1,200', '1,300', '1,400', '1,500', '1,000'])
    await press('Control+z')
    await becomes(1, ['1,100', '1,200', '1,000', '1,000', '1,000'])
    await press('Control+y')
    await becomes(1, ['1,100', '1,200', '1,300'])
    await press('Control+z')
    // Ctrl R and Ctrl D copy the first of what is chosen over the rest, and the neighbour over a single cell.
    await press('Control+Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Control+r')
    await becomes(1, ['1,100', '1,100', '1,100', '1,000'])
    await press('Control+z', 'Control+Home', 'ArrowDown', 'ArrowRight', 'Control+r')
    await becomes(2, ['4.00 %', '4.00 %', '3.00 %'])
    await press('Control+z')
    // A copied cell over a stretch; a block that is larger than the grid not at all; a text is named.
    await press('Control+Home', 'Control+c', 'ArrowRight', 'ArrowRight', 'Shift+ArrowRight', 'Control+v')
    await becomes(1, ['1,100', '1,200', '1,100', '1,100', '1,000'])
    await page.evaluate(() => navigator.clipboard.writeText('1\t2\t3'))
    await press('Control+Home', 'End', 'ArrowLeft', 'Control+v')
    await page.getByText('It has 1 × 3 cells; from here there are').waitFor()
    await page.evaluate(() => navigator.clipboard.writeText('5\tmany'))
    await press('Control+Home', 'Control+v')
    await page.getByText(/1 cell was not taken/).waitFor()
    await becomes(1, ['5', '1,200'])
    // What was pasted is chosen: Delete empties all of it.
    await press('Delete')
    await becomes(1, ['–', '–', '1,100'])
    // The first of what is sent is held up: what follows waits, and contradicts nothing.
    let held = false
    await page.route('**/plan/edit', async route => {
      if (!held) {
        held = true
        await new Promise(done => setTimeout(done, 1500))
      }
      await route.continue()
    })
    for (let n = 0; n < 6; n += 1) await press('Control+z')
    await becomes(1, ['1,000', '1,000', '1,000', '1,000'])
    await expect
      .poll(
        async () => {
          const { rows } = await (
            await page.request.post(`${url}/api/v1/plan/open`, {
              headers: { 'x-quarterdeck': '1' },
              data: { version: 'Budget' },
            })
          ).json()
          const { values, cells } = rows.find((row: { line: string }) => row.line === 'sessions')
          return [...values.split(',').slice(0, 3), cells]
        },
        { timeout: 20_000 },
      )
      .toEqual(['1000', '1000', '1000', null])
    await page.unroute('**/plan/edit')
    // Heads and names stay where they are, however far one goes.
    /** Where words stand in the frame of the grid, in pixels. */
    const place = (text: string) =>
      grid
        .getByText(text, { exact: true })
        .first()
        .evaluate(one => {
          const [own, frame] = [one, one.closest('.dsg-container')].map(each => each?.getBoundingClientRect())
          return own && frame && [Math.round(own.x - frame.x), Math.round(own.y - frame.y)]
        })
    const corner = await place('Line')
    await press('Control+End')
    const [rows = 0, last] = await cursor()
    expect(last).toBe(11)
    expect(rows).toBeGreaterThan(20)
    expect(await place('Line')).toEqual(corner)
    expect((await place(`Dec ${year}`))?.[1]).toBe(corner?.[1])
    expect(await grid.evaluate(one => one.scrollLeft > 50 && one.scrollTop > 200)).toBe(true)
    await press('PageUp')
    expect((await cursor())[0]).toBeLessThan(rows - 10)
    await press('Home')
    expect((await cursor())[1]).toBe(0)
    await press('Control+Home', 'Control+ArrowRight')
    expect(await cursor()).toEqual([0, 11])
    await press('Shift+Home')
    await page.locator('.dsg-selection-rect').waitFor()
    // Elsewhere the grid has no say.
    await press('Control+k')
    await page.keyboard.type('12')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await becomes(1, ['1,000', '1,000'])
  }, 120_000)

  it('takes back one’s own edits, and shows what others type', async () => {
    const cell = (row: number, column: number) =>
      page.locator('.dsg-row').nth(row).locator('.dsg-cell').nth(column)
    const edit = (value: string) =>
      page.request.post(`${url}/api/v1/plan/edit`, {
        headers: { 'x-quarterdeck': '1' },
        data: {
          version: 'Budget',
          edits: [
            { id: `other-${value}-00`, line: 'sessions', slice: [], period: `${year}-02`, value, after: [] },
          ],
        },
      })
    await open('/plan?version=Budget')
    await cell(1, 1).getByText('1,000').waitFor()
    await cell(1, 1).click()
    await page.keyboard.type('1500')
    await page.keyboard.press('Enter')
    await cell(1, 1).getByText('1,500').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await cell(1, 1).getByText('1,000').waitFor()
    await page.getByRole('button', { name: 'Redo' }).click()
    await cell(1, 1).getByText('1,500').waitFor()
    // Somebody else, who had not seen what stands there: both are kept, and the screen says so by itself.
    expect((await edit('777')).status()).toBe(200)
    await page.getByText(/changed 1 cell just now/).waitFor()
    await page.getByText(/1 cell was filled in differently/).waitFor()
    await cell(1, 2).click()
    await page.keyboard.type('888')
    await page.keyboard.press('Enter')
    await page.getByText(/filled in differently/).waitFor({ state: 'detached' })
    await cell(1, 3).click()
    await page.getByRole('button', { name: 'History and comments of this cell' }).click()
    await page.getByRole('button', { name: 'Dealt with' }).click()
    await page.getByRole('button', { name: 'Dealt with' }).waitFor({ state: 'detached' })
    await open('/versions?version=Budget&tab=phasing')
    await page.getByRole('table', { name: 'Days of the period' }).waitFor()
    await page
      .getByLabel(/^Weight of/)
      .first()
      .fill('2')
    await page.getByRole('button', { name: 'Keep the weights' }).click()
    await page.getByRole('button', { name: 'Keep the weights' }).and(page.locator(':disabled')).waitFor()
    await expectAccessibleInBoth(page)
  }, 180_000)

  it('keeps a budget line filled from sales, and what is committed on it', async () => {
    await open('/budget')
    await page.getByRole('button', { name: 'Add a line' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Payment fees')
    await page.getByRole('combobox', { name: 'What is spent comes from' }).click()
    await page.getByRole('option', { name: /share of sales/ }).click()
    await page.getByLabel('Total, GBP').fill('1200')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'Budget lines' }).getByText('1.9 % of Total sales').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('table', { name: 'Budget lines' }).getByText('Payment fees').click()
    await page.setInputFiles('input[aria-label="File to add"]', {
      name: 'terms.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.7 terms'),
    })
    const file = page.getByRole('link', { name: 'terms.pdf' })
    const sent = await page.request.get(url + (await file.getAttribute('href')))
    expect(await sent.text()).toBe('%PDF-1.7 terms')
    expect(sent.headers()).toMatchObject({
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringMatching(/^attachment; filename="terms\.pdf"/),
    })
    await open('/budget?tab=commitments')
    await page.getByRole('button', { name: 'Add a commitment' }).click()
    await page.getByLabel('Reference').fill('C-17')
    await page.getByLabel('Amount').fill('100')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'Commitments' }).getByText('C-17').waitFor()
    await expectAccessibleInBoth(page)
  }, 120_000)

  it('says why sales are off the plan, and closes a month', async () => {
    await open('/variance')
    await page.getByRole('table', { name: 'Actual against plan and last year' }).waitFor()
    await expectAccessibleInBoth(page)
    await open('/variance?tab=drivers&line=net_sales')
    await page.getByRole('table', { name: 'Effect of each driver' }).waitFor()
    await expectAccessibleInBoth(page)
    await open('/variance?tab=sales&by=store')
    await page.getByRole('table', { name: 'Items by the size of their change' }).waitFor()
    await expectAccessibleInBoth(page)
    await open('/variance?tab=close')
    await page.getByRole('button', { name: 'Close a month' }).click()
    await page.getByLabel('How it agrees').fill('Agrees with the shop.')
    await page.getByRole('button', { name: 'Close it' }).click()
    await page.getByText('Agrees with the shop.').waitFor()
    await expectAccessibleInBoth(page)
  }, 120_000)

  it('takes a reforecast from its baseline to what blocks its lock', async () => {
    const made = await page.request.post(`${url}/api/v1/plan/start`, {
      headers: { 'x-quarterdeck': '1' },
      data: {
        id: 'LE3',
        name: 'LE3',
        kind: 'le',
        currency: 'GBP',
        from: `${year}-01-01`,
        to: `${year}-12-31`,
        begin: { with: 'version', version: 'Budget', closedPeriods: 3 },
      },
    })
    expect(made.status(), await made.text()).toBe(200)
    await open('/reforecast?line=net_sales')
    await page.getByRole('table', { name: 'Net sales of the open periods' }).waitFor()
    await page.getByRole('button', { name: 'Sign it' }).click()
    // It goes on to what is next.
    await page.getByText('Signed by Ada').waitFor()
    await page.getByText('The owners are done?').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Expect something else' }).click()
    await page.getByRole('combobox', { name: 'Period' }).click()
    await page.getByRole('option', { name: `Dec ${year}` }).click()
    await page.getByLabel('Expected', { exact: true }).fill('9000')
    await page.getByLabel('Why', { exact: true }).fill('A fair')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'Overlays' }).getByText('A fair').waitFor()
    await page.getByRole('button', { name: 'Sign it' }).click()
    // A signature is of what it saw: without the expectation it lapses.
    await page.getByRole('button', { name: '2 Expectations' }).click()
    await page.getByRole('button', { name: /^Remove what Ada expects/ }).click()
    await page.getByRole('button', { name: /^Really remove/ }).click()
    await page.getByText(/^Lapsed: signed by Ada/).waitFor()
    await page.getByRole('button', { name: 'Sign it again' }).click()
    await page.getByText(/^Signed by Ada/).waitFor()
    await page.getByRole('button', { name: '3 Constraints' }).click()
    await page.getByRole('button', { name: 'Accept: Stock' }).click()
    await page.getByLabel('Why that is all right').fill('Made to order.')
    await page.getByRole('button', { name: 'Accept it' }).click()
    await page.getByText('Ada: Made to order.').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: '4 Risks' }).click()
    await page.getByRole('button', { name: 'Add one' }).click()
    await page.getByLabel('What may come').fill('The supplier fails')
    await page.getByLabel('If it comes').fill(`${year}-10\t500`)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'Risks and opportunities' }).getByText('nobody yet').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: '5 Lock' }).click()
    await page.getByText('“The supplier fails” has no owner.').waitFor()
    await expectAccessibleInBoth(page)
  }, 180_000)

  it('shows that an approval lapsed and by what, and takes it anew from somebody else', async () => {
    const invited = await page.request.post(`${url}/api/v1/members/invite`, {
      headers: { 'x-quarterdeck': '1' },
      data: { email: 'eve@example.com', role: 'director', stores: 'all' },
    })
    // Eve approves on her phone.
    const phone = await browser.newContext({
      bypassCSP: true,
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    const eve = await phone.newPage()
    await eve.goto((await invited.json()).link)
    await eve.getByLabel('Your name').fill('Eve')
    for (const field of await eve.locator('input[type=password]').all())
      await field.fill('another sentence nobody guesses')
    await eve.getByRole('button', { name: 'Accept the invitation' }).click()
    await eve.getByRole('link', { name: 'Plan' }).first().waitFor()
    const approval = '/versions?tab=approval&version=Budget'
    const heading = (who: Page, name: string) => who.getByRole('heading', { name, exact: true }).waitFor()
    await open(approval)
    await page.getByRole('button', { name: 'Ask for approval' }).click()
    await heading(page, 'Budget is waiting for approval')
    await eve.goto(url + approval)
    const approve = eve.getByRole('button', { name: 'Approve', exact: true })
    await approve.waitFor()
    for (const name of ['Approve', 'Keep a copy'])
      expect((await eve.getByRole('button', { name, exact: true }).boundingBox())?.height).toBeGreaterThan(43)
    await approve.click()
    await heading(eve, 'Budget is approved')
    // A plan split by store opens its rows under a finger.
    const split = await page.request.post(`${url}/api/v1/plan/start`, {
      headers: { 'x-quarterdeck': '1' },
      data: {
        id: 'Split',
        name: 'Split',
        kind: 'scenario',
        currency: 'GBP',
        from: `${year}-01-01`,
        to: `${year}-12-31`,
        begin: { with: 'last_year', trade: 'b2c', over: ['store'] },
      },
    })
    expect(split.status(), await split.text()).toBe(200)
    await eve.goto(`${url}/plan?version=Split`)
    const opener = eve.getByRole('button', { name: 'Open Orders', exact: true })
    const { width, height } = (await opener.boundingBox()) ?? { width: 0, height: 0 }
    expect([width, height]).toEqual([44, 44])
    await opener.tap()
    await eve.locator('.dsg-cell-gutter').getByText('shop', { exact: true }).waitFor()
    await open('/budget?version=Budget')
    await page.getByRole('table', { name: 'Budget lines' }).getByText('Payment fees').click()
    await page.getByLabel('Total, GBP').fill('1500')
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await page.getByLabel('Why it changes').fill('A new provider')
    await page.getByRole('button', { name: 'Save' }).click()
    const changes = page.getByRole('table', { name: 'Changes since the approval' })
    await changes.getByText('A new provider').first().waitFor()
    expect(await changes.getByRole('row').nth(1).textContent()).toContain(`Dec ${year}100125Ada`)
    await expectAccessibleInBoth(page)
    await open('/plan?version=Budget')
    await page.getByText(/the approval lapsed: lines or budget changed since/).waitFor()
    await open(approval)
    await heading(page, 'Budget is approved, and the approval lapsed')
    await page.getByText(/It changed after Eve approved it/).waitFor()
    await page.getByText('Approved: lapsed, it changed since').waitFor()
    await page.getByRole('table', { name: 'Budget changed since the approval' }).waitFor()
    // Who changed it neither approves nor locks it.
    for (const name of ['Approve it as it is now', 'Lock'])
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0)
    await expectAccessibleInBoth(page)
    await eve.goto(url + approval)
    await eve.getByRole('button', { name: 'Approve it as it is now' }).click()
    await heading(eve, 'Budget is approved')
    await eve.getByRole('button', { name: 'Lock', exact: true }).waitFor()
    await phone.close()
  }, 180_000)

  it('shows approval, expectations and business cases', async () => {
    await open('/versions?tab=approval')
    await page.getByRole('button', { name: 'Keep a copy' }).click()
    await page.getByRole('table', { name: 'Kept copies' }).getByText('frozen').waitFor()
    await expectAccessibleInBoth(page)
    await open('/versions?tab=expected')
    await page.getByRole('button', { name: 'Expect something else' }).waitFor()
    await expectAccessibleInBoth(page)
    await open('/strategy?tab=cases')
    await page.getByRole('button', { name: 'Add a case' }).click()
    await page.getByLabel('Title').fill('New shelves')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'Business cases' }).getByText('New shelves').waitFor()
    await expectAccessibleInBoth(page)
    expect(errors).toEqual([])
  }, 120_000)
})
