/**
 * The plan grid in a real browser: a version of 10,000 rows × 24 months scrolled by wheel, finger and keyboard, one cell
 * edited, a thousand pasted; on a wide screen and a phone. Beside it the same grid of 100 rows. What a step costs is read
 * from the browser's own counters in processor time of its main thread, so that a busy machine does not blur it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type CDPSession, chromium as driver, type Page } from 'playwright-core'
import { civilYear } from '../src/kernel/period.ts'
import { type Line, sheetPeriods } from '../src/kernel/plan/sheet.ts'
import { openLedger } from '../src/postgres/open.ts'
import * as tables from '../src/postgres/tables/plan.ts'
import { stage } from '../test/command.ts'
import { chromium } from '../test/parts.ts'
import { median, quantile, table } from './measure.ts'

const frame = 16
const longTask = 50
const lines = 10
const sizes = [
  { id: 'small', rows: 100 },
  { id: 'wide', rows: 10_000 },
]
const screens = [
  { name: '1440 px', viewport: { width: 1440, height: 900 }, phone: false },
  { name: 'phone', viewport: { width: 390, height: 844 }, phone: true },
]

/** Versions of some rows: ten lines of figures, each over so many products, and their sum. */
async function fill(folder: string): Promise<void> {
  const open = await openLedger({ folder })
  const line = (name: string, formula: string | null, over: string[]): Line => ({
    name,
    label: name,
    unit: 'money',
    formula,
    over,
    roll: 'sum',
    good: 'up',
  })
  const names = Array.from({ length: lines }, (_, n) => `input_${n}`)
  const periods = sheetPeriods(civilYear, '2027-01-01', '2028-12-31')
  for (const { id, rows } of sizes) {
    const members = Array.from({ length: rows / lines }, (_, n) => `product ${n}`)
    await open.ledger.insert(tables.versions).values({
      id,
      name: id,
      kind: 'budget',
      createdBy: 'bench',
      sheet: {
        currency: 'GBP',
        periods,
        dimensions: [{ name: 'product', label: 'Product', members }],
        lines: [
          ...names.map(name => line(name, null, ['product'])),
          line('all', names.join(' + '), ['product']),
        ],
      },
    })
    for (const [n, name] of names.entries())
      await open.ledger.insert(tables.rows).values(
        members.map((slice, m) => ({
          version: id,
          line: name,
          slice,
          cells: Object.fromEntries(
            periods.map(({ key }, at) => [key, [`${n}-${m}-${at}`, String((m % 97) + at)]]),
          ),
        })),
      )
  }
  await open.close()
}

interface Cost {
  /** Script, style and layout of each step, ms of the main thread. */
  steps: number[]
  /** Longest task while it went on, ms by the clock; 0 where none was above 50. */
  longest: number
}

/** What the main thread did in script, style and layout so far, ms of processor time. */
async function spent(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  const of = (name: string) => metrics.find(one => one.name === name)?.value ?? 0
  return 1000 * (of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration'))
}

/** Waits until two frames have been drawn. */
const drawn = (page: Page) =>
  page.evaluate(
    () => new Promise<void>(done => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  )

async function cost(
  page: Page,
  cdp: CDPSession,
  times: number,
  step: (n: number) => Promise<void>,
): Promise<Cost> {
  await page.evaluate(() => {
    window.longTasks = []
  })
  const steps: number[] = []
  for (let n = 0; n < times; n += 1) {
    const before = await spent(cdp)
    await step(n)
    await drawn(page)
    steps.push((await spent(cdp)) - before)
  }
  const long = await page.evaluate(() => window.longTasks)
  return { steps: steps.sort((a, b) => a - b), longest: Math.max(0, ...long) }
}

declare global {
  interface Window {
    longTasks: number[]
  }
}

/** Goes from one version to another, as somebody at work does: ms by the clock until its figures are drawn. */
async function switched(page: Page, url: string, from: string, to: string): Promise<number> {
  await page.goto(`${url}/plan?version=${from}`)
  await page.locator('.dsg-row').nth(3).waitFor()
  await page.waitForLoadState('networkidle')
  const version = page.getByRole('combobox', { name: 'Version' })
  await version.click()
  const began = performance.now()
  await page.getByRole('option', { name: to, exact: true }).click()
  await page.waitForFunction(
    ([id]) =>
      document.querySelector('.dsg-row') !== null &&
      document.querySelector<HTMLInputElement>('input[aria-label="Version"]')?.value === id,
    [to],
  )
  await drawn(page)
  return performance.now() - began
}

/** Opens a version and all of its lines, so that every row is there to be scrolled. */
async function opened(page: Page, url: string, version: string, rows: number): Promise<number> {
  const began = performance.now()
  await page.goto(`${url}/plan?version=${version}`)
  await page.locator('.dsg-row').nth(3).waitFor()
  const taken = performance.now() - began
  // From the foot, so that those above stay where they are.
  for (let n = lines - 1; n >= 0; n -= 1)
    await page.getByRole('button', { name: `Open input_${n}`, exact: true }).click()
  await page.waitForFunction(
    wanted => (document.querySelector('.dsg-container')?.scrollHeight ?? 0) >= wanted * 32,
    rows,
  )
  return taken
}

async function measured(page: Page, cdp: CDPSession, phone: boolean): Promise<Record<string, Cost>> {
  const grid = page.locator('.dsg-container')
  await grid.scrollIntoViewIfNeeded()
  const box = await grid.boundingBox()
  if (!box) throw new Error('the grid is not to be seen')
  const at = { x: Math.round(box.x + box.width - 60), y: Math.round(box.y + 200) }
  const found: Record<string, Cost> = {}
  await page.mouse.move(at.x, at.y)
  // Down and up again, so that the small grid has as far to go as the large one.
  const turn = (n: number, times: number) => (Math.floor(n / times) % 2 === 0 ? 1 : -1)
  await cost(page, cdp, 20, n => page.mouse.wheel(0, 96 * turn(n, 10)))
  found['wheel, three rows'] = await cost(page, cdp, 60, n => page.mouse.wheel(0, 96 * turn(n, 10)))
  found['wheel, a screen'] = await cost(page, cdp, 40, n => page.mouse.wheel(0, 500 * turn(n, 5)))
  found['wheel, sideways'] = await cost(page, cdp, 40, n => page.mouse.wheel(96 * turn(n, 10), 0))
  if (phone) {
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
      cdp.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x: at.x, y }] })
    await grid.evaluate(element => element.scrollTo(0, 0))
    const moves = 15
    // 25 px a frame: a quick finger, up over half of the grid, let go, and again.
    found['finger, 25 px'] = await cost(page, cdp, 4 * moves, async n => {
      const move = n % moves
      if (move === 0) await touch('touchStart', at.y)
      await touch('touchMove', at.y - 25 * (move + 1))
      if (move === moves - 1) await touch('touchEnd')
    })
    const top = await grid.evaluate(element => element.scrollTop)
    if (top < 20 * moves) throw new Error(`a finger did not scroll the grid: ${top} px`)
  }
  await page.mouse.click(at.x, at.y)
  await cost(page, cdp, 5, () => page.keyboard.press('ArrowDown'))
  found['arrow down'] = await cost(page, cdp, 40, () => page.keyboard.press('ArrowDown'))
  // Of the first product of the first line: in either grid a figure that is filled in.
  await grid.evaluate(element => element.scrollTo(0, 0))
  await drawn(page)
  await page.locator('.dsg-row').nth(2).locator('.dsg-cell').nth(1).click()
  found['one cell edited'] = await cost(page, cdp, 15, async n => {
    await page.keyboard.type(String(500 + n))
    await page.keyboard.press('Enter')
  })
  found['1,008 cells pasted'] = await cost(page, cdp, 3, async n => {
    await grid.evaluate(element => element.scrollTo(0, 0))
    await drawn(page)
    const cell = page.locator('.dsg-row').nth(2).locator('.dsg-cell').nth(1)
    await cell.click()
    await page.evaluate(by => {
      const data = new DataTransfer()
      const row = Array.from({ length: 24 }, (_, m) => String(by * 100 + m)).join('\t')
      data.setData('text/plain', Array.from({ length: 42 }, () => row).join('\n'))
      const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
      ;(document.querySelector('.dsg-container') ?? document).dispatchEvent(event)
    }, n + 1)
  })
  return found
}

const program = chromium()
if (!program) {
  console.log('grid: no Chromium (Debian: apt-get install chromium)')
  process.exit(0)
}
const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-grid-'))
const place = stage()
let browser: Browser | undefined
try {
  await fill(folder)
  const server = await place.serve(folder)
  const url = new URL(server.setUpLink ?? server.url).origin
  browser = await driver.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] })
  const first = await (await browser.newContext()).newPage()
  await first.goto(server.setUpLink ?? '')
  await first.getByLabel('Your name').fill('Ada')
  await first.getByLabel('E-mail').fill('ada@example.com')
  for (const field of await first.locator('input[type=password]').all())
    await field.fill('a sentence nobody guesses')
  await first.getByRole('button', { name: /create/i }).click()
  await first.getByRole('link', { name: 'Import' }).first().waitFor()
  const storageState = await first.context().storageState()
  await first.context().close()
  for (const { name, viewport, phone } of screens) {
    const found: Record<string, Cost>[] = []
    const openings: number[] = []
    const switches: number[] = []
    for (const { id, rows } of sizes) {
      const context = await browser.newContext({ viewport, storageState, hasTouch: phone, isMobile: phone })
      await context.addInitScript(() => {
        window.longTasks = []
        new PerformanceObserver(list => {
          for (const one of list.getEntries()) window.longTasks.push(one.duration)
        }).observe({ type: 'longtask' })
      })
      const page = await context.newPage()
      page.setDefaultTimeout(240_000)
      const cdp = await context.newCDPSession(page)
      await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
      const other = sizes.find(one => one.id !== id)?.id ?? id
      switches.push(await switched(page, url, other, id))
      openings.push(await opened(page, url, id, rows))
      found.push(await measured(page, cdp, phone))
      await context.close()
    }
    const [small, wide] = found
    table(
      `The plan grid, ${name}: ms of the main thread in script, style and layout for each step`,
      [
        'step',
        '100 rows, median',
        '10,000 rows, median',
        '95th of 100',
        'slowest',
        'longest task',
        'allowed',
      ],
      [
        ['from the other version, by the clock', switches[0] ?? 0, switches[1] ?? 0, '', '', '', 1000],
        ['opened with the page, by the clock', openings[0] ?? 0, openings[1] ?? 0, '', '', '', ''],
        ...Object.entries(wide ?? {}).map(([step, own]) => [
          step,
          median(small?.[step]?.steps ?? []),
          median(own.steps),
          quantile(own.steps, 0.95),
          own.steps.at(-1) ?? 0,
          own.longest === 0 ? `under ${longTask}` : own.longest,
          step.includes('cell') ? `no task above ${longTask}` : `${frame}`,
        ]),
      ],
    )
  }
} finally {
  await browser?.close()
  place.clear()
  rmSync(folder, { recursive: true, force: true })
}
