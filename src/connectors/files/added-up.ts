import { plainName } from '#kernel/nearest.ts'
import { ident, quote } from './reading.ts'

const currencies = new Set(Intl.supportedValuesOf('currency'))
const shortNames = /^(kr|zł|Kč|Ft|Fr|lei|Rs)\.?$/i
/** A number with what may stand around one: brackets or a minus on either side, the name of a currency, a sign for percent. */
const written =
  /^(?<open>\()?(?<sign>[-+−])?(?<before>(?:[^\d.,()]{1,3}\.?)?)\(?(?<minus>[-−])?(?<digits>\d[\d.,]*|[.,]\d+)(?<behind>[-−])?(?<after>[^\d,()]{0,4})(?<close>\))?$/u

/** Numbers of a head's cells, as written in plain exports; null for what is none, such as a code that has digits in it. */
export const amountOf = (cell: string): number | null => {
  const bare = cell.replaceAll(/[\s\p{Zs}'’]/gu, '')
  const text = bare.replaceAll(/\p{Sc}/gu, '')
  const found = written.exec(text)?.groups
  if (!found) return null
  const { before = '', after = '', digits = '' } = found
  const names = (unit: string) =>
    unit === '' ||
    currencies.has(unit.toUpperCase()) ||
    shortNames.test(unit) ||
    // US$, R$: letters that belong to the sign beside them.
    (text !== bare && /^\p{L}{1,2}$/u.test(unit))
  if (!names(before) || !(names(after) || after === '%')) return null
  const value = Number(
    /,\d{1,2}$/.test(digits) ? digits.replaceAll('.', '').replace(',', '.') : digits.replaceAll(',', ''),
  )
  if (!Number.isFinite(value)) return null
  const below = [found.sign, found.minus, found.behind].some(sign => sign === '-' || sign === '−')
  return below || text.includes('(') ? -value : value
}
/** Do two sums of money differ by no more than their rounding? */
export const near = (a: number, b: number) => Math.abs(a - b) < 0.015

/** Rows among the lines of orders that add up the others: whose, and the rows to take. */
export interface AddedUp {
  orders: number
  /** The rows that are lines, where a column tells them. */
  where: string | null
}

/**
 * Looks for a row in each order that is worth what its other rows are together, as exports of tills have it beside the
 * lines: counted with them, every sale would count twice.
 */
export const addedUp = (
  names: readonly string[],
  rows: readonly string[][],
  by: string,
  amount: string,
): AddedUp | null => {
  const [order, money] = [names.indexOf(by), names.indexOf(amount)]
  if (order < 0 || money < 0) return null
  const orders = new Map<string, { row: readonly string[]; value: number }[]>()
  for (const row of rows) {
    const value = amountOf(row[money] ?? '')
    const key = (row[order] ?? '').trim()
    if (key !== '' && value !== null) orders.set(key, [...(orders.get(key) ?? []), { row, value }])
  }
  const several = [...orders.values()].filter(one => one.length > 1)
  const sums: (readonly string[])[] = []
  const lines: (readonly string[])[] = []
  let sure = 0
  for (const order of several) {
    const all = order.reduce((sum, { value }) => sum + value, 0)
    const sum = order.find(({ value }) => value !== 0 && near(value, all - value))
    if (!sum) continue
    sums.push(sum.row)
    lines.push(...order.filter(one => one !== sum).map(one => one.row))
    if (order.length > 2) sure += 1
  }
  // Two lines of one price are alike by chance; three and more that add up, in nearly every order, are not.
  if (sure === 0 || sums.length < several.length * 0.9) return null
  const telling = names.findIndex((_, i) => {
    const said = new Set(sums.map(row => (row[i] ?? '').trim()))
    return (
      i !== order && i !== money && said.size === 1 && lines.every(row => !said.has((row[i] ?? '').trim()))
    )
  })
  const name = names[telling]
  const text = (sums[0]?.[telling] ?? '').trim()
  const where = name
    ? text === ''
      ? `${ident(name)} is not empty`
      : `${ident(name)} <> ${quote(text)}`
    : null
  return { orders: sums.length, where }
}

/** What that means, in words. */
export const addedUpWords = ({ orders, where }: AddedUp): string => {
  const many = `${orders.toLocaleString('en')} ${orders === 1 ? 'order' : 'orders'}`
  const then = where
    ? `they are left out with ${where}`
    : 'leave them out with “where”, or each sale counts twice'
  return `A row of each order adds up its others (${many}): ${then}.`
}

/**
 * The column of money without tax, where the one that is taken is that and the tax of another column together: tax
 * would count as sales, and once more as tax. With `shipping`, where it is that, too.
 */
export const withoutTax = (
  names: readonly string[],
  rows: readonly string[][],
  amount: string,
  tax: string,
  shipping?: string,
): string | null => {
  const [a, t] = [names.indexOf(amount), names.indexOf(tax)]
  const seen = rows.flatMap(row => {
    const [whole, part] = [amountOf(row[a] ?? ''), amountOf(row[t] ?? '')]
    const sent = shipping === undefined ? 0 : (amountOf(row[names.indexOf(shipping)] ?? '') ?? 0)
    return whole !== null && part !== null && part !== 0 ? [{ row, net: whole - part - sent }] : []
  })
  if (a < 0 || t < 0 || seen.length < 2) return null
  const is = (i: number) =>
    seen.filter(({ row, net }) => {
      const value = amountOf(row[i] ?? '')
      return value !== null && near(value, net)
    }).length >=
    seen.length * 0.95
  const found = names.findIndex(
    (name, i) => i !== a && i !== t && !/cost|cogs|fee/.test(plainName(name)) && is(i),
  )
  return names[found] ?? null
}
