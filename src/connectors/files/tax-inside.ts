import { plainName } from '#kernel/nearest.ts'
import { amountOf, near } from './added-up.ts'
import { type Guess, ident, type Mapping, placesIn, priceOfAll } from './reading.ts'
import { holdsTax } from './taxed-money.ts'

/** Currencies of countries in which prices are told without tax. */
const untaxed = ['USD', 'CAD']
/** Rates of value added and sales tax, in percent, that are in force somewhere. */
const rates = [
  3, 4, 5, 5.5, 6, 7, 7.7, 8, 8.1, 9, 10, 12, 13, 13.5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 25.5,
  27,
]

/** Of two rates that look alike, as 20 on top and 25 within do, the one that no country of the currency has. */
const nowhere: Readonly<Record<string, number>> = { GBP: 25, SEK: 20, NOK: 20, DKK: 20 }

interface Taxed {
  order: string
  /** What the row charges for goods. */
  worth: number
  tax: number
  total: number | null
}

/** Share of the rows that one rate, or two, explain. */
const explained = (
  rows: readonly Taxed[],
  codes: ReadonlySet<string>,
  worthOf: (row: Taxed) => number,
): number => {
  const there = rates.filter(rate => ![...codes].every(code => nowhere[code] === rate))
  const by = there.map(
    rate =>
      new Set(
        rows.filter(row => Math.abs(Math.abs(row.tax) - (Math.abs(worthOf(row)) * rate) / 100) < 0.0151),
      ),
  )
  const [first] = [...by].sort((a, b) => b.size - a.size)
  if (!first || first.size === 0) return 0
  const more = Math.max(...by.map(one => [...one].filter(row => !first.has(row)).length))
  return (first.size + (more > rows.length / 20 ? more : 0)) / rows.length
}

/** Is the tax in the money of the goods, or beside it? null where the rows say neither. */
const standsOf = (rows: readonly Taxed[], codes: ReadonlySet<string>): 'inside' | 'beside' | null => {
  const told = rows.filter(row => row.total !== null)
  const agree = (is: (row: Taxed, total: number) => boolean) =>
    told.filter(row => is(row, row.total ?? 0)).length
  if (told.length > 1) {
    const [inside, beside] = [
      agree((row, total) => near(total, row.worth)),
      agree((row, total) => near(total, row.worth + row.tax)),
    ]
    if (beside >= told.length * 0.95) return 'beside'
    if (inside >= told.length * 0.95) return 'inside'
  }
  // Of small amounts any rate comes near.
  const large = rows.filter(row => Math.abs(row.tax) >= 0.5)
  if (large.length < 3) return null
  const [beside, inside] = [
    explained(large, codes, row => row.worth),
    explained(large, codes, row => row.worth - row.tax),
  ]
  if (beside >= 0.9 && inside < 0.6) return 'beside'
  return inside >= 0.9 && beside < 0.6 ? 'inside' : null
}

/** An expression as part of another. */
const part = (text: string, names: readonly string[]) => (names.includes(text) ? ident(text) : `(${text})`)

/**
 * A guess of lines whose tax counts once: where the rows or the currency show that it is in the price, the price goes without
 * it; where nothing shows, it is said.
 * @param before the guess by columns alone: where its money was mended since, that money is after the discount
 */
export const taxOnce = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
  { before, currency }: { before: Mapping; currency: string | undefined },
): Guess & { inside: boolean } => {
  const { columns } = mapping
  const { tax, amount, unit_price, quantity, discount, order_id } = columns
  // The total of each order shows it when it is taken in.
  if (columns.order_total !== undefined) return { mapping, warnings: [], inside: false }
  const at = placesIn(names)
  const after = amount !== undefined && at(amount) < 0
  const money = after ? (before.columns.amount ?? before.columns.unit_price) : (amount ?? unit_price)
  const whole = after ? before.columns.amount !== undefined : amount !== undefined
  if (tax === undefined || at(tax) < 0 || at(money) < 0 || money === undefined)
    return { mapping, warnings: [], inside: false }
  const total = names.findIndex(
    (name, i) =>
      /^(line|item|row|grand)?total(amount|price)?$|^(gross|brutto|bruttobetrag|ttc|totalttc)$/.test(
        plainName(name),
      ) && i !== at(money),
  )
  const seen = rows.flatMap((row): Taxed[] => {
    const cell = (i: number) => (i < 0 ? null : amountOf(row[i] ?? ''))
    const [worth, charged] = [cell(at(money)), cell(at(tax))]
    if (worth === null || !charged) return []
    const goods = whole ? worth : worth * (cell(at(quantity)) ?? 1)
    const off = after ? 0 : Math.abs(cell(at(discount)) ?? 0)
    return [
      {
        order: row[at(order_id)] ?? '',
        worth: goods < 0 ? goods + off : goods - off,
        tax: charged,
        total: cell(total),
      },
    ]
  })
  if (seen.length === 0) return { mapping, warnings: [], inside: false }
  const code = at(columns.currency)
  const codes = new Set(
    code < 0
      ? [currency ?? '']
      : rows.map(row => (row[code] ?? '').trim().toUpperCase()).filter(text => text !== ''),
  )
  const abroad = [...codes].every(text => untaxed.includes(text))
  const stands = standsOf(seen, codes) ?? (holdsTax.test(money) ? 'inside' : abroad ? 'beside' : null)
  if (stands === 'beside') return { mapping, warnings: [], inside: false }
  const goods = amount ? part(amount, names) : priceOfAll(columns)
  const off = discount === undefined ? null : `abs(coalesce(${part(discount, names)}, 0))`
  const share = (of: string) =>
    off
      ? `coalesce(coalesce(${part(tax, names)}, 0) * ${of} / nullif(${goods} - ${off}, 0), 0)`
      : `coalesce(${part(tax, names)}, 0)`
  if (stands === null)
    return {
      mapping,
      inside: false,
      warnings: [
        `The rows do not say whether “${tax}” is in “${money}” already: it is taken to stand beside it. If it is, map amount as ${goods} - coalesce(${ident(tax)}, 0).`,
      ],
    }
  const { unit_price: _, ...others } = columns
  return {
    inside: true,
    mapping: {
      ...mapping,
      columns: {
        ...others,
        amount: `${goods} - ${share(`(${goods})`)}`,
        ...(off && { discount: `${off} - ${share(off)}` }),
      },
    },
    warnings: [`“${money}” holds “${tax}”: it is taken out, so that tax counts once.`],
  }
}
