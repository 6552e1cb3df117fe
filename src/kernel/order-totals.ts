import { plainName } from './nearest.ts'

/**
 * How a column of numbers stands in a file of several rows per order: the same on each of them, on the first alone, or
 * of the line. What is the order's must count once for it.
 */
export type Stands = 'each' | 'first' | 'line'

/** What the rows of a file say of a column, over orders of several rows that are not all alike. */
export interface Standing {
  /** Orders on all whose rows it is the same and not nought. */
  same: number
  /** Different values among those. */
  values: number
  /** Orders in which it is on the first row alone. */
  first: number
  /** Orders in which it differs from row to row. */
  differs: number
}

/** Columns of numbers in orders of several rows, by the column that tells the orders apart. */
export interface OrderTotals {
  by: string
  columns: { column: string; stands: Stands; orders: number }[]
}

const ofOrder =
  /^(order|cart|basket|grand|checkout|bestell|auftrag|commande|pedido|ordine)|grandtotal|ordertotal/
const shipping =
  /shipping|freight|delivery|postage|versand|porto|livraison|fraisdeport|envio|frete|spedizione|verzend|fracht|fragt|frakt|送料|運費|运费|배송비/
const ofLine = /item|line|product|goods|article|artikel|posten|position/

/**
 * What a column is, as its rows say; null where they say too little. Lines of one price make an order look so too:
 * three orders have to agree, or the heading has to say it is of the order, and a flat rate only shipping can be, which is
 * charged once for an order unless the heading says that it is an item's.
 */
export const standingOf = (heading: string, { same, values, first, differs }: Standing): Stands | null => {
  const name = plainName(heading)
  const said = ofOrder.test(name)
  const ships = shipping.test(name)
  const enough = (orders: number) => orders >= (said || (ships && !ofLine.test(name)) ? 1 : 3)
  if (differs > (same + first) / 50) return 'line'
  if (enough(first) && first >= same) return 'first'
  if (enough(same) && (values > 1 || said || ships)) return 'each'
  return null
}

const isNumber = (cell: string) => /\d/.test(cell) && /^[^\p{L}]*\p{L}{0,3}[^\p{L}]*$/u.test(cell)
const isNought = (cell: string) => !/[1-9]/.test(cell)

/** The columns of numbers among the rows of a file's head, by the orders that the column at `by` tells apart. */
export const orderTotals = (
  names: readonly string[],
  rows: readonly (readonly string[])[],
  by: number,
): OrderTotals => {
  const orders = new Map<string, (readonly string[])[]>()
  for (const row of rows) {
    const order = (row[by] ?? '').trim()
    if (order !== '') orders.set(order, [...(orders.get(order) ?? []), row])
  }
  const several = [...orders.values()].filter(one => new Set(one.map(row => row.join('\u001f'))).size > 1)
  const columns = names.flatMap((column, i) => {
    const seen = { same: 0, first: 0, differs: 0 }
    const values = new Set<string>()
    if (i === by) return []
    for (const order of several) {
      const cells = order.map(row => (row[i] ?? '').trim())
      const filled = cells.filter(cell => cell !== '')
      if (!filled.every(isNumber)) return []
      const [one = ''] = cells
      if (filled.length === 0 || filled.every(isNought)) continue
      if (filled.length === 1 && one !== '') seen.first++
      else if (cells.every(cell => cell === one)) {
        seen.same++
        values.add(one)
      } else seen.differs++
    }
    const stands = standingOf(column, { ...seen, values: values.size })
    const counts = { each: seen.same, first: seen.first, line: seen.differs }
    return stands ? [{ column, stands, orders: counts[stands] }] : []
  })
  return { by: names[by] ?? '', columns }
}

interface Mapped {
  target: string
  columns: Readonly<Record<string, string>>
}

/** Money of a line, by what it is called where rows are sales or refunds. */
const ofLines = ['amount', 'discount', 'shipping', 'tax', 'cost']
/** Numbers of an order, where a row is one. */
const ofOrders = 'gross subtotal total discount shipping tax refunded quantity'.split(' ')

/** Would a column that stands so be counted wrongly as `as` of a target? */
export const countsWrongly = (target: string, as: string, stands: Stands): boolean => {
  if (target === 'orders') return stands === 'line' && ofOrders.includes(as)
  if (target === 'order_lines' && as.startsWith('order_')) return stands === 'line' && as !== 'order_id'
  if (!['sales_lines', 'refunds', 'order_lines'].includes(target) || !ofLines.includes(as)) return false
  return stands === 'each' || (stands === 'first' && (as === 'amount' || target === 'order_lines'))
}

/** Does an expression take the column as it is, from every row? One that shares it out or chooses rows does not. */
const takes = (text: string, column: string): boolean => {
  if (text === column) return true
  if (/\/|\bcase\b|\bif\s*\(/i.test(text.replaceAll(`"${column}"`, ''))) return false
  const bare = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(column)
  return (
    text.includes(`"${column.replaceAll('"', '""')}"`) ||
    (bare && new RegExp(`(^|[^\\p{L}\\p{N}_"])${column}([^\\p{L}\\p{N}_"]|$)`, 'u').test(text))
  )
}

/** What a mapping would count wrongly: an order's money on each of its lines, or a line's as if it were the order's. */
export interface Miscount {
  column: string
  /** Column of the target. */
  as: string
  stands: Stands
  orders: number
}

/** Columns that a mapping counts several times for an order, or of which it takes one line's alone. */
export const miscounts = (mapping: Mapped, totals: OrderTotals | null): Miscount[] => {
  if (!totals || !mapping.columns.order_id?.trim()) return []
  return Object.entries(mapping.columns).flatMap(([as, text]) =>
    totals.columns
      .filter(({ column, stands }) => countsWrongly(mapping.target, as, stands) && takes(text, column))
      // Tax of shipping that is added to that of a line stands once, as it is.
      .filter(
        ({ column, stands }) =>
          !(as === 'tax' && stands === 'first' && text !== column && text.includes('+')),
      )
      .map(one => ({ ...one, as })),
  )
}

const said = (name: string) => name.replaceAll('_', ' ')

/** What such a miscount means, in words, before anything is stored. */
export const miscountWords = ({ column, as, stands, orders }: Miscount): string => {
  const many = `${orders.toLocaleString('en')} ${orders === 1 ? 'order' : 'orders'} of several rows`
  if (stands === 'line')
    return `“${column}” differs from row to row of an order (${many}), and is mapped as ${said(as)} of the order: only one row's would count. Rows are sales lines, or it is what a line has.`
  const where =
    stands === 'each' ? 'is the same on every row of an order' : 'stands on the first row of an order alone'
  const then =
    stands === 'each' ? 'it would count once for each row' : 'that row would be worth the whole order'
  return `“${column}” ${where} (${many}), and is mapped as ${said(as)} of a line: ${then}. Take it once for the order: rows are order lines with order totals where lines have prices, else orders.`
}
