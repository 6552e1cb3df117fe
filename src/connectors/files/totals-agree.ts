import { plainName } from '#kernel/nearest.ts'
import { amountOf, near } from './added-up.ts'
import { type Guess, ident, type Mapping, placesIn } from './reading.ts'
import { isBlankCell, isNumberCell } from './recognise.ts'

interface Sums {
  goods: number
  off: number
  shipping: number
  tax: number
  total: number
  of: readonly (readonly string[])[]
}

const nearly = 0.95

/** Is what was charged the goods with tax and shipping, as far as those are not in them? */
const agrees = ({ shipping, tax, total }: Sums, goods: number): boolean =>
  [0, tax].some(more => [0, shipping].some(ship => Math.abs(total - goods - more - ship) < 0.035))

/**
 * A guess of order lines held to what was charged for the orders: a discount of the order that its lines have off already is
 * not taken off again, and where the sums are something else it is said.
 */
export const totalsAgree = (
  mapping: Mapping,
  names: readonly string[],
  { rows, lines }: { rows: readonly string[][]; lines: readonly string[][] },
): Guess => {
  const { order_id, order_total, order_discount, order_shipping, order_tax, amount, unit_price, quantity } =
    mapping.columns
  const at = placesIn(names)
  const cell = (row: readonly string[], i: number) => (i < 0 ? null : amountOf(row[i] ?? ''))
  const money = at(amount ?? unit_price)
  if (at(order_id) < 0 || at(order_total) < 0 || money < 0) return { mapping, warnings: [] }
  const worth = (row: readonly string[]) =>
    amount ? cell(row, money) : (cell(row, money) ?? 0) * (cell(row, at(quantity)) ?? 1)
  const whole = Map.groupBy(rows, row => (row[at(order_id)] ?? '').trim())
  const own = Map.groupBy(lines, row => (row[at(order_id)] ?? '').trim())
  // The sample may break off within the last order.
  const orders = [...whole].slice(0, -1).flatMap(([id, all]): Sums[] => {
    const of = own.get(id) ?? []
    const most = (i: number) => Math.max(0, ...all.map(row => Math.abs(cell(row, i) ?? 0)))
    const total = all.map(row => cell(row, at(order_total))).find(value => value !== null)
    if (id === '' || total === undefined || total === null || of.length === 0) return []
    const added = (i: number) => of.reduce((sum, row) => sum + Math.abs(cell(row, i) ?? 0), 0)
    return [
      {
        goods: of.reduce((sum, row) => sum + (worth(row) ?? 0), 0),
        off: Math.max(most(at(order_discount)), added(at(mapping.columns.discount))),
        shipping: most(at(order_shipping)),
        tax: Math.max(most(at(order_tax)), added(at(mapping.columns.tax))),
        total,
        of,
      },
    ]
  })
  if (orders.length < 3) return { mapping, warnings: [] }
  const share = (some: readonly Sums[], is: (one: Sums) => boolean) => some.filter(is).length / some.length
  if (share(orders, one => agrees(one, one.goods - one.off)) >= nearly) return { mapping, warnings: [] }
  const reduced = orders.filter(one => one.off !== 0)
  if (order_discount && reduced.length > 1 && share(orders, one => agrees(one, one.goods)) >= nearly) {
    const sum = (one: Sums, i: number) => one.of.reduce((so, row) => so + (cell(row, i) ?? 0), 0)
    const before = names.findIndex(
      (name, i) =>
        i !== money &&
        // A code may hold the digits of a price.
        lines.every(row => isBlankCell(row[i] ?? '') || isNumberCell((row[i] ?? '').trim())) &&
        !/cost|cogs|fee/.test(plainName(name)) &&
        share(reduced, one => near(sum(one, i), one.goods + one.off)) >= nearly,
    )
    const { order_discount: _, unit_price: __, ...others } = mapping.columns
    const full = names[before]
    if (full !== undefined)
      return {
        mapping: { ...mapping, columns: { ...others, order_discount, amount: full } },
        warnings: [
          `“${amount ?? unit_price}” is what is left after “${order_discount}”: “${full}” is taken, which is before it.`,
        ],
      }
    const { order_discount: ___, ...rest } = mapping.columns
    return {
      mapping: { ...mapping, columns: rest },
      warnings: [
        `“${amount ?? unit_price}” is what is left after “${order_discount}”, as the totals of the orders show: it is not taken off again, and sales before it are not known.`,
      ],
    }
  }
  const wrong = orders.filter(one => !agrees(one, one.goods - one.off)).length
  return {
    mapping,
    warnings: [
      `In ${wrong.toLocaleString('en')} of ${orders.length.toLocaleString('en')} orders looked at, “${order_total}” is not the sum of the lines${order_discount || mapping.columns.discount ? ' less the discount' : ''}, with tax and shipping: something of them is left out or counts twice.`,
    ],
  }
}

const ofSale =
  /(tax|vat|gst|mwst|shipping|postage|delivery|freight|discount|rabatt|remise|refund(ed)?|returned|tip|tips|gratuity|giftwrap|surcharge|deposit|giftcard|fee|fees)(amount|price|total|value|charge|fee|fees)?$|^(amount)(refunded|discounted|returned)$/

/** Money that by its heading is of the sale and that a guess leaves out, in words. */
export const moneyLeftOut = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
): string[] => {
  const used = [...Object.values(mapping.columns), mapping.where ?? '']
  const left = names.filter(
    (name, i) =>
      ofSale.test(plainName(name)) &&
      !/rate|percent|%|type|code|method|date|status|cost|id$/i.test(name) &&
      !used.some(text => text === name || text.includes(ident(name))) &&
      rows.some(row => (amountOf(row[i] ?? '') ?? 0) !== 0) &&
      rows.every(row => (row[i] ?? '').trim() === '' || /\d/.test(row[i] ?? '')),
  )
  return left.length === 0
    ? []
    : [
        `Money that nothing takes: ${left.map(name => `“${name}”`).join(', ')}. Map it if it is not in other columns already.`,
      ]
}

const noGoods =
  /\b(gift ?cards?|gift ?vouchers?|gift certificates?|geschenkgutscheine?|cartes? cadeaux?|tarjetas? regalo|cadeaubon|tips?|gratuity|deposits?|anzahlung|acompte|kaution|pfand)\b/i

/** Lines that by their words are no goods, in words. */
export const noGoodsWords = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
): string[] => {
  const { title, kind } = mapping.columns
  const at = title === undefined ? -1 : names.indexOf(title)
  if (at < 0 || kind !== undefined || 'gift_card' in mapping.columns) return []
  const found = new Set(rows.flatMap(row => (noGoods.test(row[at] ?? '') ? [(row[at] ?? '').trim()] : [])))
  return found.size === 0
    ? []
    : [
        `Lines of ${[...found]
          .slice(0, 3)
          .map(one => `“${one}”`)
          .join(
            ', ',
          )} count as sales of goods. ${mapping.target === 'order_lines' ? `Gift cards are none where gift_card is mapped as ${ident(title ?? '')} = '${[...found][0]?.replaceAll("'", "''")}'.` : `Gift cards and tips are none where sales lines map kind as 'gift_card' and 'tip', as in case when ${ident(title ?? '')} = '${[...found][0]?.replaceAll("'", "''")}' then 'gift_card' else '' end.`}`,
      ]
}
