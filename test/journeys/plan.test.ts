/** The plan room on a real server with sales of its own: begun, asked, budgeted, explained, closed, approved. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ExcelJS from 'exceljs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stage } from '../command.ts'
import { builtBundle, complaints, describeInBrowser, expectAccessibleInBoth, openBrowser } from './browser.ts'
import { consents } from './plan-consent.ts'
import { movesAsASpreadsheet } from './plan-grid.ts'
import { takeIn, year } from './plan-shop.ts'

describeInBrowser('the plan room', () => {
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
    const context = await browser.newContext({
      bypassCSP: true,
      viewport: { width: 1440, height: 1000 },
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    page.setDefaultTimeout(30_000)
    errors = complaints(page)
    await takeIn(page, server.setUpLink ?? '', place.place)
  }, 240_000)
  afterAll(async () => {
    place.clear()
  })

  const send = async (operation: string, data: object) => {
    const headers = { 'x-quarterdeck': '1' }
    const answer = await page.request.post(`${url}/api/v1/plan/${operation}`, { headers, data })
    expect(answer.status(), await answer.text()).toBe(200)
    return answer.json()
  }
  /** What the budget holds of a line, and the number it is read at. */
  const lineOf = async (line: string) => {
    const { rows, seq } = await send('open', { version: 'Budget' })
    return { ...rows.find((row: { line: string }) => row.line === line), seen: seq }
  }

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
    // What cannot be worked out says why, and is asked once: each sight of it asked again.
    let asked = 0
    await page.route('**/api/rpc/plan/simulate', route => {
      asked += 1
      const json = { defined: false, code: 'invalid', status: 422, message: 'A figure is missing.', data: {} }
      return route.fulfill({ status: 422, json: { json } })
    })
    await open('/what-if?line=net_sales')
    await page.getByText('A figure is missing.').waitFor()
    await page.waitForLoadState('networkidle')
    expect(asked).toBe(1)
    await page.unroute('**/api/rpc/plan/simulate')
  }, 180_000)

  it('is typed into, filled, pasted into and moved about in as a spreadsheet is', async () => {
    await movesAsASpreadsheet(page, url)
  }, 120_000)

  it('takes back one’s own edits, and shows what others type', async () => {
    const cell = (row: number, column: number) =>
      page.locator('.dsg-row').nth(row).locator('.dsg-cell').nth(column)
    const edit = (value: string) => {
      const one = {
        id: `other-${value}-00`,
        line: 'sessions',
        slice: [],
        period: `${year}-02`,
        value,
        after: [],
      }
      return send('edit', { version: 'Budget', edits: [one] })
    }
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
    await edit('777')
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

  it('weighs the hours of a day and of every such weekday by hand, to the penny', async () => {
    await open('/versions?version=Budget&tab=phasing')
    const days = page.getByRole('table', { name: 'Days of the period' })
    await days.getByRole('button').nth(1).click()
    const hours = page.getByRole('table', { name: 'Hours of the day' })
    await hours.waitFor()
    const shown = async () =>
      (await hours.getByRole('row').allTextContents()).slice(1).map(row => row.replace(/^\d+:00/, ''))
    const before = await shown()
    const within = (what: () => Promise<string | undefined>) => expect.poll(what)
    await hours.getByLabel('Weight of 9:00').fill('3')
    await hours.getByLabel('Weight of 20:00').fill('200')
    // What cannot be is not kept.
    const keep = page.getByRole('button', { name: 'Keep the hours' })
    expect(await keep.isDisabled()).toBe(true)
    await hours.getByLabel('Weight of 20:00').fill('0')
    await expectAccessibleInBoth(page)
    await keep.click()
    await within(async () => (await shown())[20]).toBe('0')
    const after = await shown()
    expect(after[9]).not.toBe(before[9])
    const total = (rows: readonly string[]) =>
      Math.round(rows.reduce((all, one) => all + 100 * Number(one.replaceAll(',', '')), 0))
    // Figures of thousands are shown whole.
    expect(Math.abs(total(after) - total(before))).toBeLessThan(1200)
    await page.getByText(/^Every /).click()
    await hours.getByLabel('Weight of 10:00').fill('2')
    await keep.click()
    await within(async () => (await shown())[10]).not.toBe(after[10])
    await page.reload()
    await within(() => hours.getByLabel('Weight of 9:00').inputValue()).toBe('3')
    // A week on, the weekday’s own weight counts, and not that of the one day.
    await days.getByRole('button').nth(8).click()
    await within(() => hours.getByLabel('Weight of 9:00').inputValue()).toBe('')
    expect(await hours.getByLabel('Weight of 10:00').inputValue()).toBe('2')
  }, 120_000)

  it('takes a changed workbook and CSV back, what differs and contradicts shown before it is', async () => {
    await open('/plan?version=Budget')
    const download = async (kind: RegExp) => {
      await page.getByRole('button', { name: 'Download' }).click()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: kind }).click(),
      ])
      return file.path()
    }
    const [xlsx, csv] = [await download(/^XLSX/), await download(/^CSV/)]
    const drawer = page.getByRole('dialog', { name: 'A changed file of Budget' })
    const choose = async (name: string, buffer: Buffer) => {
      if (!(await drawer.isVisible())) await page.getByRole('button', { name: 'Take a changed file' }).click()
      await drawer
        .getByLabel('Changed file')
        .setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
    }
    await choose('budget.csv', readFileSync(csv))
    await drawer.getByText('Nothing differs').waitFor()
    await choose('budget.xlsx', readFileSync(xlsx))
    await drawer.getByText('Nothing differs').waitFor()
    await choose('notes.txt', Buffer.from('no plan at all'))
    await drawer
      .getByRole('alert')
      .getByText(/no column Name/)
      .waitFor()
    const { seen } = await lineOf('sessions')
    // Typed in the grid after the file was made: both stay.
    const id = 'typed-in-between'
    const typed = {
      id,
      line: 'sessions',
      slice: [],
      period: `${year}-05`,
      value: '1234',
    }
    await send('edit', { version: 'Budget', edits: [typed], seen })
    const book = new ExcelJS.Workbook()
    await book.xlsx.readFile(xlsx)
    const cells = (row: number) => book.getWorksheet('Plan')?.getRow(row) as ExcelJS.Row
    cells(3).getCell(8).value = 4321
    cells(3).getCell(9).value = 1111
    cells(3).getCell(10).value = 'about ten'
    await choose('budget.xlsx', Buffer.from(await book.xlsx.writeBuffer()))
    await drawer.getByText(`Sessions (Jul ${year}): "about ten" is no number`).waitFor()
    expect(await drawer.getByRole('button', { name: 'Take 2 changes' }).isDisabled()).toBe(true)
    cells(3).getCell(10).value = 1000
    await choose('budget.xlsx', Buffer.from(await book.xlsx.writeBuffer()))
    await drawer.getByRole('alert').waitFor({ state: 'detached' })
    const differs = drawer.getByRole('table', { name: 'Cells that differ' })
    await differs.getByRole('columnheader', { name: 'Changed since by' }).waitFor()
    expect(await differs.getByRole('row').allTextContents()).toEqual([
      'CellNowIn the fileChanged since by',
      `Sessions (May ${year})1,2344,321Ada`,
      `Sessions (Jun ${year})1,0001,111–`,
    ])
    await expectAccessibleInBoth(page)
    await drawer.getByRole('button', { name: 'Take 2 changes' }).click()
    await page.getByText(/1 cell was filled in differently/).waitFor()
    // As a spreadsheet saves it where a comma is before decimals; its own figure chooses between the two.
    const text = readFileSync(await download(/^CSV/), 'utf8')
      .replaceAll(',', ';')
      .replaceAll('"', '')
    await choose('budget.csv', Buffer.from(text.replace(/4321|1234/, '1000').replace(';1111;', ';1000;')))
    await drawer.getByRole('button', { name: 'Take 2 changes' }).click()
    await page.getByText(/was filled in differently/).waitFor({ state: 'detached' })
    const { values, cells: behind } = await lineOf('sessions')
    expect([values.split(',')[4], behind]).toEqual(['1000', null])
  }, 120_000)

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
    // Narrowed to a slice, and widened again.
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByRole('radio', { name: 'MUG' }).check()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText('Product is MUG').waitFor()
    await page.getByRole('table', { name: 'Actual against plan and last year' }).waitFor()
    await expectAccessibleInBoth(page)
    const slice = new URL(page.url()).searchParams.get('slice') ?? ''
    await open(`/variance?tab=drivers&line=net_sales&slice=${encodeURIComponent(slice)}`)
    await page.getByText(/is not planned by this product/).waitFor()
    await page.getByRole('button', { name: 'Remove: Product is MUG' }).click()
    await page.getByText(/is not planned by this product/).waitFor({ state: 'detached' })
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
    const span = { currency: 'GBP', from: `${year}-01-01`, to: `${year}-12-31` }
    const begin = { with: 'version', version: 'Budget', closedPeriods: 3 }
    await send('start', { id: 'LE3', name: 'LE3', kind: 'le', ...span, begin })
    await open('/reforecast?line=net_sales')
    await page.getByRole('table', { name: 'Net sales of the open periods' }).waitFor()
    await page.getByRole('button', { name: 'Sign it' }).click()
    // It goes on to what is next.
    await page.getByText('Signed by Ada').waitFor()
    await page.getByText('To sign: the owners are done').waitFor()
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
      reducedMotion: 'reduce',
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
    const span = { currency: 'GBP', from: `${year}-01-01`, to: `${year}-12-31` }
    const begin = { with: 'last_year', trade: 'b2c', over: ['store'] }
    await send('start', { id: 'Split', name: 'Split', kind: 'scenario', ...span, begin })
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
    await consents(page, eve, url)
    await phone.close()
  }, 180_000)

  it('shows approval, expectations and business cases', async () => {
    await open('/versions?tab=approval')
    await page.getByRole('button', { name: 'Keep a copy' }).click()
    await page.getByRole('table', { name: 'Kept copies' }).getByText('frozen').waitFor()
    await expectAccessibleInBoth(page)
    // A draft goes once that was asked twice; what was changed last and is no scenario is shown then.
    await open('/versions?tab=approval&version=Split')
    await page.getByRole('button', { name: 'Delete this draft' }).click()
    await page.getByText('Split goes for good', { exact: false }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Really delete it' }).click()
    await page.getByRole('heading', { name: /^Budget/, level: 1 }).waitFor()
    expect(new URL(page.url()).searchParams.get('version')).toBeNull()
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
