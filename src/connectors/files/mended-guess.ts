import { plainName } from '#kernel/nearest.ts'
import { addedUp, addedUpWords, withoutTax } from './added-up.ts'
import { withCurrency } from './currency-signs.ts'
import {
  creditsTakeBack,
  discountsOfTheirOwn,
  refundedByState,
  returnsDated,
  takenBackWords,
} from './given-back.ts'
import { moneyOfLines } from './line-money.ts'
import { costOfLines, priceOfLines } from './line-price.ts'
import { discountOfOrders, linesBefore, moneyOfOrders } from './order-money.ts'
import { type Guess, ident, type Mapping } from './reading.ts'
import { shippingMoney } from './shipping-money.ts'
import { soldRows } from './sold-rows.ts'
import type { Seen } from './suggest.ts'
import { targets } from './targets/index.ts'
import { taxOnce } from './tax-inside.ts'
import { moneyWithoutTax } from './taxed-money.ts'
import { moneyLeftOut, noGoodsWords, totalsAgree } from './totals-agree.ts'
import { boughtRows, ofSales, testRows, totalRows, undoneRows, waitingWords } from './unlike-sales.ts'

/** Are all rows different orders, as far as the head shows? */
const ordersOnce = (rows: readonly string[][], at: number): boolean => {
  const cells = rows.map(row => (row[at] ?? '').trim()).filter(cell => cell !== '')
  return cells.length > 1 && new Set(cells).size === cells.length
}

/** Where every row is an order of its own and its money is the order's, it is no line of one. */
export const isOfOrders = (
  mapped: Readonly<Record<string, string>>,
  order: string | undefined,
  names: readonly string[],
  rows: readonly string[][],
) => {
  const by = names.indexOf(order ?? '')
  const sku = names.indexOf(mapped.sku ?? '')
  const products = sku >= 0 && !ordersOnce(rows, sku)
  const money = plainName(mapped.amount ?? '')
  const whole = /^(order|grand)/.test(money) || !(products || 'quantity' in mapped || 'title' in mapped)
  return by >= 0 && !('unit_price' in mapped) && whole && ordersOnce(rows, by)
}

/** The fees of a statement of payments, as postings of the ledger. */
export const feesOf = (
  fee: string,
  mapped: Readonly<Record<string, string>>,
  columns: readonly Seen[],
): Mapping | null => {
  const day = mapped.day ?? columns.find(one => one.type === 'time' || one.type === 'date')?.name
  if (!day) return null
  const { words, currency } = mapped
  const number = mapped.number ?? columns.find(one => plainName(one.name) === 'id')?.name
  const below = columns.find(one => one.name === fee)?.examples.some(cell => cell.startsWith('-'))
  const column = ident(fee)
  return {
    target: 'ledger_entries',
    where: `${column} <> 0`,
    reason: 'no fee was taken',
    columns: {
      day,
      account: "'Payment fees'",
      amount: below ? `-${column}` : fee,
      ...(number && { number }),
      ...(words && { words }),
      ...(currency && { currency }),
    },
  }
}

const sumUp =
  'gross profit|net profit|net income|net loss|operating profit|operating income|net operating income|ebitda'.split(
    '|',
  )

/** A plan or the books without the rows that add up others: Total costs, Gross profit. */
const withoutTotals = (mapping: Mapping, columns: readonly Seen[], rows: readonly string[][]): Guess => {
  const label = mapping.columns.line ?? mapping.columns.account ?? ''
  const at = columns.findIndex(one => one.name === label)
  const said = rows.map(row => (row[at] ?? '').trim().toLowerCase())
  const sums = sumUp.filter(word => said.includes(word))
  const totals = said.some(cell => cell.startsWith('total '))
  if (mapping.where || at < 0 || (sums.length === 0 && !totals)) return { mapping, warnings: [] }
  const column = `lower(trim(${ident(label)}))`
  const where = [
    ...(totals ? [`not starts_with(${column}, 'total ')`] : []),
    ...(sums.length > 0 ? [`${column} not in (${sums.map(word => `'${word}'`).join(', ')})`] : []),
  ].join(' and ')
  return {
    mapping: { ...mapping, where, reason: 'a row of totals' },
    warnings: [
      `Rows that add up others are left out with ${where}.`,
      ...(mapping.target === 'ledger_entries'
        ? [
            'Income stands above zero here, as costs do in the ledger: leave its rows out, too, or turn their sign.',
          ]
        : []),
    ],
  }
}

/** Rows of a file's head, and those of them that are lines of orders. */
interface Sample {
  rows: readonly string[][]
  lines: readonly string[][]
}

/** A guess mended by what its rows say: which are taken, and money without the tax that stands beside it. */
export const mendedBy = (
  guess: Mapping,
  columns: readonly Seen[],
  { rows, lines }: Sample,
  currency: string | undefined,
): Guess => {
  const taking = targets.find(target => target.name === guess.target)?.columns ?? {}
  const takes = 'currency' in taking && !('currency' in guess.columns)
  const names = columns.map(one => one.name)
  const asItIs = (mapping: Mapping): Guess => ({ mapping, warnings: [] })
  const mends: ((mapping: Mapping) => Guess)[] = [
    mapping => (takes ? withCurrency(mapping, names, rows, currency) : asItIs(mapping)),
    mapping => rowsTaken(mapping, columns, { rows, lines }, currency),
    mapping => (ofSales.includes(mapping.target) ? refundedByState(mapping, columns, rows) : asItIs(mapping)),
    mapping => (ofSales.includes(mapping.target) ? returnsDated(mapping, columns, rows) : asItIs(mapping)),
    mapping => (mapping.target === 'sales_lines' ? moneyWithoutTax(mapping, names, lines) : asItIs(mapping)),
    mapping =>
      ofSales.includes(mapping.target) && mapping.target !== 'refunds'
        ? creditsTakeBack(mapping, columns, rows)
        : asItIs(mapping),
    mapping =>
      mapping.target === 'sales_lines' || mapping.target === 'order_lines'
        ? discountsOfTheirOwn(mapping, columns, lines)
        : asItIs(mapping),
  ]
  const mended = mends.reduce((so, mend) => {
    const { mapping, warnings } = mend(so.mapping)
    return { mapping, warnings: [...so.warnings, ...warnings] }
  }, asItIs(guess))
  if (!ofSales.includes(guess.target)) return mended
  const left = [
    ...(guess.target === 'refunds' ? [] : takenBackWords(mended.mapping, columns, rows)),
    ...waitingWords(columns, rows),
    ...moneyLeftOut(mended.mapping, names, rows),
    ...noGoodsWords(mended.mapping, names, rows),
  ]
  return { ...mended, warnings: [...mended.warnings, ...left] }
}

/** The money of lines as the ledger has it: before discounts, without tax and shipping; `net` is the column without tax. */
const moneyOf = (
  mapping: Mapping,
  names: readonly string[],
  { rows, lines }: Sample,
  currency: string | undefined,
): Guess & { net: string | null } => {
  const priced = priceOfLines(discountOfOrders(mapping, names, rows), names, lines)
  const full = linesBefore(costOfLines(priced.mapping, names, lines), names, lines)
  const made = moneyOfLines(full.mapping, names, lines)
  const { amount, tax } = made.mapping.columns
  const { shipping } = made.mapping.columns
  const net =
    amount && tax
      ? (withoutTax(names, lines, amount, tax) ??
        (shipping ? withoutTax(names, lines, amount, tax, shipping) : null))
      : null
  const taxed = net
    ? {
        mapping: { ...made.mapping, columns: { ...made.mapping.columns, amount: net } },
        warnings: [],
        inside: true,
      }
    : taxOnce(made.mapping, names, lines, { before: made.before, currency })
  const shipped = shippingMoney(taxed.mapping, names, lines, taxed.inside)
  const agreed =
    mapping.target === 'order_lines'
      ? totalsAgree(shipped.mapping, names, { rows: soldRows(names, rows), lines: soldRows(names, lines) })
      : null
  const warnings = [priced, full, made, taxed, shipped, ...(agreed ? [agreed] : [])].flatMap(
    one => one.warnings,
  )
  return { mapping: (agreed ?? shipped).mapping, warnings, net }
}

const rowsTaken = (
  mapping: Mapping,
  columns: readonly Seen[],
  { rows, lines }: Sample,
  currency?: string,
): Guess => {
  if (mapping.target === 'budget_lines' || mapping.target === 'ledger_entries')
    return withoutTotals(mapping, columns, rows)
  if (!ofSales.includes(mapping.target)) return { mapping, warnings: [] }
  const names = columns.map(one => one.name)
  const { order_id, amount } = mapping.columns
  const made =
    mapping.target === 'orders'
      ? { ...moneyOfOrders(mapping, names, rows), net: null }
      : moneyOf(mapping, names, { rows, lines }, currency)
  const summed = order_id && amount ? addedUp(names, lines, order_id, made.net ?? amount) : null
  const undone =
    'cancelled_at' in mapping.columns
      ? null
      : (undoneRows(columns, rows, order_id) ?? boughtRows(columns, rows))
  const below = totalRows(mapping.columns, columns, rows)
  const tried = testRows(columns, rows)
  const reasons = [
    ...(summed?.where ? ['a row that adds up the others of its order'] : []),
    ...[below, undone, tried].flatMap(one => one?.reason ?? []),
  ]
  const where = [summed?.where, below?.where, undone?.where, tried?.where].filter(
    one => one !== undefined && one !== null,
  )
  const reason = reasons.length === 1 ? reasons[0] : undefined
  return {
    mapping: {
      ...made.mapping,
      ...(where.length > 0 && { where: where.join(' and ') }),
      ...(where.length > 0 && reason && { reason }),
      // Earlier it may have been one: what came in of it then is no more.
      ...(undone && 'gone' in undone && undone.gone && order_id && { gone: undone.gone }),
    },
    warnings: [
      ...made.warnings,
      ...(summed ? [addedUpWords(summed)] : []),
      ...[below, undone, tried].flatMap(one =>
        one ? [`Rows ${one.words} are left out with ${one.where}.`] : [],
      ),
    ],
  }
}
