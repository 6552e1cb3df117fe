/** The product against docs/worked-example.xlsx: the spreadsheet's own formulas are worked out here from its typed figures. */
import { join } from 'node:path'
import { Decimal } from 'decimal.js'
import ExcelJS from 'exceljs'
import { beforeAll, describe, expect, it } from 'vitest'
import { usedOf } from '#features/plan/budget.ts'
import { civilYear } from '#kernel/period.ts'
import { versionBridge } from '#kernel/plan/bridge.ts'
import { calculate, type Input } from '#kernel/plan/calculate.ts'
import { driverShares } from '#kernel/plan/driver-shares.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import { type Line, type Sheet, sheetPeriods } from '#kernel/plan/sheet.ts'
import { priceVolumeMix } from '#kernel/plan/variance.ts'

const Exact = Decimal.clone({ precision: 50 })
const book = new ExcelJS.Workbook()
beforeAll(() => book.xlsx.readFile(join(import.meta.dirname, '../docs/worked-example.xlsx')))

/** The text of a cell, typed. */
const typed = (page: string, cell: string) => String(book.getWorksheet(page)?.getCell(cell).value ?? '')

/** A cell worked out: numbers, references, SUM and the four operations, exactly. */
function worth(page: string, cell: string): Decimal {
  const found = book.getWorksheet(page)?.getCell(cell)
  const formula = found?.formula
  if (!formula) return new Exact(String(found?.value ?? 0))
  const parts = formula.match(/SUM\([A-Z]+\d+:[A-Z]+\d+\)|(\w+!)?[A-Z]+\d+|\d+(\.\d+)?|[-+*/()]/g) ?? []
  let at = 0
  const atom = (): Decimal => {
    const part = parts[at++] ?? ''
    if (part === '(') {
      const inner = sum()
      at += 1
      return inner
    }
    const span = /^SUM\(([A-Z]+)(\d+):([A-Z]+)(\d+)\)$/.exec(part)
    if (span) {
      let total = new Exact(0)
      const [, a = '', top, b = '', bottom] = span
      for (let column = a.charCodeAt(0); column <= b.charCodeAt(0); column += 1)
        for (let row = Number(top); row <= Number(bottom); row += 1)
          total = total.plus(worth(page, `${String.fromCharCode(column)}${row}`))
      return total
    }
    if (/^\d/.test(part)) return new Exact(part)
    const [sheet, address] = part.includes('!') ? part.split('!') : [page, part]
    return worth(sheet ?? page, address ?? '')
  }
  const product = (): Decimal => {
    let value = atom()
    while (parts[at] === '*' || parts[at] === '/')
      value = parts[at++] === '*' ? value.times(atom()) : value.div(atom())
    return value
  }
  const sum = (): Decimal => {
    let value = product()
    while (parts[at] === '+' || parts[at] === '-')
      value = parts[at++] === '+' ? value.plus(product()) : value.minus(product())
    return value
  }
  return sum()
}

const cents = (value: Decimal | string | null | undefined) => new Exact(value ?? Number.NaN).toFixed(2)

const line = (name: string, unit: string, formula: string | null, rest: Partial<Line> = {}): Line => ({
  name,
  label: name,
  unit,
  formula,
  over: [],
  roll: 'sum',
  good: 'up',
  ...rest,
})
const sheet: Sheet = {
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2026-01-01', '2026-03-31'),
  dimensions: [],
  lines: [
    line('sessions', 'sessions', null),
    line('conversion', 'orders/sessions', null, { roll: 'weighted', weight: 'sessions' }),
    line('orders', 'orders', 'sessions * conversion'),
    line('aov', 'money/orders', null, { roll: 'weighted', weight: 'orders' }),
    line('net_sales', 'money', 'orders * aov'),
    line('cogs_rate', 'share', null, { roll: 'weighted', weight: 'net_sales', good: 'down' }),
    line('cogs', 'money', 'net_sales * cogs_rate', { good: 'down' }),
    line('media', 'money', null, { good: 'down' }),
    line('profit', 'money', 'net_sales - cogs - media', { negative: true }),
  ],
}
const rows = {
  sessions: 2,
  conversion: 3,
  orders: 4,
  aov: 5,
  net_sales: 6,
  cogs_rate: 7,
  cogs: 8,
  media: 9,
  profit: 10,
}
const inputsOf = (page: string): Input[] =>
  sheet.lines.flatMap(({ name, formula }) =>
    formula !== null
      ? []
      : sheet.periods.map(({ key }, n) => ({
          line: name,
          slice: [],
          period: key,
          value: typed(page, `${'BCD'[n]}${rows[name as keyof typeof rows]}`),
        })),
  )
const quarter = { members: {}, first: 0, last: 2 }

describe('the worked example', () => {
  it('agrees to the cent on every line, month by month and for the quarter', () => {
    for (const page of ['Plan', 'Actual']) {
      const plan = calculate(sheet, inputsOf(page))
      for (const [name, row] of Object.entries(rows)) {
        const exact = ['conversion', 'cogs_rate'].includes(name)
        const shown = (value: Decimal | string | null) =>
          exact ? new Exact(value ?? Number.NaN).toFixed(10) : cents(value)
        sheet.periods.forEach((period, n) => {
          expect(
            [page, name, period.key, shown(plainOrNull(plan.at(plan.lineNumber(name) ?? -1, 0, n)))].join(
              ' ',
            ),
          ).toBe([page, name, period.key, shown(worth(page, `${'BCD'[n]}${row}`))].join(' '))
        })
        expect(shown(plainOrNull(rolled(plan, name, quarter)))).toBe(shown(worth(page, `E${row}`)))
      }
    }
  })

  it('agrees on every variance and on the bridge of the result', () => {
    const [a, b] = ['Plan', 'Actual'].map(page => calculate(sheet, inputsOf(page)))
    const total = (plan: typeof a, name: string) => plainOrNull(rolled(plan as never, name, quarter))
    const named: Record<string, string> = {
      Sessions: 'sessions',
      Orders: 'orders',
      'Net sales': 'net_sales',
      'Cost of goods': 'cogs',
      Media: 'media',
      Contribution: 'profit',
    }
    for (let row = 2; row <= 7; row += 1) {
      const name = named[typed('Variance', `A${row}`)] ?? ''
      const change = new Exact(total(b, name) ?? 0).minus(total(a, name) ?? 0)
      expect(cents(change)).toBe(cents(worth('Variance', `D${row}`)))
    }
    const span = { ...quarter, from: '', to: '', partly: false, a: quarter, b: quarter }
    const found = versionBridge(a as never, b as never, span)
    expect(found && [found.before, found.after, found.rest].map(cents)).toEqual(
      [worth('Variance', 'B7'), worth('Variance', 'C7'), new Exact(0)].map(cents),
    )
    expect(found?.steps.map(step => [step.name, cents(step.value)])).toEqual([
      ['net_sales', cents(worth('Variance', 'D4'))],
      ['cogs', cents(worth('Variance', 'D5').neg())],
      ['media', cents(worth('Variance', 'D6').neg())],
    ])
  })

  it('agrees on what volume, rate and price did, with nothing left over', () => {
    const plan = calculate(sheet, inputsOf('Plan'))
    const found = driverShares(plan, 'net_sales', quarter, inputsOf('Actual'))
    const of = (name: string) => found.steps.find(step => step.line === name)
    const page = 'Bridge of net sales'
    expect(of('sessions')).toMatchObject({ kind: 'volume', value: cents(worth(page, 'B3')) })
    expect(of('conversion')).toMatchObject({ kind: 'rate', value: cents(worth(page, 'B4')) })
    expect(of('aov')).toMatchObject({ kind: 'price', value: cents(worth(page, 'B5')) })
    expect(cents(worth(page, 'B7'))).toBe('0.00')
    expect([found.plan, found.actual].map(cents)).toEqual(['B2', 'B6'].map(cell => cents(worth(page, cell))))
    // The plan stands as it did.
    expect(cents(plainOrNull(rolled(plan, 'net_sales', quarter)))).toBe(cents(worth('Plan', 'E6')))
  })

  it('agrees on price, volume, mix and currency, product by product', () => {
    const page = 'Price, volume, mix'
    const cell = (column: string, row: number) => typed(page, `${column}${row}`)
    const found = priceVolumeMix(
      [2, 3, 4].map(row => ({
        key: cell('A', row),
        plan: { quantity: cell('B', row), amount: cell('C', row), rate: cell('D', row) },
        actual: { quantity: cell('E', row), amount: cell('F', row), rate: cell('G', row) },
      })),
    )
    for (const [effect, column] of [
      ['volume', 'H'],
      ['mix', 'I'],
      ['price', 'J'],
      ['currency', 'K'],
    ] as const) {
      expect(found.items.map(item => item.effects[effect])).toEqual(
        [2, 3, 4].map(row => cents(worth(page, `${column}${row}`))),
      )
      expect(found.effects[effect]).toBe(cents(worth(page, `${column}5`)))
    }
    expect(found.delta).toBe(cents(worth(page, 'L5')))
  })

  it('agrees on what is left of each budget line', () => {
    for (const row of [2, 3, 4]) {
      const budget = sheet.periods.map(({ from, to }, n) => ({
        from,
        to,
        amount: typed('Budget', `${'BCD'[n]}${row}`),
      }))
      const spent = [{ day: '2026-02-10', amount: typed('Budget', `E${row}`) }]
      const committed = [{ from: '2026-03-01', to: '2026-03-31', amount: typed('Budget', `F${row}`) }]
      const used = usedOf(budget, spent, committed, '2026-02-28', 'GBP')
      expect([used.budget, used.remaining].map(cents)).toEqual(
        ['G', 'H'].map(column => cents(worth('Budget', `${column}${row}`))),
      )
    }
  })
})
