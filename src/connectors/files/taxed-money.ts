import { plainName } from '#kernel/nearest.ts'
import { amountOf } from './added-up.ts'
import { type Guess, ident, type Mapping, priceOfAll } from './reading.ts'

/** A heading that says its money holds the tax. */
export const holdsTax =
  /brutto|inkl|\bTTC\b|税込|含税|bruto|\b(incl?|including|with|mit)\.?\s*(of\s+)?(sales\s+)?(tax|vat|gst|mwst|ust|iva|btw|moms)\b|iva incl|tva incl|btw incl/i
const rate =
  /^(mwst|ust|umsatzsteuer|steuer|vat|tax|gst|tva|iva|btw|moms|taux|taux(de)?tva|tipo(de)?iva|aliquota)?(satz|rate|percent|percentage|pct|prozent|tva|iva|wert|%)?$/

/**
 * A guess of lines whose money is without tax: what by its heading holds it is divided where a column says the rate, and said
 * to hold it where none does.
 */
export const moneyWithoutTax = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
): Guess => {
  const { amount, unit_price, tax } = mapping.columns
  const heading = amount ?? unit_price
  if (heading === undefined || tax !== undefined || !holdsTax.test(heading) || !names.includes(heading))
    return { mapping, warnings: [] }
  const rates = names.find((name, at) => {
    const cells = rows.map(row => row[at] ?? '').filter(cell => cell.trim() !== '')
    const values = cells.map(cell => amountOf(cell))
    const plain = plainName(name)
    return (
      plain !== '' &&
      rate.test(plain) &&
      values.length > 0 &&
      values.every(value => value !== null && value >= 0 && value < 100) &&
      values.some(value => value !== null && value > 1)
    )
  })
  if (!rates)
    return {
      mapping,
      warnings: [
        `By its heading “${heading}” holds tax, and no column says how much: sales would hold it, too. Take it out, as in ${ident(heading)} / 1.2, and map tax to the rest.`,
      ],
    }
  const whole = amount ? ident(amount) : priceOfAll(mapping.columns)
  const net = `round(${whole} * 100 / (100 + ${ident(rates)}), 2)`
  const { unit_price: _, ...others } = mapping.columns
  return {
    mapping: { ...mapping, columns: { ...others, amount: net, tax: `${whole} - ${net}` } },
    warnings: [`By its heading “${heading}” holds tax: it is taken out by “${rates}”.`],
  }
}
