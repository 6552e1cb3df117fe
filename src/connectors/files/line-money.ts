import { amountOf, near } from './added-up.ts'
import { discountOnce } from './discounted-price.ts'
import { type Guess, ident, type Mapping, placesIn, priceOfAll } from './reading.ts'

/** What a row says of the money of its line; null where it says nothing. */
interface Line {
  amount: number | null
  price: number | null
  units: number
  discount: number
  tax: number
  shipping: number
}

const isPercent = (heading: string) => /%|percent|pct|prozent/i.test(heading)

/** What a share is to be divided by, where a column of discounts holds shares of the price and no money; else null. */
const shareIn = (heading: string, lines: readonly Line[]): 1 | 100 | null => {
  const given = lines.filter(line => line.discount !== 0)
  const largest = Math.max(0, ...given.map(line => line.discount))
  if (given.length === 0 || largest > 100) return null
  if (isPercent(heading)) return largest > 1 ? 100 : 1
  if (largest > 1) return null
  const worth = given.map(({ amount, price, units }) => Math.abs(amount ?? (price ?? 0) * units))
  // Nobody takes off a few cents, and never more than one, from lines of tens and hundreds.
  return worth.filter(money => money >= 10).length > given.length / 2 ? 1 : null
}

const both = [false, true]
/** What can be in the money of a line, the least first. */
const allWays = both.flatMap(shipped =>
  both.flatMap(taxed => (['no', 'line', 'unit'] as const).map(less => ({ less, taxed, shipped }))),
)

/** Whose sum the money of a line is, where most rows agree: of its price alone, less its discount, with tax and shipping. */
const madeOf = (lines: readonly Line[], off: (line: Line, goods: number) => number) => {
  const known = lines.flatMap(line => {
    const goods = line.price === null ? null : line.price * line.units
    return line.amount === null || goods === null ? [] : [{ amount: line.amount, goods, line }]
  })
  const ways = allWays.map(way => {
    const agree = known.filter(({ amount, goods, line }) => {
      const more = (way.taxed ? line.tax : 0) + (way.shipped ? line.shipping : 0)
      const units = way.less === 'no' ? 0 : way.less === 'unit' ? Math.abs(line.units) : 1
      const sum = goods - off(line, goods) * units + more
      return near(amount, sum) || Math.abs(amount - sum) < Math.abs(sum) * 0.001
    })
    return { ...way, agree: agree.length }
  })
  const most = Math.max(...ways.map(way => way.agree))
  const told = known.length > 1 && most >= known.length * 0.95
  return told ? (ways.find(way => way.agree === most) ?? null) : null
}

/**
 * A guess of lines whose discount is money and whose amount is before it and of the goods alone, as the ledger has them: a
 * share of the price becomes money, and an amount that holds discount, tax or shipping gives way to price × quantity, as
 * they would count twice.
 * @returns beside the guess what it was before prices were told apart from their discount
 */
export const moneyOfLines = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
): Guess & { before: Mapping } => {
  const { amount, unit_price, quantity, discount, tax, shipping } = mapping.columns
  const at = placesIn(names)
  const places = { amount: at(amount), price: at(unit_price), units: at(quantity) }
  const [off, taxed, shipped] = [at(discount), at(tax), at(shipping)]
  if (Math.max(off, taxed, shipped) < 0) return { mapping, warnings: [], before: mapping }
  const lines = rows.map((row): Line => {
    const cell = (i: number) => (i < 0 ? null : amountOf(row[i] ?? ''))
    return {
      amount: cell(places.amount),
      price: cell(places.price),
      units: cell(places.units) ?? 1,
      discount: Math.abs(cell(off) ?? 0),
      tax: cell(taxed) ?? 0,
      shipping: cell(shipped) ?? 0,
    }
  })
  const part = discount === undefined ? null : shareIn(discount, lines)
  const made = madeOf(lines, (line, goods) =>
    part ? (Math.abs(goods) * line.discount) / part : line.discount,
  )
  const given = lines.some(line => line.discount !== 0 && line.tax !== 0)
  const told = [
    ...(made && made.less !== 'no' ? ['less the discount'] : []),
    ...(made?.taxed ? ['with the tax'] : []),
    ...(made?.shipped ? ['with shipping'] : []),
  ]
  const holds = told.length > 0
  const { amount: _, ...withoutAmount } = mapping.columns
  const columns = holds ? withoutAmount : mapping.columns
  const warnings = holds
    ? [
        `“${amount}” is price × quantity ${told.join(' ')}: price × quantity is taken instead, so that nothing counts twice.`,
      ]
    : []
  const before = { ...mapping, columns }
  if (discount === undefined) return { mapping: before, warnings, before }
  if (part === null) {
    if (made?.less === 'unit' && quantity) {
      const off = `${ident(discount)} * abs(${ident(quantity)})`
      return { mapping: { ...mapping, columns: { ...columns, discount: off } }, warnings, before }
    }
    // What was charged with its tax, and is no less for the discount, has it off already.
    const told = made?.less === 'line' ? 'off' : made?.taxed && given ? 'in' : null
    const once = discountOnce(before, names, rows, told)
    return { mapping: once.mapping, warnings: [...warnings, ...once.warnings], before }
  }
  const goods =
    made && !holds && amount ? ident(amount) : unit_price && (made || !amount) ? priceOfAll(columns) : null
  const { discount: _share, ...others } = columns
  return goods
    ? {
        mapping: {
          ...mapping,
          columns: { ...others, discount: `${ident(discount)} * ${goods}${part === 100 ? ' / 100' : ''}` },
        },
        warnings,
        before,
      }
    : {
        before,
        mapping: { ...mapping, columns: others },
        warnings: [
          ...warnings,
          `“${discount}” holds shares of the price, and the rows do not say whether “${amount}” is before or after it: it is taken as what was charged, and no discount with it.`,
        ],
      }
}
