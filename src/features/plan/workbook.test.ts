import ExcelJS from 'exceljs'
import { describe, expect, it } from 'vitest'
import { civilYear } from '#kernel/period.ts'
import { calculate, type Input } from '#kernel/plan/calculate.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import { type Sheet, sheetPeriods } from '#kernel/plan/sheet.ts'
import { template } from '#kernel/plan/templates.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { differencesIn } from './file-differences.ts'
import { columnsOf, figure, sheetFrom } from './pasted.ts'
import { mapped } from './sheet-rows.ts'
import { bookRead, workbookOf } from './workbook.ts'

const sheet: Sheet = {
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', '2027-06-30'),
  dimensions: [{ name: 'channel', label: 'Channel', members: ['web', 'shop'] }],
  lines: template({ trade: 'b2c', over: ['channel'] }),
}
const figures: Record<string, string> = {
  sessions: '12345',
  conversion: '0.0213',
  aov: '48.37',
  discount_rate: '0.062',
  return_rate: '0.0815',
  cogs_rate: '0.4385',
  fulfilment_per_order: '4.35',
  payment_fee_rate: '0.0175',
  return_handling_rate: '0.12',
  media: '2100.55',
  headcount: '4',
  cost_per_head: '3150.10',
  intake: '15000',
  opening_stock: '90000',
  paid_later: '0.2',
  software: '410.99',
}
const inputs: Input[] = sheet.lines
  .filter(line => line.formula === null && figures[line.name] !== undefined)
  .flatMap(line =>
    (line.over.length > 0 ? [['web'], ['shop']] : [[]]).flatMap(slice =>
      sheet.periods.map(({ key }) => ({
        line: line.name,
        slice,
        period: key,
        value: figures[line.name] as string,
      })),
    ),
  )
const plan = calculate(sheet, inputs)

describe('a version as a workbook', () => {
  it('comes back as it went: nothing differs', async () => {
    const found = await bookRead(await workbookOf(plan, 'Budget'), sheet)
    expect(differencesIn(found, plan)).toEqual({ cells: [], wrong: [], unknown: [], mark: null })
  })

  it('has live formulas that are the plan’s own, over the rows they read', async () => {
    const book = new ExcelJS.Workbook()
    await book.xlsx.load((await workbookOf(plan, 'Budget')).buffer as ArrayBuffer)
    const page = book.getWorksheet('Plan') as ExcelJS.Worksheet
    const rowOf = (label: string) => {
      for (let n = 3; n <= page.rowCount; n += 1) if (page.getRow(n).getCell(2).value === label) return n
      return 0
    }
    expect(page.getColumn(1).hidden).toBe(true)
    expect(page.getRow(1).hidden).toBe(true)
    const [sessions, conversion, orders] = ['Sessions', 'Orders per session', 'Orders'].map(rowOf)
    expect(page.getRow(orders as number).getCell(4).formula).toBe(`(D${sessions}*D${conversion})`)
    const result = page.getRow(rowOf('EBITDA of the department')).getCell(4)
    expect(result.formula).toMatch(/^\(SUM\(D\d+,D\d+\)-D\d+\)$/)
    // What Excel will show is what the plan says, to the cent.
    expect(Number(result.result).toFixed(2)).toBe(
      Number(plainOrNull(plan.value({ line: 'ebitda', slice: [], period: '2027-01' }))).toFixed(2),
    )
  })

  it('shows what was changed, and what is no number, before anything is taken', async () => {
    const book = new ExcelJS.Workbook()
    await book.xlsx.load((await workbookOf(plan, 'Budget')).buffer as ArrayBuffer)
    const page = book.getWorksheet('Plan') as ExcelJS.Worksheet
    page.eachRow((row, n) => {
      if (n > 2 && row.getCell(2).value === 'Software') {
        row.getCell(5).value = 500
        row.getCell(6).value = 'five hundred'
      }
    })
    const found = differencesIn(await bookRead(new Uint8Array(await book.xlsx.writeBuffer()), sheet), plan)
    expect(found.cells).toEqual([
      { line: 'software', slice: [], period: '2027-02', value: '500', before: '410.99' },
    ])
    expect(found.wrong[0]).toContain('"five hundred" is no number')
    await expect(bookRead(new TextEncoder().encode('no workbook'), sheet)).rejects.toThrow('no XLSX')
  })
})

/**
 * The worked example: the same six months in plain arithmetic that a finance person would put in a spreadsheet,
 * each step rounded nowhere, agreeing with the plan to the cent.
 */
describe('the worked example', () => {
  it('agrees to the cent from sessions down to cash and open to buy', () => {
    const f = Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, Number(value)]),
    ) as Record<string, number>
    const at = (name: string) => f[name] as number
    const orders = at('sessions') * at('conversion')
    const demand = orders * at('aov')
    const returns = -demand * at('return_rate')
    const net = demand + returns
    const cogs = net * at('cogs_rate')
    const cm1 = net - cogs
    const cm2 =
      cm1 -
      orders * at('fulfilment_per_order') -
      demand * at('payment_fee_rate') -
      -returns * at('return_handling_rate')
    const cm3 = cm2 - at('media')
    const opex = at('software') + at('headcount') * at('cost_per_head')
    // Two channels alike.
    const ebitda = 2 * cm3 - opex
    const first = { members: {}, first: 0, last: 0 }
    const half = { members: {}, first: 0, last: 5 }
    const value = (name: string, part = first) => Number(plainOrNull(rolled(plan, name, part))).toFixed(2)
    expect(value('net_sales')).toBe((2 * net).toFixed(2))
    expect(value('cm1')).toBe((2 * cm1).toFixed(2))
    expect(value('cm2')).toBe((2 * cm2).toFixed(2))
    expect(value('cm3')).toBe((2 * cm3).toFixed(2))
    expect(value('ebitda')).toBe(ebitda.toFixed(2))
    expect(value('ebitda', half)).toBe((6 * ebitda).toFixed(2))
    expect(Number(plainOrNull(rolled(plan, 'opex_ratio', half))).toFixed(8)).toBe(
      (opex / (2 * net)).toFixed(8),
    )
    expect(value('stock_end', half)).toBe((2 * (90_000 + 6 * (15_000 - cogs))).toFixed(2))
    expect(value('open_to_buy')).toBe((2 * (cogs - 90_000)).toFixed(2))
    // Of six months: what they sell less what is there at first, whatever comes in meanwhile.
    expect(value('open_to_buy', half)).toBe((2 * (6 * cogs - 90_000)).toFixed(2))
    // A fifth of each month's sales is paid the month after.
    expect(value('cash_in')).toBe((2 * net * 0.8).toFixed(2))
    expect(value('cash_in', { members: {}, first: 1, last: 1 })).toBe((2 * net).toFixed(2))
  })
})

describe('the worked example of business trade', () => {
  it('works business trade out from accounts and the pipeline', () => {
    const periods = sheetPeriods(civilYear, '2026-01-01', '2026-01-31')
    const trade: Sheet = {
      currency: 'GBP',
      periods,
      dimensions: [],
      lines: template({ trade: 'b2b', over: [] }),
    }
    const figures = {
      accounts: '200',
      active_rate: '0.25',
      orders_per_account: '2',
      b2b_order_value: '300',
      pipeline: '50000',
      win_rate: '0.2',
    }
    const inputs = Object.entries(figures).map(([line, value]) => ({
      line,
      slice: [],
      period: '2026-01',
      value,
    }))
    const at = calculate(trade, inputs)
    // 200 × ¼ × 2 orders of 300, and a fifth of the pipeline.
    expect(plainOrNull(at.value({ line: 'demand_b2b', slice: [], period: '2026-01' }))).toBe('40000')
  })
})

describe('figures as people write them', () => {
  it('reads thousands, commas, brackets and percent, and refuses a text', () => {
    expect(['1,234.50', '1.234,50', '£1 234', '(12)', '3.5 %', '', '12,5', '1,234'].map(figure)).toEqual([
      '1234.50',
      '1234.50',
      '1234',
      '-12',
      '0.035',
      null,
      '12.5',
      '1234',
    ])
    expect(() => figure('about ten')).toThrow('is no number')
    expect(figureOf('12 %', {}, 'x')).toBe('0.12')
    // A decimal comma is no thousand: twelve and a half, not 125.
    expect(['12,5', '1.234,50', '0,125', '2,5 %'].map(typed => figureOf(typed, {}, 'x'))).toEqual([
      '12.5',
      '1234.5',
      '0.125',
      '0.025',
    ])
    expect(['1,234', '1,234,567', '1,234.50'].map(typed => figureOf(typed, {}, 'x'))).toEqual([
      '1234',
      '1234567',
      '1234.5',
    ])
    expect(() => figureOf('-3', {}, 'Sessions (UK; Jan)')).toThrow('Sessions (UK; Jan) cannot be below 0')
  })
  it('takes a part of a whole for what was meant, or says so', () => {
    const conversion = { unit: 'orders/sessions' }
    expect(['3.5 %', '0.035', '1', '350 %'].map(typed => figureOf(typed, conversion, 'x'))).toEqual([
      '0.035',
      '0.035',
      '1',
      '3.5',
    ])
    expect(() => figureOf('3.5', conversion, 'Conversion (Jan)')).toThrow(
      'Conversion (Jan): 3.5 is 350 % here',
    )
    expect(() => figureOf('12', { unit: 'share' }, 'x')).toThrow('1200 %')
    expect(figureOf('12', { unit: 'money/orders' }, 'x')).toBe('12')
    const year = {
      from: '2027-01-01',
      to: '2027-06-30',
      rule: civilYear,
      grain: 'month' as const,
      currency: 'GBP',
    }
    const pasted = (row: string[]) => sheetFrom([['', 'Jan', 'Feb'], row], year)
    expect(() => pasted(['Returns', '3 %', '4'])).toThrow('Returns, Feb 2027: 4 is 400 % here, beside')
    const lines = template({ trade: 'b2c', over: [] })
    const rows = { CR: 'conversion' }
    expect(() => mapped(pasted(['CR', '3.5', '0']), lines, rows)).toThrow('3.5 in 2027-01 would be 350 %')
    expect(mapped(pasted(['CR', '3.5 %', '0.03']), lines, rows).inputs.map(one => one.value)).toEqual([
      '0.035',
      '0.03',
    ])
  })
  it('matches headings to periods, and takes a large budget whole', () => {
    expect(columnsOf(['Mar', 'Jan'], sheet.periods).map(period => period?.key)).toEqual([
      '2027-03',
      '2027-01',
    ])
    const block = [['', 'Jan', 'Feb'], ...Array.from({ length: 200_000 }, (_, n) => [`Line ${n}`, '1', '2'])]
    const { inputs: many } = sheetFrom(block, {
      rule: civilYear,
      from: '2027-01-01',
      to: '2027-06-30',
      grain: 'month',
      currency: 'GBP',
    })
    expect(many).toHaveLength(400_000)
  })
})
