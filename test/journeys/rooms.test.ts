/** The screens of files, people and settings, on a real server with a data folder of its own. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf } from '../authenticator.ts'
import { stage } from '../command.ts'
import { zip } from '../zip.ts'
import { bringsProducts, bringsTogether, lacksColumn } from './brings-files.ts'
import {
  builtBundle,
  complaints,
  describeInBrowser,
  expectAccessible,
  fillFirstPerson,
  openBrowser,
} from './browser.ts'

const file = `Bestellnummer;Datum;Artikel;Menge;Einzelpreis;Kunde;Land
A1;03.01.2026;TASSE-1;2;"1.234,50";K1;Deutschland
A1;03.01.2026;TELLER-2;1;9,90;K1;Deutschland
A2;31.02.2026;TASSE-1;1;10,00;K2;Österreich
A3;05.01.2026;TASSE-1;-1;10,00;K2;Österreich
`

describeInBrowser('on a real server', () => {
  const place = stage()
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let errors: string[]
  let url: string
  let spareCodes: string[]
  const open = async (path: string) => {
    await page.goto(url + path)
    await page.locator('h1').waitFor()
  }
  const signIn = async (where: Page, spareCode: string) => {
    await where.getByLabel('E-mail').fill('ada@example.com')
    await where.getByLabel('Password', { exact: true }).fill('a sentence nobody guesses')
    await where.getByRole('button', { name: 'Sign in', exact: true }).click()
    await where.getByRole('button', { name: 'Use a recovery code instead' }).click()
    await where.getByLabel('Code', { exact: true }).fill(spareCode)
    await where.getByRole('button', { name: 'Sign in', exact: true }).click()
    await where.getByRole('link', { name: 'Import' }).first().waitFor()
  }
  const choose = async (label: string, search: string, option: string) => {
    await page.getByRole('combobox', { name: label }).fill(search)
    await page.getByRole('option', { name: option, exact: true }).click()
  }

  beforeAll(async () => {
    builtBundle()
    const server = await place.serve(join(place.place, 'data'))
    url = new URL(server.setUpLink ?? server.url).origin
    browser = await openBrowser()
    // axe is put into the page by the test; the page's own policy would rightly refuse it.
    context = await browser.newContext({
      bypassCSP: true,
      viewport: { width: 1440, height: 1000 },
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    errors = complaints(page)
    await fillFirstPerson(page, server.setUpLink ?? '')
    await page.getByRole('button', { name: /create/i }).click()
    await page.getByRole('link', { name: 'Import' }).first().waitFor()
  }, 180_000)
  afterAll(async () => {
    place.clear()
  })

  it('shows that a plan is on its way, and what to do where it cannot be read', async () => {
    const begun = await page.request.post(`${url}/api/v1/plan/start`, {
      headers: { 'x-quarterdeck': '1' },
      data: {
        id: 'Late',
        name: 'Late',
        currency: 'EUR',
        from: '2026-01-01',
        to: '2026-12-31',
        begin: { with: 'template' },
      },
    })
    expect(begun.status(), await begun.text()).toBe(200)
    const answers = ['fails', 'comes late', 'comes']
    await page.route('**/plan/open', async route => {
      const answer = answers.shift() ?? 'comes'
      if (answer === 'fails') return route.fulfill({ status: 500, body: 'out of order' })
      if (answer === 'comes late') await new Promise(done => setTimeout(done, 1500))
      return route.continue()
    })
    await open('/plan?version=Late')
    await page.getByText('The plan could not be read').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Its lines and figures are on their way.').waitFor()
    const names = page.locator('.dsg-cell-gutter').getByText('Sessions', { exact: true })
    await names.waitFor()
    // What is there stays when the list cannot be read anew.
    let asked = 0
    await page.route('**/plan/versions', route => {
      asked += 1
      return route.fulfill({ status: 500, body: 'out of order' })
    })
    // Two minutes later somebody comes back to the tab.
    await page.evaluate(() => {
      const later = Date.now() + 120_000
      Date.now = () => later
      window.dispatchEvent(new Event('visibilitychange'))
    })
    await expect.poll(() => asked).toBeGreaterThan(0)
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
    expect(await names.isVisible()).toBe(true)
    await page.unrouteAll()
  }, 120_000)

  it('takes a stranger’s file in: the guess, the store, what became of each row', async () => {
    await open('/import')
    await expectAccessible(page)
    const path = join(place.place, 'bestellungen.csv')
    writeFileSync(path, file)
    await page.setInputFiles('input[type=file]', path)
    await page.getByText('What the columns mean').waitFor()
    expect(await page.getByRole('combobox', { name: 'Rows are' }).inputValue()).toBe('Sales lines')
    expect(await page.getByRole('combobox', { name: 'Decimals are written' }).inputValue()).toBe('1.234,50')
    await page.getByLabel('Store', { exact: true }).fill('berlin')
    await page.keyboard.press('Tab')
    await choose('Currency', 'EUR', 'EUR')
    await choose('Time zone', 'Europe/Berlin', 'Europe/Berlin')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('3 rows came in').waitFor()
    await page.getByText('Datum is not a date').waitFor()
    const rejects = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download the rejected rows' }).click()
    expect((await rejects).suggestedFilename()).toMatch(/\.csv$/)
    await page.getByRole('cell', { name: 'berlin' }).first().waitFor()
    await open('/explore?period=2026-01-01..2026-01-31&metrics=net_sales,orders')
    await page.getByText('€2,469').first().waitFor()
  }, 90_000)

  it('shows which columns of sales say something of the products, lets them be changed, and tells how many came', async () => {
    await bringsProducts(page, { open, choose })
  }, 90_000)

  it('lets go of a file on its way when another is chosen, and says what to do with one that cannot come in', async () => {
    await open('/import')
    const send = (name: string, text: string | Buffer) =>
      page.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    const good = 'Order,Date,Total\n1,2026-03-02,20.90\n2,2026-03-03,10.00\n'
    let arrive = () => {}
    const held = new Promise<void>(done => {
      arrive = done
    })
    await page.route('**/api/uploads?name=slow.csv', async route => {
      await held
      await route.continue().catch(() => undefined)
    })
    await send('slow.csv', good)
    await page.getByText('Sending').waitFor()
    await page.getByRole('button', { name: 'Choose another file' }).click()
    await send('fast.csv', good)
    await page.getByText('What the columns mean').waitFor()
    arrive()
    await page.unrouteAll({ behavior: 'wait' })
    await page.evaluate(() => new Promise(done => setTimeout(done, 300)))
    expect(await page.locator('h1').textContent()).toBe('fast.csv')
    const refusals: [string, string | Buffer, string][] = [
      ['picture.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]), 'Export the table as CSV or Excel.'],
      ['empty.csv', '', 'The file is empty.'],
      ['header.csv', 'Order,Date,Total\n', 'a header and no rows'],
      [
        'report.csv',
        'Day,Orders,Net sales\n2026-03-01,12,1050.00\n2026-03-02,10,880.00\n',
        'adds up many orders',
      ],
    ]
    for (const [name, text, words] of refusals) {
      const other = page.getByRole('button', { name: 'Choose another file' })
      if (await other.isVisible()) await other.click()
      await send(name, text)
      await page.getByText(words).first().waitFor()
    }
    // Months in headings are rows, until somebody says they are not.
    await page.getByRole('button', { name: 'Choose another file' }).click()
    await send('budget.csv', 'Line,Jan 2026,Feb 2026\nPaid search,100,200\n')
    await page.getByRole('columnheader', { name: 'Month' }).waitFor()
    expect(await page.getByRole('combobox', { name: 'Rows are' }).inputValue()).toBe('Budget')
    await page.getByRole('combobox', { name: 'Months, currencies or places in headings' }).click()
    await page.getByRole('option', { name: 'stay columns', exact: true }).click()
    await page.getByRole('columnheader', { name: 'Jan 2026' }).waitFor()
  }, 90_000)

  it('asks before a file on its way is left behind, and keeps nothing of one that was', async () => {
    const uploads = () => {
      const folder = join(place.place, 'data', 'uploads')
      return existsSync(folder) ? readdirSync(folder) : []
    }
    const before = uploads()
    const imports = async () =>
      (await (await page.request.post(`${url}/api/v1/connections/imports`, asked)).json()).length
    const asked = { headers: { 'x-quarterdeck': '1' }, data: {} }
    const known = await imports()
    const tab = await context.newPage()
    // So slow a line that the file is on its way until the tab is gone.
    const line = await context.newCDPSession(tab)
    await tab.goto(`${url}/import`)
    await tab.locator('h1').waitFor()
    await line.send('Network.enable')
    const slow = { offline: false, latency: 0, downloadThroughput: 20_000, uploadThroughput: 20_000 }
    await line.send('Network.emulateNetworkConditions', slow)
    // And so long that it does not slip through as the slow line goes with the tab.
    const path = join(place.place, 'long.csv')
    writeFileSync(path, Buffer.alloc(150 << 20, '1,2026-03-02,20.90\n'))
    await tab.setInputFiles('input[type=file]', path)
    await tab.getByText('Sending').waitFor()
    await expect.poll(() => uploads().filter(name => name.endsWith('.part')).length).toBe(1)
    // Browsers ask only who did something on the page.
    await tab.mouse.click(700, 300)
    const question = tab.waitForEvent('dialog')
    await tab.close({ runBeforeUnload: true })
    const dialog = await question
    expect(dialog.type()).toBe('beforeunload')
    await dialog.accept()
    await expect.poll(uploads, { timeout: 20_000 }).toEqual(before)
    expect(await imports()).toBe(known)
  }, 60_000)

  it('takes a file in once that two tabs and the command bring at the same time', async () => {
    const text = `Order,Date,Total\n${Array.from({ length: 300 }, (_, n) => `T${n},2026-04-02,2.00\n`).join('')}`
    const path = join(place.place, 'twice.csv')
    writeFileSync(path, text)
    const tabs = await Promise.all([context.newPage(), context.newPage()])
    // Of the same store, and wrong about its zone.
    const late = await context.newPage()
    for (const tab of [...tabs, late]) {
      await tab.goto(`${url}/import`)
      await tab.locator('h1').waitFor()
      await tab.setInputFiles('input[type=file]', path)
      await tab.getByText('What the columns mean').waitFor()
      await tab.getByLabel('Store', { exact: true }).fill('twins')
      await tab.keyboard.press('Tab')
      await tab.getByRole('combobox', { name: 'Currency' }).fill('EUR')
      await tab.getByRole('option', { name: 'EUR', exact: true }).click()
      const zone = tab === late ? 'Europe/Paris' : 'Europe/Berlin'
      await tab.getByRole('combobox', { name: 'Time zone' }).fill(zone)
      await tab.getByRole('option', { name: zone, exact: true }).click()
    }
    const mapping = join(place.place, 'twice.json')
    writeFileSync(
      mapping,
      JSON.stringify({ target: 'orders', columns: { order_id: 'Order', at: 'Date', total: 'Total' } }),
    )
    const store = ['--store', 'twins', '--currency', 'EUR', '--timezone', 'Europe/Berlin']
    const words = ['import', path, '--map', mapping, ...store, '--data', join(place.place, 'data'), '--json']
    const [ran] = await Promise.all([
      place.run(words),
      ...tabs.map(tab => tab.getByRole('button', { name: 'Import', exact: true }).click()),
    ])
    // All three ended, one brought the rows, and to the others they were known.
    for (const tab of tabs) await tab.getByRole('button', { name: 'Import another file' }).waitFor()
    const asked = { headers: { 'x-quarterdeck': '1' }, data: { limit: 3 } }
    const listed: { status: string; store: string; result: { accepted: number; repeats: number } }[] = await (
      await page.request.post(`${url}/api/v1/connections/imports`, asked)
    ).json()
    expect(ran.code, ran.err).toBe(0)
    expect(listed.map(one => [one.store, one.status])).toEqual(Array(3).fill(['twins', 'done']))
    expect(listed.map(({ result }) => [result.accepted, result.repeats]).sort()).toEqual([
      [0, 300],
      [0, 300],
      [300, 0],
    ])
    const begin = late.getByRole('button', { name: 'Import', exact: true })
    await begin.click()
    await late.getByText('is kept in Europe/Berlin, not Europe/Paris').waitFor()
    // What it was wrong about is known by now: it need not be said again.
    await late.getByRole('combobox', { name: 'Time zone' }).waitFor({ state: 'hidden' })
    await begin.click()
    await late.getByRole('button', { name: 'Import another file' }).waitFor()
    for (const tab of [...tabs, late]) await tab.close()
    await open('/explore?period=2026-04-01..2026-04-30&metrics=net_sales,orders&stores=twins')
    await page.getByText('€600').first().waitFor()
  }, 120_000)

  it('says before it begins that a saved mapping names a column the file lacks, and what to do', async () => {
    await lacksColumn(page, { url, open })
  }, 60_000)

  it('joins files that belong together, says how, and lets one be added or removed', async () => {
    await bringsTogether(page, { open, choose })
  }, 90_000)

  it('lets everything be overruled that was guessed of a file', async () => {
    await open('/import')
    await page.getByRole('heading', { name: /^The latest file, .+, (brought|did not come in)/ }).waitFor()
    const path = join(place.place, 'zwei.zip')
    const latin = Buffer.from('Liste\n\nNr^Tag^Ware^Preis\nB1^03.02.2026^K\u00e4se^2.500\n', 'latin1')
    writeFileSync(path, zip({ 'alt.csv': `${'sku,name\n'.repeat(20)}`, 'neu.csv': latin }))
    await page.setInputFiles('input[type=file]', path)
    await page.getByText('shown is alt.csv, the largest').waitFor()
    const pick = async (label: string, option: string) => {
      await page.getByRole('combobox', { name: label }).click()
      await page.getByRole('option', { name: option, exact: true }).click()
    }
    await pick('File in the archive', 'neu.csv')
    await pick('Letters are written in', 'Central European (Windows-1250)')
    await pick('Columns are parted by', 'caret ^')
    await page.getByLabel('Lines above the headings').fill('2')
    await pick('Decimals are written', '1.234,50')
    await page.getByRole('columnheader', { name: 'Preis' }).waitFor()
    await page.getByRole('cell', { name: 'K\u00e4se' }).waitFor()
    await expectAccessible(page)
    // Nothing is stuck where it cannot be read like that.
    await page.getByLabel('Lines above the headings').fill('9999')
    await page.getByText('It cannot be read like that').waitFor()
    await page.getByLabel('Lines above the headings').fill('2')
    await page.getByRole('columnheader', { name: 'Preis' }).waitFor()
    await pick('Rows are', 'Orders')
    for (const [name, column] of [
      ['order_id', 'Nr'],
      ['at', 'Tag'],
      ['total', 'Preis'],
    ] as const) {
      const field = page.locator(`#column-${name}`)
      if (!(await field.isVisible())) await page.getByRole('button', { name: /^Show \d+ more/ }).click()
      await field.fill(column)
    }
    await page.getByLabel('Only rows where').fill("Ware <> 'Brot'")
    await page.getByLabel('Each order is whole in this file').check()
    await page.getByLabel('Store', { exact: true }).fill('wien')
    await page.keyboard.press('Tab')
    await page.locator('#currency').fill('EUR')
    await page.getByRole('option', { name: 'EUR', exact: true }).click()
    await choose('Time zone', 'Europe/Vienna', 'Europe/Vienna')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('1 row came in').waitFor()
    await open('/explore?period=2026-02-01..2026-02-28&metrics=net_sales')
    await page.getByText('€2,500').first().waitFor()
  }, 90_000)

  it('invites somebody and makes a key that is shown once', async () => {
    await open('/members')
    await page.getByRole('button', { name: 'Invite somebody' }).click()
    await page.getByLabel('E-mail').fill('eve@example.com')
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    expect(await page.getByLabel('Invitation link').inputValue()).toContain('/invitation?token=')
    await page.keyboard.press('Escape')
    await page.getByRole('table', { name: 'Open invitations' }).getByText('eve@example.com').waitFor()
    await page.getByRole('heading', { name: 'One person, one invitation open' }).waitFor()
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name', { exact: true }).fill('script')
    await page.getByRole('button', { name: 'Make the key' }).click()
    expect(await page.getByRole('textbox', { name: 'API key' }).inputValue()).toMatch(/^qd_/)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.getByRole('table', { name: 'API keys' }).getByText('script').waitFor()
    await expectAccessible(page)
  }, 60_000)

  it('adds a second factor by a picture, keeps its spare codes, and is asked for it from then on', async () => {
    await open('/members')
    await page.getByText('Second factor: off').waitFor()
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.getByLabel('Your password').fill('a sentence nobody guesses')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('img', { name: /scan/ }).waitFor()
    await expectAccessible(page)
    const secret = (await page.getByRole('dialog').locator('code').first().textContent()) ?? ''
    await page.getByLabel('2. Type what it shows').fill(codeOf(secret.replaceAll(' ', '')))
    await page.getByRole('button', { name: 'Turn it on' }).click()
    const spare = page.getByRole('list', { name: 'Spare codes' }).getByRole('listitem')
    await spare.first().waitFor()
    spareCodes = await spare.allTextContents()
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await page.getByText('Second factor: on').waitFor()
    await page.getByText('(this one)').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('textbox').fill('Sign out')
    await page.keyboard.press('Enter')
    await signIn(page, spareCodes[0] ?? '')
  }, 90_000)

  it('signs another browser out from here', async () => {
    const other = await browser.newContext()
    const elsewhere = await other.newPage()
    await elsewhere.goto(`${url}/sign-in`)
    await elsewhere.getByRole('link', { name: 'Forgotten your password?' }).click()
    await elsewhere.getByText('This server sends no mail').waitFor()
    await elsewhere.getByRole('link', { name: 'Back to sign in' }).click()
    await signIn(elsewhere, spareCodes[1] ?? '')
    await open('/members')
    await page.getByRole('button', { name: 'Sign out there' }).click()
    await page.getByRole('button', { name: 'Sign out there' }).waitFor({ state: 'hidden' })
    await elsewhere.goto(`${url}/members`)
    await elsewhere.getByLabel('Password', { exact: true }).waitFor()
    await other.close()
  }, 60_000)

  it('keeps a target that stands beside the actuals, and refuses a metric that adds unlike things', async () => {
    await open('/settings?tab=targets')
    await page.getByRole('heading', { name: /stores? in .*, a year of calendar months/ }).waitFor()
    await page.getByRole('button', { name: 'Add a target' }).click()
    await page.getByLabel('Figures').fill('2026-01-01\t3100')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'Targets' }).getByText('Net sales').waitFor()
    await expectAccessible(page)
    await open('/settings?tab=added')
    await page.getByRole('button', { name: 'Add a metric' }).click()
    await page.getByLabel('Label').fill('Odd')
    await page.getByLabel('Name', { exact: true }).fill('odd')
    await page.getByLabel('Formula').fill('net_sales + orders')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('they measure different things', { exact: false }).waitFor()
    for (const tab of ['stores', 'calendar', 'events']) {
      await open(`/settings?tab=${tab}`)
      await expectAccessible(page)
    }
  }, 60_000)

  it('watches a folder, and says what is wrong with one it may not', async () => {
    mkdirSync(place.incoming)
    await open('/import')
    await page.getByRole('button', { name: 'Watch a folder' }).click()
    await page.getByLabel('Folder', { exact: true }).fill('/etc')
    await page.getByRole('combobox', { name: 'Store', exact: true }).click()
    await page.getByRole('option', { name: 'berlin' }).click()
    await page.getByRole('button', { name: 'Watch', exact: true }).click()
    await page.getByText('not in a folder that may be watched').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Folder', { exact: true }).fill(place.incoming)
    await page.getByRole('button', { name: 'Watch', exact: true }).click()
    const watched = page.getByRole('table', { name: 'Watched folders' })
    await watched.getByText('what is recognised').waitFor()
    // What fades out is not to be read.
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await expectAccessible(page)
    await watched.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('No folder is watched').waitFor()
  }, 60_000)

  it('finds a customer by number and erases them, with what that does not reach', async () => {
    await open('/connections')
    await page.getByLabel('E-mail address or number of the person').fill('K2')
    await page.getByRole('button', { name: 'Find', exact: true }).click()
    const found = page.getByRole('table', { name: 'Where the person is known' })
    await found.getByText('berlin').waitFor()
    await page.getByText('Backups').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Erase…' }).click()
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await page.getByText('Erased. Figures stay as they are').waitFor()
  }, 60_000)

  it('tells in the audit who changed what, before and after', async () => {
    // On a low window the rooms scroll until where one is stands in sight.
    await page.setViewportSize({ width: 1440, height: 600 })
    await open('/audit')
    const here = page.locator('nav [aria-current=page]').first()
    const inSight = () =>
      here.evaluate(link => {
        const { top, bottom } = link.getBoundingClientRect()
        const rooms = link.closest('nav')?.getBoundingClientRect()
        return rooms !== undefined && top >= rooms.top && bottom <= rooms.bottom && bottom <= innerHeight - 50
      })
    await expect.poll(inSight).toBe(true)
    await page.setViewportSize({ width: 1440, height: 1000 })
    await page
      .getByText(/^(Set|Changed) the target/)
      .first()
      .click()
    await page.getByRole('table', { name: 'Before and after' }).getByText('3100').waitFor()
    await page.keyboard.press('Escape')
    // On a phone what was done is read first, and whole.
    await page.setViewportSize({ width: 390, height: 844 })
    const done = page.getByRole('rowheader', { name: /^(Set|Changed) the target/ }).first()
    const { x, width } = (await done.boundingBox()) ?? { x: -1, width: 0 }
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x + width).toBeLessThanOrEqual(390)
    expect(await done.evaluate(one => one.scrollWidth - one.clientWidth)).toBe(0)
    await page.setViewportSize({ width: 1440, height: 1000 })
    await page.getByRole('heading', { name: /^\d+ changes, the latest: .+, by Ada on / }).waitFor()
    await page.getByLabel('Search the audit').fill('eve@')
    await page.getByRole('heading', { name: / changes? with “eve@”$/ }).waitFor()
    await page.getByRole('rowheader').first().waitFor()
    await page.emulateMedia({ colorScheme: 'dark' })
    await open('/audit')
    await expectAccessible(page)
    expect(errors).toEqual([])
  }, 60_000)
})
