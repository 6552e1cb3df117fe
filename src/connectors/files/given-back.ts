import { plainName } from '#kernel/nearest.ts'
import { amountOf } from './added-up.ts'
import { type Guess, ident, type Mapping, priceOfAll, quote } from './reading.ts'

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

const nearly = 0.9
const share = (values: readonly number[], is: (value: number) => boolean) =>
  values.length > 0 && values.filter(is).length >= values.length * nearly

/** What a guess counts: money of the whole row, and the price that makes it where nothing else does. */
const moneyOf = ({ amount, subtotal, gross, total, unit_price }: Mapping['columns']) =>
  amount ?? subtotal ?? gross ?? total ?? unit_price

/** An expression as part of another. */
const part = (text: string, columns: readonly Column[]) =>
  columns.some(one => one.name === text) ? ident(text) : `(${text})`

/** The mapping with what rows of `sql` say turned below zero. */
const turned = (mapping: Mapping, columns: readonly Column[], sql: string): Mapping => {
  const priced = mapping.target !== 'orders' && 'quantity' in mapping.columns
  const below = Object.entries(mapping.columns).flatMap(([as, text]) => {
    // Of price and quantity one alone says that goods went back.
    if (!signed.includes(as) || (as === 'unit_price' && priced)) return []
    const value = part(text, columns)
    return [[as, `if(${sql}, -abs(${value}), ${value})`]]
  })
  return { ...mapping, columns: { ...mapping.columns, ...Object.fromEntries(below) } }
}

/**
 * A guess in which credit notes take back, where a column says which rows are some and their money stands without a sign,
 * as accounting systems write it; and one in which goods do that are counted below zero beside money above it.
 */
export const creditsTakeBack = (
  mapping: Mapping,
  columns: readonly Column[],
  rows: readonly string[][],
): Guess => {
  const asItIs = { mapping, warnings: [] }
  const { quantity, unit_price } = mapping.columns
  const place = (name: string | undefined) => columns.findIndex(one => one.name === name)
  const money = moneyOf(mapping.columns)
  const [at, counted] = [place(money), place(quantity)]
  if (at < 0) return asItIs
  const told = (of: readonly string[][], column: number) =>
    of.flatMap(row => amountOf(row[column] ?? '') ?? [])
  const credits = saysOneOf(columns, rows, kinds, back)
  if (credits) {
    const theirs = rows.filter(row => credits.spelt.has((row[credits.at] ?? '').trim().toLowerCase()))
    if (share(told(theirs, at), value => value > 0) && !share(told(theirs, counted), value => value < 0))
      return {
        mapping: turned(mapping, columns, credits.sql),
        warnings: [`Credits stand without a sign; they take back, as their rows say with ${credits.sql}.`],
      }
    if (!share(told(theirs, at), value => value < 0) || !share(told(theirs, counted), value => value > 0))
      return asItIs
    // Money below zero and units above it: the goods went back as well.
    const units = { quantity: `if(${credits.sql}, -abs(${ident(quantity ?? '')}), ${ident(quantity ?? '')})` }
    const price: Mapping['columns'] =
      money === unit_price
        ? { unit_price: `if(${credits.sql}, abs(${ident(unit_price ?? '')}), ${ident(unit_price ?? '')})` }
        : {}
    return {
      mapping: { ...mapping, columns: { ...mapping.columns, ...units, ...price } },
      warnings: [`Rows with ${credits.sql} take their units back as well, which stand without a sign.`],
    }
  }
  if (counted < 0 || money === unit_price) return asItIs
  const returned = rows.filter(row => (amountOf(row[counted] ?? '') ?? 0) < 0)
  if (!share(told(returned, at), value => value > 0)) return asItIs
  const sql = `${ident(quantity ?? '')} < 0`
  return {
    mapping: turned(mapping, columns, sql),
    warnings: [
      `Rows with ${sql} hold money above zero: it is taken to be given back. Map it as it stands if it is not.`,
    ],
  }
}

const off =
  /discount|voucher|coupon|promo|rebate|gutschein|rabatt|remise|descuento|cup[oó]n|sconto|buono|korting|rabat\b|割引|クーポン|优惠|折扣/i

/** A guess of lines in which those below zero that call themselves a discount are one, and nothing that went back. */
export const discountsOfTheirOwn = (
  mapping: Mapping,
  columns: readonly Column[],
  rows: readonly string[][],
): Guess => {
  const asItIs = { mapping, warnings: [] }
  const { unit_price, quantity, discount } = mapping.columns
  const money = mapping.columns.amount ?? unit_price
  const at = columns.findIndex(one => one.name === money)
  if (at < 0 || money === undefined || 'kind' in mapping.columns) return asItIs
  const below = rows.filter(row => (amountOf(row[at] ?? '') ?? 0) < 0)
  for (const name of [mapping.columns.title, mapping.columns.sku]) {
    const called = columns.findIndex(one => one.name === name)
    if (called < 0 || name === undefined) continue
    const words = new Set(below.flatMap(row => off.exec(row[called] ?? '')?.[0].toLowerCase() ?? []))
    if (words.size === 0) continue
    const says = [...words].map(word => `contains(lower(${ident(name)}), ${quote(word)})`).join(' or ')
    const sql = `${ident(money)} < 0 and (${says})`
    const whole = mapping.columns.amount ? ident(money) : priceOfAll(mapping.columns)
    const { unit_price: _, ...others } = mapping.columns
    return {
      mapping: {
        ...mapping,
        columns: {
          ...others,
          amount: `if(${sql}, 0, ${whole})`,
          discount: `if(${sql}, abs(${whole}), ${discount ? `coalesce(${part(discount, columns)}, 0)` : '0'})`,
          quantity: `if(${sql}, 0, ${quantity ? part(quantity, columns) : '1'})`,
          ...(mapping.target === 'sales_lines' && { kind: `if(${sql}, 'sale', '')` }),
        },
      },
      warnings: [
        `Rows with ${sql} are discounts of their orders, and nothing that was given back.`,
        ...takenBackWords(
          mapping,
          columns,
          rows.filter(row => !off.test(row[called] ?? '')),
        ),
      ],
    }
  }
  return asItIs
}

/** What is read as taken back, in words: rows whose money is below zero, and those of them that leave open what they are. */
export const takenBackWords = (
  { columns: mapped }: Mapping,
  columns: readonly Column[],
  rows: readonly string[][],
): string[] => {
  const money = moneyOf(mapped)
  const [at, counted] = [money, mapped.quantity].map(name => columns.findIndex(one => one.name === name))
  if (at === undefined || counted === undefined || at < 0 || money === undefined) return []
  const seen = rows.flatMap(row => {
    const [value, units] = [amountOf(row[at] ?? ''), counted < 0 ? null : amountOf(row[counted] ?? '')]
    return value === null ? [] : [{ value, units }]
  })
  const priced = money === mapped.unit_price
  const below = seen.filter(one => one.value < 0 !== (priced && (one.units ?? 1) < 0) && one.value !== 0)
  const open = below.filter(one => one.value < 0 && (one.units ?? 0) > 0)
  const many = (some: readonly unknown[]) =>
    `${some.length.toLocaleString('en')} of ${seen.length.toLocaleString('en')} looked at`
  return [
    ...(below.length > open.length
      ? [
          `Rows below zero take back (${many(below)}): they are reversals on their own day, and no part of gross sales.`,
        ]
      : []),
    ...(open.length > 0
      ? [
          `Rows with “${money}” below zero and units above it can be refunds or discounts (${many(open)}), and nothing tells: they count as money given back, and no goods with it. Map quantity as ${`if(${ident(money)} < 0, -${ident(mapped.quantity ?? '')}, ${ident(mapped.quantity ?? '')})`} if goods came back, or discount to what they take off.`,
        ]
      : []),
  ]
}

/** A guess in which orders that are said to be given back are, where no column says how much. */
export const refundedByState = (
  mapping: Mapping,
  columns: readonly Column[],
  rows: readonly string[][],
): Guess => {
  const refunded = saysOneOf(columns, rows, states, returned)
  const money = columns.findIndex(one => one.name === moneyOf(mapping.columns))
  const theirs = rows.filter(row => refunded?.spelt.has((row[refunded.at] ?? '').trim().toLowerCase()))
  // Where the file says when, the day of each says that it was given back.
  const when = columns.findIndex(one => one.name === mapping.columns.returned_at)
  if (mapping.target === 'sales_lines' && when >= 0 && theirs.every(row => (row[when] ?? '').trim() !== ''))
    return { mapping, warnings: [] }
  // A row that takes back has nothing more to give.
  if (theirs.length > 0 && theirs.every(row => (amountOf(row[money] ?? '') ?? 0) < 0))
    return { mapping, warnings: [] }
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

const ofPart =
  /refund|return|erstatt|ruckgabe|retour|rembours|reembols|devol|rimbors|reso|返金|返品|退款|退货/

/**
 * A guess in which days of returns date what went back, where they can: lines that say how much of each was given back need
 * rows of their own, and a day that stands in nearly every row is hardly one of returns.
 */
export const returnsDated = (
  mapping: Mapping,
  columns: readonly Column[],
  rows: readonly string[][],
): Guess => {
  const { returned_at, ...others } = mapping.columns
  if (!returned_at) return { mapping, warnings: [] }
  const without = (warning: string): Guess => ({
    mapping: { ...mapping, columns: others },
    warnings: [warning],
  })
  const at = columns.findIndex(one => one.name === returned_at)
  const money = columns.findIndex(one => one.name === moneyOf(mapping.columns))
  const sold = rows.filter(row => (amountOf(row[money] ?? '') ?? 0) > 0)
  const dated = sold.filter(row => (row[at] ?? '').trim() !== '')
  if (dated.length === 0) return { mapping, warnings: [] }
  if (dated.length >= sold.length * nearly)
    return without(
      `“${returned_at}” stands in nearly every row, so it is not taken for the day something came back. Map returned_at as it if it is.`,
    )
  const known = mapping.columns.refunded ?? mapping.columns.order_refunded
  if (known)
    return { mapping, warnings: [`What was given back is dated by “${returned_at}” where that says when.`] }
  const much = columns.find(
    (one, i) =>
      i !== at &&
      one.type === 'number' &&
      ofPart.test(plainName(one.name)) &&
      dated.some(row => (amountOf(row[i] ?? '') ?? 0) !== 0),
  )
  if (much)
    return without(
      `“${returned_at}” says when something came back and “${much.name}” how much: import the file once more as refunds, with only the rows where ${ident(returned_at)} is not empty.`,
    )
  if (mapping.target === 'order_lines')
    return without(
      `Rows with “${returned_at}” came back, and count as sold: import the file once more as refunds, with only the rows where ${ident(returned_at)} is not empty.`,
    )
  return {
    mapping,
    warnings: [
      `Rows with “${returned_at}” were given back whole on that day (${dated.length.toLocaleString('en')} of ${sold.length.toLocaleString('en')} looked at).`,
    ],
  }
}
