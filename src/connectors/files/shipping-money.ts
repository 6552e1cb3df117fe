import { plainName } from '#kernel/nearest.ts'
import { amountOf } from './added-up.ts'
import { type Guess, ident, type Mapping } from './reading.ts'

const apart =
  /^(shipping|ship|postage|delivery|freight|versand)(price)?(tax|vat|gst|mwst|ust|tva|iva|btw|moms)(amount)?$/
const ofItems = /item|line|product|goods|article|artikel/
const promised =
  /^(shipping|ship|postage|delivery|freight)(promotion|promo)?(discount|discounts|rebate)(amount)?$/

/**
 * A guess of lines with what stands beside their shipping: its tax is tax, where that of items is told apart, and what a
 * promotion pays of it was not charged.
 * @param inside whether prices hold their tax
 */
export const shippingMoney = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
  inside: boolean,
): Guess => {
  const { columns } = mapping
  const used = Object.values(columns).join('\u001f')
  const filled = (name: string) =>
    !used.includes(name) && rows.some(row => (amountOf(row[names.indexOf(name)] ?? '') ?? 0) !== 0)
  const found = (of: RegExp) => names.filter(name => of.test(plainName(name)) && filled(name))
  const taxes = found(apart)
  const as = 'shipping' in columns ? 'shipping' : 'order_shipping'
  const [shipping, tax] = [columns[as], columns.tax]
  const or = (name: string) => `coalesce(${ident(name)}, 0)`
  const one = (text: string) => (names.includes(text) ? or(text) : `(${text})`)
  const goods = shipping === undefined ? [] : found(promised)
  const less = [
    ...goods.map(name => ` - abs(${or(name)})`),
    ...(inside && shipping ? taxes.map(name => ` - ${or(name)}`) : []),
  ]
  const together = tax === undefined || ofItems.test(plainName(tax))
  return {
    mapping: {
      ...mapping,
      columns: {
        ...columns,
        ...(shipping && less.length > 0 && { [as]: `${one(shipping)}${less.join('')}` }),
        ...(together &&
          taxes.length > 0 && { tax: [...(tax ? [one(tax)] : []), ...taxes.map(or)].join(' + ') }),
      },
    },
    warnings:
      together || taxes.length === 0
        ? []
        : [
            `“${taxes.join('”, “')}” may be in “${tax}” or beside it: it is left out. If it is beside it, map tax as ${[one(tax ?? ''), ...taxes.map(or)].join(' + ')}.`,
          ],
  }
}
