import { amountOf, near } from './added-up.ts'
import { type Guess, ident, type Mapping, placesIn } from './reading.ts'

const same = (a: number, b: number) => near(a, b) || Math.abs(a - b) < Math.abs(b) * 0.005

/** Products whose price in a row is of all its units, and those whose price is of one, as rows of different quantities show. */
const seenIn = (rows: readonly { sku: string; units: number; price: number }[]) => {
  const seen = { line: 0, unit: 0 }
  for (const of of Map.groupBy(rows, row => row.sku).values()) {
    const quantities = new Set(of.map(row => row.units))
    if (quantities.size < 2) continue
    const [first] = of
    if (!first) continue
    if (of.every(row => same(row.price / row.units, first.price / first.units))) seen.line += 1
    else if (of.every(row => same(row.price, first.price))) seen.unit += 1
  }
  return seen
}

/**
 * A guess of lines whose price is that of one unit: one that grows with the quantity, as marketplaces write the price of an
 * item, is the money of the line.
 */
export const priceOfLines = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
): Guess => {
  const { unit_price, quantity, sku, title, amount } = mapping.columns
  const at = placesIn(names)
  const [price, units, product, whole] = [at(unit_price), at(quantity), at(sku ?? title), at(amount)]
  if (price < 0 || units < 0 || unit_price === undefined) return { mapping, warnings: [] }
  const lines = rows.flatMap(row => {
    const [one, count] = [amountOf(row[price] ?? ''), amountOf(row[units] ?? '')]
    return one && count
      ? [{ sku: (row[product] ?? '').trim(), units: count, price: one, amount: amountOf(row[whole] ?? '') }]
      : []
  })
  const several = lines.filter(line => Math.abs(line.units) > 1 && line.amount !== null)
  const alike = several.filter(line => same(line.amount ?? 0, line.price)).length
  const { line, unit } = seenIn(product < 0 ? [] : lines.filter(one => one.sku !== ''))
  const isOfLine =
    amount === undefined
      ? line >= 2 && unit <= line / 10
      : several.length > 1 && alike >= several.length * 0.95
  if (!isOfLine) return { mapping, warnings: [] }
  const { unit_price: _, ...others } = mapping.columns
  return {
    mapping: { ...mapping, columns: { ...others, amount: amount ?? unit_price } },
    warnings: [
      `“${unit_price}” grows with the quantity: it is the money of the whole line, not of one unit. Map unit_price to ${ident(unit_price)} if it is not.`,
    ],
  }
}

/** A guess of lines whose cost is that of one unit or of all, as rows of different quantities show, whatever its heading says. */
export const costOfLines = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
): Mapping => {
  const { cost, unit_cost, quantity, sku, title } = mapping.columns
  const at = placesIn(names)
  const [one, units, product] = [at(cost ?? unit_cost), at(quantity), at(sku ?? title)]
  if ((cost && unit_cost) || one < 0 || units < 0 || product < 0) return mapping
  const seen = seenIn(
    rows.flatMap(row => {
      const [price, count] = [amountOf(row[one] ?? ''), amountOf(row[units] ?? '')]
      const name = (row[product] ?? '').trim()
      return price && count && name !== '' ? [{ sku: name, units: count, price }] : []
    }),
  )
  const { cost: _, unit_cost: __, ...others } = mapping.columns
  const name = names[one] ?? ''
  if (cost && seen.unit >= 2 && seen.line <= seen.unit / 10)
    return { ...mapping, columns: { ...others, unit_cost: name } }
  if (unit_cost && seen.line >= 2 && seen.unit <= seen.line / 10)
    return { ...mapping, columns: { ...others, cost: name } }
  return mapping
}
