import { plainName } from '#kernel/nearest.ts'
import { amountOf, near } from './added-up.ts'
import { type Guess, ident, type Mapping, placesIn, priceOfAll } from './reading.ts'

/** What a row says of the money of its line, and what others say of its product. */
interface Line {
  order: string
  sku: string
  goods: number
  units: number
  off: number
  tax: number | null
  list: number | null
  orderTotal: number | null
  orderShipping: number
  orderTax: number
}

const listPrice =
  /^(list|retail|original|regular|full|standard|normal|compareat|rrp|msrp|uvp)(price|retail|unitprice|preis)?$|^price(before|original)/
const before = /before|list|original|regular|retail|full|gross|undiscounted|vor ?rabatt|avant/i
const after = /after|discounted|paid|final|reduced|nach ?rabatt|apr[eè]s/i

/** Do two figures of a price agree, but for rounding? */
const alike = (a: number, b: number) => near(a, b) || Math.abs(a - b) < Math.abs(b) * 0.001

/** What a row can say: the discount is in its money already, or is to come off, or neither is seen. */
type Vote = 'in' | 'off' | null
const voteOf = (isIn: boolean, isOff: boolean): Vote => (isIn === isOff ? null : isIn ? 'in' : 'off')

/** Against a price that its file says to be the one before. */
const byList = (lines: readonly Line[]): Vote[] =>
  lines.flatMap(({ list, units, goods, off }) =>
    off === 0 || list === null
      ? []
      : voteOf(
          alike(Math.abs(goods) + off, Math.abs(list * units)),
          alike(Math.abs(goods), Math.abs(list * units)),
        ),
  )

/** Against what the same product costs where nothing is taken off, if that is one price. */
const byProduct = (lines: readonly Line[]): Vote[] => {
  const full = new Map<string, number | null>()
  for (const { sku, goods, units, off } of lines) {
    if (sku === '' || off !== 0 || units === 0) continue
    const price = goods / units
    const known = full.get(sku)
    full.set(sku, known === undefined ? price : known !== null && alike(price, known) ? known : null)
  }
  return lines.flatMap(({ sku, goods, units, off }) => {
    const price = full.get(sku)
    if (off === 0 || price === undefined || price === null) return []
    const whole = Math.abs(price * units)
    return voteOf(alike(Math.abs(goods) + off, whole), alike(Math.abs(goods), whole))
  })
}

/** Against what was charged for the order: the sum of its lines, tax and shipping in it or not. */
const byOrder = (lines: readonly Line[]): Vote[] => {
  const orders = Map.groupBy(lines, line => line.order)
  return [...orders.values()].flatMap(of => {
    const total = of.find(line => line.orderTotal !== null)?.orderTotal
    const [goods, off] = [
      of.reduce((sum, one) => sum + one.goods, 0),
      of.reduce((sum, one) => sum + one.off, 0),
    ]
    if (total === undefined || total === null || off === 0) return []
    const most = (pick: (line: Line) => number) => Math.max(...of.map(pick))
    const taxes = [0, most(one => one.orderTax), of.reduce((sum, one) => sum + (one.tax ?? 0), 0)]
    const sums = taxes.flatMap(tax => [tax, tax + most(one => one.orderShipping)])
    const is = (worth: number) => sums.some(more => near(total, worth + more))
    return voteOf(is(goods), is(goods - off))
  })
}

/** Against the rates at which lines without a discount are taxed. */
const byTax = (lines: readonly Line[]): Vote[] => {
  const rates = new Map<string, number>()
  for (const { goods, off, tax } of lines) {
    if (off !== 0 || !tax || Math.abs(goods) < 5) continue
    const rate = (tax / goods).toFixed(3)
    rates.set(rate, (rates.get(rate) ?? 0) + 1)
  }
  const known = [...rates]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([rate]) => Number(rate))
  return lines.flatMap(({ goods, off, tax }) => {
    if (off === 0 || !tax) return []
    const is = (worth: number) =>
      known.some(rate => Math.abs(Math.abs(tax) - Math.abs(worth) * rate) < 0.011 + Math.abs(worth) * 0.0005)
    return voteOf(is(Math.abs(goods)), is(Math.abs(goods) - off))
  })
}

/** What nearly all votes say; null where they are few or differ. */
const decided = (votes: readonly Vote[], least: number): Vote => {
  const count = (what: Vote) => votes.filter(vote => vote === what).length
  const [isIn, isOff] = [count('in'), count('off')]
  if (isIn + isOff < least) return null
  return isIn >= (isIn + isOff) * 0.95 ? 'in' : isOff >= (isIn + isOff) * 0.95 ? 'off' : null
}

/**
 * A guess of lines whose discount is taken off once: where the rows show that it is in the price already, the price before
 * it is the two together; where they show nothing, it is said.
 * @param told what the totals of the lines have shown already
 */
export const discountOnce = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
  told: Vote,
): Guess => {
  const { columns } = mapping
  const { amount, unit_price, quantity, discount } = columns
  const at = placesIn(names)
  const money = amount ?? unit_price
  if (discount === undefined || at(discount) < 0 || at(money) < 0) return { mapping, warnings: [] }
  const list =
    at(columns.list_price) >= 0
      ? at(columns.list_price)
      : names.findIndex(name => listPrice.test(plainName(name)))
  const lines = rows.flatMap((row): Line[] => {
    const cell = (i: number) => (i < 0 ? null : amountOf(row[i] ?? ''))
    const units = cell(at(quantity)) ?? 1
    const worth = cell(at(money))
    if (worth === null) return []
    return [
      {
        order: row[at(columns.order_id)] ?? '',
        sku: row[at(columns.sku ?? columns.title)] ?? '',
        goods: amount ? worth : worth * units,
        units,
        off: Math.abs(cell(at(discount)) ?? 0),
        tax: cell(at(columns.tax)),
        list: list === at(money) ? null : cell(list),
        orderTotal: cell(at(columns.order_total)),
        orderShipping: cell(at(columns.order_shipping)) ?? 0,
        orderTax: cell(at(columns.order_tax)) ?? 0,
      },
    ]
  })
  if (!lines.some(line => line.off !== 0)) return { mapping, warnings: [] }
  const heading = money ?? ''
  const said = voteOf(after.test(heading), before.test(heading))
  // Some tax what was before the discount: of tax more rows have to agree.
  const votes = [byList, byOrder, byProduct].reduce<Vote>((so, by) => so ?? decided(by(lines), 2), told)
  const vote = votes ?? decided(byTax(lines), 5) ?? said
  const goods = amount ? ident(amount) : priceOfAll(columns)
  const whole = `${goods} + if(${goods} < 0, -1, 1) * abs(coalesce(${ident(discount)}, 0))`
  if (vote === 'off') return { mapping, warnings: [] }
  if (vote === null)
    return {
      mapping,
      warnings: [
        `The rows do not say whether “${discount}” is in “${heading}” already: it is taken off it. If it is, map amount as ${whole}.`,
      ],
    }
  const { unit_price: _, ...others } = columns
  return {
    mapping: { ...mapping, columns: { ...others, amount: whole } },
    warnings: [
      `“${heading}” is what is left after “${discount}”: before it, a line is worth the two together.`,
    ],
  }
}
