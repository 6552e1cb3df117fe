/** The trading screens on the stage; figures the made-up shop does not know are made up here. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type AccountState, abc, customerGroups } from '../../src/features/performance/trading/model.ts'
import type {
  AccountsAsked,
  AccountsTold,
  LaunchesAsked,
  LaunchesTold,
  PeakAsked,
} from '../../src/features/performance/trading/shape.ts'
import type { ProductsAsked, ProductsTold } from '../../src/metrics/assortment/shape.ts'
import type { Answer, AnswerRow, Definition, Query } from '../../src/metrics/query.ts'
import type { Tree, TreeNode } from '../../src/metrics/tree/shape.ts'
import { vocabulary } from '../../src/metrics/vocabulary.ts'
import {
  builtBundle,
  complaints,
  describeInBrowser,
  expectAccessibleInBoth,
  openBrowser,
  watchMoves,
} from './browser.ts'
import { ask } from './shop.ts'
import { openStage, type Stage } from './stage.ts'

const known = vocabulary()

/** The shop's answer, with a share, a ratio or a count in place of what it does not know. */
function answered(query: Query): Answer {
  const answer = ask({ ...query, filters: [] })
  // One cohort, that of the first month.
  if (query.by?.includes('cohort')) for (const row of answer.rows) row.cohort = answer.rows[0]?.period ?? ''
  // Dimensions the shop does not have: each line is the next of their values.
  const names = {
    search_term: ['mug', 'delivery'],
    landing_page: ['/sale', '/lamps'],
    customer_group: Object.keys(customerGroups),
    days_since_order: ['3', '20', '45', '200'],
  }
  for (const [by, values] of Object.entries(names))
    if (query.by?.includes(by)) {
      const [row] = answer.rows
      answer.rows = values.map(value => ({ ...row, [by]: value }))
    }
  const madeUp = (name: string, n: number) => {
    const unit = known.get(name)?.unit
    return unit === 'share' ? String(0.4 / (n + 2)) : unit === 'ratio' ? '3.2' : String(9000 - 700 * n)
  }
  const fill = (row: AnswerRow) =>
    query.metrics.forEach((name, n) => {
      row[name] ??= madeUp(name, n)
      for (const compared of Object.values(row.compare ?? {})) {
        const against = compared.values[name]
        if (against?.value === null)
          compared.values[name] = { value: madeUp(name, n), delta: '0', ratio: '0' }
      }
    })
  for (const row of [...answer.rows, answer.totals]) fill(row)
  const definitions: Record<string, Definition> = {}
  for (const name of query.metrics) {
    const metric = known.get(name)
    if (metric) definitions[name] = { ...metric, sources: [] }
  }
  return { ...answer, meta: { ...answer.meta, missing: {}, definitions } }
}

const metrics = [
  'net_sales',
  'units_sold',
  'asp',
  'gross_profit',
  'gross_margin',
  'return_rate',
  'stock_units',
  'sell_through',
  'weeks_of_cover',
  'stockout_days',
  'lost_sales',
]

function products(asked: Partial<ProductsAsked>): ProductsTold {
  const by = asked.by ?? 'product'
  const { from, to } = asked
  const answer = answered({
    metrics,
    by: [by === 'product' ? 'product' : 'channel'],
    ...(from && to && { from, to }),
    ...(asked.compare && { compare: [asked.compare] }),
  })
  const graded = abc(
    answer.rows.map(row => ({
      key: String(row.product),
      amount: Number(row.net_sales),
      units: Number(row.units_sold),
    })),
  )
  const rows = answer.rows.map((row): AnswerRow => {
    const grade = graded.get(String(row.product)) ?? 'U'
    const title = String(row.product).slice(6)
    return by === 'product'
      ? Object.assign({}, row, { title, category: 'Gifts', brand: '', grade })
      : Object.assign({}, row, { [by]: String(row.channel), products: '4' })
  })
  const found = rows.filter(row => !asked.grades?.length || asked.grades.some(grade => grade === row.grade))
  return {
    ...answer,
    rows: found,
    meta: { ...answer.meta, count: found.length },
    grades: (['A', 'B', 'C', 'U'] as const).map(grade => ({
      grade,
      products: by === 'product' ? rows.filter(row => row.grade === grade).length : 4,
      amount: '1000',
      share: '0.25',
    })),
    demand: { from: '2011-11-12', to: '2011-12-09', seasonal: true },
    unpaced: 0,
    stockDays: 9,
  }
}

/** A small tree: net sales of two factors, one of them with an input; the numbers are made up. */
function tree(asked: { compare: string }): Tree {
  const node = (
    id: string,
    joined: TreeNode['joined'],
    value: string,
    moved: string | null,
    more: Partial<TreeNode> = {},
  ): TreeNode => {
    const path = id.split('/')
    const metric = path.at(-1) ?? ''
    const found = known.get(metric)
    const {
      label = metric,
      description = '',
      formula = '',
      unit = 'money',
      good = 'up',
      owner = '',
    } = found ?? {}
    const parent = path.slice(0, -1).join('/') || null
    return {
      id,
      parent,
      metric,
      label,
      about: { description, formula, unit, good, owner, sources: [] },
      joined,
      input: joined === 'input',
      value,
      before: { value, delta: '-500', ratio: '-0.05' },
      plan: null,
      moved,
      of: moved === null ? null : parent,
      where: [],
      stores: null,
      missing: null,
      ...more,
    }
  }
  return {
    from: '2011-11-12',
    to: '2011-12-09',
    currency: 'GBP',
    comparison: { name: asked.compare, label: '', from: '2011-10-15', to: '2011-11-11' },
    plan: null,
    nodes: [
      node('net_sales', 'root', '9500', null),
      node('net_sales/orders', 'times', '80', '-800'),
      node('net_sales/orders/stockout_rate', 'input', '0.04', null),
      node('net_sales/aov', 'times', '118.75', '300'),
    ],
    warnings: [],
  }
}

/** Two products by week since their launch. */
const launched = ({ to }: LaunchesAsked): LaunchesTold => ({
  items: ['Jubilee bunting', 'Harbour lamp'].map((title, n) => ({
    product: `N${n}`,
    title,
    category: 'Gifts',
    launched: '2011-10-01',
    curve: [120, 240, 400, 430, 500].map(sum => sum * (n + 1)),
    against: n === 0 ? 0.4 : 1.6,
  })),
  middle: [100, 200, 300, 400, 450].map(half => ({ low: half / 2, half, high: half * 2, products: 4 })),
  to,
  currency: 'GBP',
  definitions: {},
})

/** Two accounts, one of which is leaving. */
function trade({ from, to, state }: AccountsAsked): AccountsTold {
  const { totals, meta } = answered({ metrics: ['net_sales', 'orders', 'aov', 'discount_rate'], from, to })
  const line = (name: string, own: AccountState, daysSince: number) => ({
    store: 'shop',
    account: name,
    name,
    segment: 'Hotels',
    lastOrder: '2011-11-01',
    daysSince,
    interval: 12,
    state: own,
    penetration: '0.25',
    figures: { net_sales: '1200', orders: '4', aov: '300', discount_rate: '0.1' },
    compare: {},
  })
  const rows = [line('Old Mill Hotels', 'active', 3), line('Harbour Inn', 'lapsing', 30)]
  return {
    rows: rows.filter(one => !state || one.state === state),
    counts: { active: 1, lapsing: 1 },
    totals,
    meta,
  }
}

describeInBrowser('the trading screens', () => {
  let browser: Browser
  let stage: Stage
  let page: Page
  let heard: string[]
  /** Orders a minute in the busiest five, as the shops have it. */
  let busiest = 9

  beforeAll(async () => {
    browser = await openBrowser()
    stage = await openStage({ dist: builtBundle() })
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      baseURL: stage.url,
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    heard = complaints(page)
    const peakDay = ({ day, compare, stores }: PeakAsked) => ({
      pace: {
        until: '00:43',
        store: null,
        five: 4,
        fifteen: 2,
        most: { until: '00:20', perMinute: stores?.length ? 1 : busiest },
      },
      ...answered({
        metrics: ['net_sales', 'orders'],
        from: day,
        to: day,
        grain: 'hour',
        compare: [compare],
      }),
      soFar: null,
      plan: null,
      planned: null,
      ceiling: '900',
      record: { period: '2010-12-06 12:00', orders: '31' },
    })
    stage.says({
      'performance/query': answered,
      'performance/products': products,
      'performance/tree': tree,
      'performance/peakDay': peakDay,
      'performance/accounts': trade,
      'performance/launches': launched,
    })
  })
  afterAll(async () => {
    await stage?.close()
  })
  afterEach(() => expect(heard.splice(0)).toEqual([]))
  const title = () => page.getByRole('heading', { level: 1 })
  /** What the tile of orders a minute shows. */
  const perMinute = async () =>
    (await page
      .getByLabel('The day so far')
      .locator(':scope > div')
      .filter({ hasText: 'Orders a minute' })
      .locator('[class*=value]')
      .first()
      .textContent()) ?? ''

  it('move nothing that one may be about to press, and need no scrolling sideways', async () => {
    const moved = await watchMoves(page)
    await page.goto('/products')
    const table = page.getByRole('region', { name: 'The assortment by product' })
    await table.waitFor()
    await page.waitForLoadState('networkidle')
    expect(await moved()).toEqual([])
    expect(await table.evaluate(one => one.scrollWidth - one.clientWidth)).toBe(0)
  })

  it('print charts in the colours of paper, also from a dark screen, and are dark again after', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto('/customers')
    const words = page.locator('[role=img] svg text')
    await words.first().waitFor()
    await page.waitForLoadState('networkidle')
    const inks = () => words.evaluateAll(all => [...new Set(all.map(one => one.getAttribute('fill')))])
    const when = (event: string) => page.evaluate(name => void window.dispatchEvent(new Event(name)), event)
    const dark = await inks()
    await when('beforeprint')
    const paper = await inks()
    expect(dark.length).toBeGreaterThan(0)
    expect(paper.filter(ink => dark.includes(ink))).toEqual([])
    await when('afterprint')
    expect(await inks()).toEqual(dark)
    await page.emulateMedia({ colorScheme: 'light' })
  })

  it('grade products, narrow to a grade, roll up to categories and open the rows behind a line', async () => {
    await page.goto('/products')
    await expect.poll(() => title().textContent()).toMatch(/products make 25 % of sales .*; stock-outs/)
    await expectAccessibleInBoth(page)
    const table = page.getByRole('table', { name: 'The assortment by product' })
    const all = await table.getByRole('row').count()
    await page.getByRole('list', { name: 'Products by grade' }).getByRole('button', { name: /^C/ }).click()
    await page.waitForURL(/grade=C/)
    await expect.poll(() => table.getByRole('row').count()).toBeLessThan(all)
    await table.getByRole('row').nth(1).click()
    const sheet = page.getByRole('dialog', { name: 'Rows behind Net sales' })
    await sheet.waitFor()
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'hidden' })
    await page
      .getByRole('table', { name: 'New products, the newest first' })
      .getByText('Harbour lamp')
      .click()
    await page.waitForURL(/launch=N1/)
    await page.getByRole('radiogroup', { name: 'One line for each' }).getByText('Category').click()
    await page.getByRole('table', { name: 'The assortment by category' }).waitFor()
  })

  it('show the funnel over all sessions, split as one asks', async () => {
    await page.goto('/funnel')
    await expect.poll(() => title().textContent()).toMatch(/^Conversion rate /)
    await page.getByRole('list', { name: 'Stages of the funnel' }).getByText('Reached checkout').waitFor()
    await page.getByRole('radiogroup', { name: 'Split by' }).getByText('Channel').click()
    await page.waitForURL(/by=channel/)
    await page.getByRole('table', { name: 'Where it differs by channel' }).waitFor()
    // What people came in by and searched for, where it is known.
    await page.getByRole('rowheader', { name: 'delivery' }).waitFor()
    await page.goto('/funnel?by=landing_page')
    await page.getByRole('rowheader', { name: '/sale' }).waitFor()
    await expectAccessibleInBoth(page)
  })

  it('show what is left after each cost in the tiers of the company, best and worst by what one asks', async () => {
    await page.goto('/contribution')
    await expect.poll(() => title().textContent()).toMatch(/^Contribution margin 3 /)
    const tiers = page.getByLabel('Tiers and what they are made of')
    await tiers.getByText('= contribution margin 1 − fulfilment − payment fees − return handling').waitFor()
    await page.getByRole('radiogroup', { name: 'Order of the lines' }).getByText('Worst').click()
    await page.waitForURL(/order=worst/)
    await page.getByRole('table', { name: 'Where least is left by product' }).waitFor()
    await expectAccessibleInBoth(page)
    // Its tile in the cockpit, once costs are known, has a course as all others have.
    await page.route('**/api/rpc/settings/read', async route => {
      const answer = await route.fetch()
      const told = await answer.json()
      told.json.costRates = [{}]
      await route.fulfill({ json: told })
    })
    await page.goto('/')
    const tile = page.getByRole('button', { name: /^Show Cm3 below/ })
    await expect.poll(() => tile.locator('svg').count()).toBe(1)
    await page.unroute('**/api/rpc/settings/read')
  })

  it('walk the metric tree by keyboard, and open a metric with its owner and the way to its rows', async () => {
    await page.goto('/tree')
    await expect.poll(() => title().textContent()).toMatch(/^Net sales £9,500.*: most by orders −£800/)
    await expectAccessibleInBoth(page)
    const rows = page.getByRole('treegrid').locator('tbody tr')
    await expect.poll(() => rows.count()).toBe(3)
    await rows.first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => rows.count()).toBe(4)
    expect(await rows.nth(1).getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('Enter')
    const sheet = page.getByRole('dialog', { name: 'Orders' })
    await sheet.getByLabel('Owner').waitFor()
    await sheet.getByRole('button', { name: 'Open in the explorer' }).click()
    await page.waitForURL(/explore.*metrics=orders/)
  })

  it('show what media and messages cost and bring, campaigns apart from automations', async () => {
    await page.goto('/marketing')
    await expect.poll(() => title().textContent()).toMatch(/^Media spend /)
    await page.getByRole('button', { name: 'Revenue per recipient, campaigns' }).first().waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('radiogroup', { name: 'Kind of message' }).getByText('Automations').click()
    await page.getByRole('button', { name: 'Revenue per recipient, flows' }).first().waitFor()
  })

  it('follow each month’s new customers and say when they paid back what they cost', async () => {
    await page.goto('/customers')
    await expect.poll(() => title().textContent()).toMatch(/^Customers [\d,]+ /)
    await page.getByRole('table', { name: /^Cohorts by month of first order/ }).waitFor()
    await page.getByText(/^Contribution before media per customer has reached/).waitFor()
    await expectAccessibleInBoth(page)
    await page
      .getByRole('table', { name: 'Customer groups, the best first' })
      .getByText('Champions')
      .waitFor()
    await page.getByRole('list', { name: 'Days since the order before' }).waitFor()
    const accounts = page.getByRole('table', { name: 'B2B accounts, the largest of the period first' })
    await accounts.getByText('Old Mill Hotels').waitFor()
    await page.getByRole('radiogroup', { name: 'Which accounts' }).getByText('Lapsing 1').click()
    await accounts.getByText('Old Mill Hotels').waitFor({ state: 'detached' })
    await page.getByRole('radiogroup', { name: 'What is followed' }).getByText('Net sales').click()
    await page.getByText('net sales to date per customer of the cohort', { exact: true }).waitFor()
  })

  it('follow the day for a wall, against the same hours of another', async () => {
    await page.goto('/peak')
    await expect
      .poll(() => title().textContent())
      .toMatch(/^Net sales £[\d,]+ by 01:00 on 9 Dec 2011, .* above the same hours of /)
    await page.getByLabel('The day so far').getByText('Orders that can be shipped today').waitFor()
    await page.getByText(/^the busiest hour in a year: /).waitFor()
    // No target has the day: the tile says where to save one.
    await page.getByRole('link', { name: 'save a target' }).waitFor()
    await page.getByLabel('The day so far').getByText('vs LY weekday').first().waitFor()
    await expectAccessibleInBoth(page)
    // Of the top bar the day has no part, its stores have.
    expect(await page.getByRole('button', { name: /^(Period|Comparison)/ }).count()).toBe(0)
    await page.getByRole('group', { name: 'Store and currency' }).waitFor()
    await expect.poll(perMinute).toMatch(/^9/)
    await page.getByText('the five minutes to 00:20').waitFor()
    await page.goto('/peak?store=online')
    await expect.poll(perMinute).toMatch(/^1/)
  })

  it('read the day anew each minute, by themselves', async () => {
    await page.clock.install()
    await page.goto('/peak')
    await expect.poll(perMinute).toMatch(/^9/)
    busiest = 7
    await page.clock.fastForward(55_000)
    expect(await perMinute()).toMatch(/^9/)
    await page.clock.fastForward(10_000)
    await expect.poll(perMinute).toMatch(/^7/)
    await page.clock.resume()
  })

  it('say what would supply them where there is nothing', async () => {
    stage.says({})
    stage.answer('empty')
    for (const [path, words] of [
      ['/products', 'Connect a shop'],
      ['/funnel', 'Connect Google Analytics'],
      ['/contribution', 'Connect a shop'],
      ['/tree', 'Connect a shop'],
      ['/marketing', 'Connect an ad platform'],
      ['/customers', 'Connect a shop'],
      ['/peak', 'Connect a shop'],
    ] as const) {
      await page.goto(path)
      await page.getByText(words).waitFor()
    }
  })
})
