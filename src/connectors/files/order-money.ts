import { amountOf, near } from './added-up.ts'
import type { Guess, Mapping } from './reading.ts'

/** What the goods of an order can be told with, the commonest first: after its discount, without tax, shipping beside them. */
const ways = [false, true].flatMap(less =>
  [true, false].flatMap(taxed => [true, false].map(shipped => ({ less, taxed, shipped }))),
)

/** How the total of nearly every order is made of its parts; null where the rows do not say. */
const madeOf = (
  names: readonly string[],
  rows: readonly string[][],
  given: Record<'goods' | 'total', string> &
    Partial<Record<'discount' | 'shipping' | 'tax', string | undefined>>,
) => {
  const cell = (row: readonly string[], name: string | undefined) =>
    name === undefined ? null : amountOf(row[names.indexOf(name)] ?? '')
  const known = rows.flatMap(row => {
    const [goods, total] = [cell(row, given.goods), cell(row, given.total)]
    const off = Math.abs(cell(row, given.discount) ?? 0)
    const more = { shipped: cell(row, given.shipping) ?? 0, taxed: cell(row, given.tax) ?? 0 }
    return goods === null || total === null ? [] : [{ goods, total, off, ...more }]
  })
  const counted = ways.map(way => {
    const agree = known.filter(one => {
      const more = (way.taxed ? one.taxed : 0) + (way.shipped ? one.shipped : 0)
      return near(one.total, one.goods - (way.less ? one.off : 0) + more)
    })
    return { ...way, agree: agree.length }
  })
  const most = Math.max(...counted.map(way => way.agree))
  const told = counted.find(way => way.agree === most)
  // Some rows may have more in their total, such as a tip: most of many have to agree.
  if (!told || known.length < 2 || most < known.length * (known.length < 10 ? 0.95 : 0.6)) return null
  const some = (is: (one: (typeof known)[number]) => boolean) => known.filter(is).length > 1
  return {
    ...told,
    of: known.length,
    taxes: known.some(one => one.taxed !== 0),
    /** It is told with all that is beside it: goods as the ledger has them, and no other sum. */
    plain:
      told.agree >= known.length * 0.95 &&
      known.length >= rows.length * 0.8 &&
      (told.less || !some(one => one.off !== 0)) &&
      (told.taxed || !some(one => one.taxed !== 0)) &&
      (told.shipped || !some(one => one.shipped !== 0)) &&
      some(one => one.off !== 0 || one.taxed !== 0 || one.shipped !== 0),
    reduced: some(one => one.off !== 0),
  }
}

type Beside = Partial<Record<'discount' | 'shipping' | 'tax', string | undefined>>

/** The column that is the goods before discount, tax and shipping, where with them it makes the total of nearly every row; null for none. */
const goodsBefore = (
  names: readonly string[],
  rows: readonly string[][],
  total: string,
  beside: Beside,
  taken: readonly string[],
): string | null =>
  names.find(name => {
    if (name === total || taken.includes(name)) return false
    const made = madeOf(names, rows, { goods: name, total, ...beside })
    return made?.plain === true && made.reduced && made.less
  }) ?? null

/** A guess of lines whose money has the discount off and the tax in it, where another column is before both. */
export const linesBefore = (mapping: Mapping, names: readonly string[], rows: readonly string[][]): Guess => {
  const { amount, discount, tax, shipping } = mapping.columns
  if (!amount || !discount || !names.includes(amount)) return { mapping, warnings: [] }
  const goods = goodsBefore(names, rows, amount, { discount, tax, shipping }, Object.values(mapping.columns))
  return goods === null
    ? { mapping, warnings: [] }
    : {
        mapping: { ...mapping, columns: { ...mapping.columns, amount: goods } },
        warnings: [
          `“${amount}” is “${goods}” less “${discount}”${tax ? `, with “${tax}”` : ''}: “${goods}” is taken, so that nothing counts twice.`,
        ],
      }
}

const without = (columns: Mapping['columns'], name: string): Mapping['columns'] =>
  Object.fromEntries(Object.entries(columns).filter(([as]) => as !== name))

/**
 * A guess of orders whose goods are told as the ledger has them: goods before the discount are no subtotal, and goods that
 * hold tax give way to the total without it. Told by what makes the total of nearly every row.
 */
export const moneyOfOrders = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
): Guess => {
  const { gross, subtotal, total, discount, shipping, tax } = mapping.columns
  const as = subtotal === undefined ? 'gross' : 'subtotal'
  const goods = subtotal ?? gross
  if (goods === undefined || total === undefined) return { mapping, warnings: [] }
  const made = madeOf(names, rows, { goods, total, discount, shipping, tax })
  if (!made) {
    const beside = { discount, shipping, tax }
    const before = goodsBefore(names, rows, total, beside, Object.values(mapping.columns))
    if (before === null) return { mapping, warnings: [] }
    return {
      mapping: { ...mapping, columns: { ...without(mapping.columns, as), gross: before } },
      warnings: [
        `“${goods}” is no part of “${total}”, and “${before}” is: it is taken as the goods before their discount.`,
      ],
    }
  }
  const others = without(mapping.columns, as)
  const unlike = made.of - made.agree
  const warnings =
    unlike > made.of * 0.05
      ? [
          `In ${unlike} of ${made.of} rows looked at, “${total}” is not “${goods}” with discount, tax and shipping: something else is in it.`,
        ]
      : []
  if (!made.taxed && made.taxes)
    return {
      mapping: { ...mapping, columns: others },
      warnings: [
        ...warnings,
        `“${goods}” holds the tax: “${total}” without tax and shipping is taken instead.`,
      ],
    }
  const right = made.less ? 'gross' : 'subtotal'
  return { mapping: { ...mapping, columns: { ...others, [right]: goods } }, warnings }
}

/** A guess of the lines of orders, whose subtotal tells the discount only where it is after it. */
export const discountOfOrders = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
): Mapping => {
  const {
    order_subtotal: goods,
    order_total: total,
    order_discount: discount,
    order_shipping: shipping,
    order_tax: tax,
  } = mapping.columns
  if (!goods || !total || !discount) return mapping
  const made = madeOf(names, rows, {
    goods,
    total,
    discount,
    ...(shipping && { shipping }),
    ...(tax && { tax }),
  })
  return made?.less ? { ...mapping, columns: without(mapping.columns, 'order_subtotal') } : mapping
}
