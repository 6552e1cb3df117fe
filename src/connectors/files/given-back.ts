import { plainName } from '#kernel/nearest.ts'
import { amountOf } from './added-up.ts'
import { type Guess, ident, type Mapping, quote } from './reading.ts'

interface Column {
  name: string
  type: string
}

/** Headings of what became of an order. */
export const states =
  /^(order|financial|payment|item|sale|transaction|bestell|auftrags|受注|注文|订单|交易)?(status|statut|state|etat|estado|stato|ステータス|状态|訂單狀態)$|^statut(commande|delacommande)$|^주문상태$/
const kinds =
  /^(doc|document|invoice|transaction|order|entry|record|voucher|posting|beleg|faktura|rechnungs|line|event|sale)?(type|kind|art|typ)$/

const back =
  'credit creditnote creditmemo creditinvoice salescredit gutschrift rechnungskorrektur stornorechnung storno refund refunds return returns retoure avoir notadecredito abono notadicredito creditnota kreditnota kreditfaktura kreditnote notacredito korekta'.split(
    ' ',
  )
const returned =
  'refunded fullyrefunded returned erstattet rembourse remboursee reembolsado rimborsato zwrocone terugbetaald 返金済 已退款 退款成功'.split(
    ' ',
  )

/** SQL that says whether a column is one of the words, as its cells spell them; null where no cell is one. */
const saysOneOf = (
  columns: readonly Column[],
  rows: readonly string[][],
  heading: RegExp,
  words: readonly string[],
): { at: number; spelt: ReadonlySet<string>; sql: string } | null => {
  for (const [at, { name, type }] of columns.entries()) {
    if (type !== 'text' || !heading.test(plainName(name))) continue
    const said = new Set(rows.map(row => (row[at] ?? '').trim().toLowerCase()))
    const spelt = new Set([...said].filter(cell => words.includes(plainName(cell))))
    if (spelt.size === 0) continue
    return { at, spelt, sql: `lower(trim(${ident(name)})) in (${[...spelt].map(quote).join(', ')})` }
  }
  return null
}

/** Money that a credit takes back. */
const signed = 'amount quantity unit_price gross subtotal total tax shipping'.split(' ')

/**
 * A guess in which credit notes take back, where a column says which rows are some and their money stands without a sign,
 * as accounting systems write it.
 */
export const creditsTakeBack = (
  mapping: Mapping,
  columns: readonly Column[],
  rows: readonly string[][],
): Guess => {
  const credits = saysOneOf(columns, rows, kinds, back)
  const { amount, subtotal, gross, total, unit_price } = mapping.columns
  const money = amount ?? subtotal ?? gross ?? total ?? unit_price
  const at = columns.findIndex(one => one.name === money)
  if (!credits || at < 0) return { mapping, warnings: [] }
  const told = rows
    .filter(row => credits.spelt.has((row[credits.at] ?? '').trim().toLowerCase()))
    .flatMap(row => amountOf(row[at] ?? '') ?? [])
  if (told.length === 0 || told.filter(value => value > 0).length < told.length * 0.9)
    return { mapping, warnings: [] }
  const priced = mapping.target !== 'orders' && 'quantity' in mapping.columns
  const turned = Object.entries(mapping.columns).flatMap(([as, text]) => {
    // Of price and quantity one alone says that goods went back.
    if (!signed.includes(as) || (as === 'unit_price' && priced)) return []
    const value = columns.some(one => one.name === text) ? ident(text) : `(${text})`
    return [[as, `if(${credits.sql}, -abs(${value}), ${value})`]]
  })
  return {
    mapping: { ...mapping, columns: { ...mapping.columns, ...Object.fromEntries(turned) } },
    warnings: [`Credits stand without a sign; they take back, as their rows say with ${credits.sql}.`],
  }
}

/** A guess in which orders that are said to be given back are, where no column says how much. */
export const refundedByState = (
  mapping: Mapping,
  columns: readonly Column[],
  rows: readonly string[][],
): Guess => {
  const refunded = saysOneOf(columns, rows, states, returned)
  const [as, total] =
    mapping.target === 'orders'
      ? ['refunded', mapping.columns.total]
      : mapping.target === 'order_lines'
        ? ['order_refunded', mapping.columns.order_total]
        : [null, undefined]
  if (!refunded || (as && as in mapping.columns)) return { mapping, warnings: [] }
  if (!as || !total)
    return mapping.target === 'refunds'
      ? { mapping, warnings: [] }
      : {
          mapping,
          warnings: [
            `Rows with ${refunded.sql} were given back, and count as sold: import the refunds as well.`,
          ],
        }
  const value = columns.some(one => one.name === total) ? ident(total) : `(${total})`
  return {
    mapping: { ...mapping, columns: { ...mapping.columns, [as]: `if(${refunded.sql}, ${value}, 0)` } },
    warnings: [],
  }
}
