import { plainName } from '#kernel/nearest.ts'
import { states } from './given-back.ts'
import { ident, quote, type ValueType } from './reading.ts'

interface Seen {
  name: string
  type: ValueType
}

/** Targets that make sales of rows. */
export const ofSales: readonly string[] = ['sales_lines', 'order_lines', 'orders', 'refunds']

const counted =
  /^(total|no|numberof|count|countof|net|gross)?(orders?count|orders|ordercount|transactions|transactioncount|receipts|invoices|itemssold|netitemssold|bestellungen|commandes|pedidos|ordini|bestellingen)$/
const moved =
  /^(payoutid|payoutdate|payoutstatus|payout|automaticpayoutid|arrivaldate(utc)?|availableon(utc)?|balancetransaction(id)?|balanceimpact|transferdate(utc)?)$/

/** What a payment provider says of a charge, and a marketplace of what it keeps of a sale. */
const charged = /^(captured|declinereason|sellermessage|paymentintentid|chargeid)$/
const kept = /(selling|fba|fulfil+ment|transaction|commission|processing)fees?$/

const order = /^(order|sale|receipt|invoice|transaction)(id|no|number|nr|name)?$/
const deals = /^(deal|dealid|dealname|opportunity|opportunityid|opportunityname|closedate|expectedclosedate)$/
const stages = /^(deal|opportunity|pipeline|sales)?stage(name)?$|^pipeline$/

/** What has money and days and is no list of sales, though it could be taken for one. */
export type Unlike =
  /** A report: each row adds up many orders, which it counts in `column`. */
  | { is: 'report'; column: string }
  /** A statement of payments: charges, refunds and payouts, with what the payment provider takes of each in `fee`. */
  | { is: 'statement'; fee: string | null }
  /** Deals of a CRM, open and lost ones among them. */
  | { is: 'deals' }

/** What the columns say of a file that no line of a sale or an order would. */
export const unlikeSales = (columns: readonly Seen[]): Unlike | null => {
  const named = columns.map(({ name, type }) => ({ name, type, plain: plainName(name) }))
  const first = (is: (plain: string) => boolean) => named.find(one => is(one.plain))
  const fee = first(plain => /^(fee|fees)$/.test(plain))
  const money = first(plain => /^(gross|amount)$/.test(plain))
  const net = first(plain => plain === 'net')
  const payout = first(plain => moved.test(plain))
  const payouts = first(plain => /^payout(id|date|status)$/.test(plain))
  if (
    payouts &&
    first(plain => /fee(s|fixed|variable)?$/.test(plain)) &&
    first(plain => /^net(amount)?$/.test(plain))
  )
    return { is: 'statement', fee: fee?.name ?? null }
  if (money && ((fee && net) || (payout && (fee || net || named.length < 20))))
    return { is: 'statement', fee: fee?.name ?? null }
  if (fee && first(plain => charged.test(plain))) return { is: 'statement', fee: null }
  if (first(plain => plain === 'settlementid') && first(plain => kept.test(plain)))
    return { is: 'statement', fee: null }
  if (first(plain => stages.test(plain)) && first(plain => deals.test(plain))) return { is: 'deals' }
  // Where the order is named the row is that order, and what is counted are its items.
  if (first(plain => order.test(plain))) return null
  const count = named.find(one => one.type === 'number' && counted.test(one.plain))
  return count ? { is: 'report', column: count.name } : null
}

/** What that means, in words. */
export const unlikeWords = (unlike: Unlike): string =>
  unlike.is === 'deals'
    ? 'Deals of a CRM: what may be sold, open and lost ones among them, not what was. Import the orders or invoices they became; deals themselves come from HubSpot, connected.'
    : unlike.is === 'report'
      ? `Each row adds up many orders (“${unlike.column}”): a report, which would count as one order a row. Export the orders or their lines instead.`
      : `A statement of payments: its rows are charges, refunds and payouts, tax and shipping in them, not what was sold. Sales come from the orders of the shop${unlike.fee ? '; the fees can be taken in as postings of the ledger' : ''}.`

/** Do the columns say where a site stood among the results of a search engine, as exports of Google Search Console do? */
export const isOfSearchResults = (names: readonly string[]): boolean => {
  const plain = names.map(plainName)
  const has = (word: RegExp) => plain.some(name => word.test(name))
  return (
    has(/^impress?ion(s|en|i|es)$|^impresiones$/) &&
    has(/^(clicks|klicks|clics|clic)$/) &&
    has(/^(average|avg|sum|sumtop)?(position|posicion|posizione)$/)
  )
}

/** Why those are not taken in, and what is instead. */
export const searchResultsWords =
  'How a site stood in a search engine’s results (clicks, impressions, position): no figure here is of that, so it is not taken in. What search brought is in analytics: import traffic by channel or landing page, or connect GA4.'

/** Rows that are no sales: which to take, and why the others are left out, as a reason and within a sentence. */
interface LeftOut {
  where: string
  reason: string
  words: string
  /** The same said of the rows left out, where their orders may have come in before. */
  gone?: string
}

const undone =
  'cancelled canceled voided void failed declined draft abandoned incomplete unpaid expired rejected refused denied annulee annule storniert abgebrochen fehlgeschlagen cancelado cancelada annullato annullata annullert annulleret annullerad avbruten anulowane anulowano geannuleerd キャンセル キャンセル済 キャンセル済み 交易关闭 已取消 已关闭 取消 취소 취소완료'
    .split(' ')
    .map(plainName)

/** Does one row of an order say it for the others, which leave it empty? */
const saidOnce = (
  columns: readonly Seen[],
  rows: readonly string[][],
  at: number,
  order: string,
): boolean => {
  const by = columns.findIndex(one => one.name === order)
  const has = (row: readonly string[]) => (row[at] ?? '').trim() !== ''
  const says = new Set(rows.filter(has).map(row => row[by]))
  return by >= 0 && rows.some(row => !has(row) && says.has(row[by]))
}

/** Rows of orders that never were: the rows to take, where a column of states says so of some. */
export const undoneRows = (
  columns: readonly Seen[],
  rows: readonly string[][],
  order?: string,
): LeftOut | null => {
  const found = columns.flatMap(({ name, type }, i) => {
    if (type !== 'text' || !states.test(plainName(name))) return []
    const said = new Set(rows.map(row => (row[i] ?? '').trim().toLowerCase()))
    // Some shops name their states after themselves: wc-cancelled.
    const words = [...said].filter(word =>
      [word, word.replace(/^[a-z]{2,6}[-_]/, '')].some(one => undone.includes(plainName(one))),
    )
    return words.length > 0
      ? [{ name, words, once: order !== undefined && saidOnce(columns, rows, i, order) }]
      : []
  })
  const [one] = found
  if (!one) return null
  const column = one.once ? `shared(${ident(one.name)}, ${ident(order ?? '')})` : ident(one.name)
  // Both spellings, whichever the head of the file has.
  const words = new Set(
    one.words.flatMap(word => (/^cancell?ed$/.test(word) ? ['cancelled', 'canceled'] : [word])),
  )
  const list = [...words].map(quote).join(', ')
  return {
    where: `lower(trim(${column})) not in (${list})`,
    gone: `lower(trim(${column})) in (${list})`,
    reason: 'cancelled, or never paid',
    words: 'that were cancelled or never paid',
  }
}

const waiting =
  /^([a-z]{2,6}[-_])?(pending([ _-]?payment)?|awaiting[ _-]?payment|payment[ _-]?pending|on[ _-]?hold|ausstehend|zahlung ausstehend|en attente( de paiement)?|pendiente( de pago)?|in attesa)$/

/** Orders that wait to be paid, in words: nobody but the shop knows whether they will be. */
export const waitingWords = (columns: readonly Seen[], rows: readonly string[][]): string[] =>
  columns.flatMap(({ name, type }, i) => {
    if (type !== 'text' || !states.test(plainName(name))) return []
    const said = [...new Set(rows.map(row => (row[i] ?? '').trim().toLowerCase()))].filter(word =>
      waiting.test(word),
    )
    return said.length === 0
      ? []
      : [
          `Rows with ${ident(name)} ${said.map(quote).join(' or ')} count as sold, though they may not be paid: leave them out with “where” if they are not to count.`,
        ]
  })

const tests = /^(is)?test(order|mode|transaction)?$/

/** Orders that were placed to try the shop, where a column says so of some. */
export const testRows = (columns: readonly Seen[], rows: readonly string[][]): LeftOut | null => {
  for (const [i, { name, type }] of columns.entries()) {
    const said = new Set(rows.map(row => (row[i] ?? '').trim().toLowerCase()))
    const yes = ['yes', 'true', '1', 'y'].filter(word => said.has(word))
    if ((type === 'flag' || type === 'number') && tests.test(plainName(name)) && yes.length > 0)
      return {
        where: `lower(trim(${ident(name)})) not in (${yes.map(quote).join(', ')})`,
        reason: 'a test order',
        words: 'that are tests',
      }
  }
  return null
}

const happened = /^(event|eventtype|eventname|action|actiontype|activity|behaviou?r|behaviou?rtype|type)$/
const bought = 'purchase purchased buy bought transaction order ordered sale'.split(' ')
const looked =
  'view viewed pageview page_view product_view pv click clicked addtocart add_to_cart cart remove_from_cart removefromcart fav favorite wishlist search impression'.split(
    ' ',
  )

/** Of a log of what visitors did the rows in which something was bought: the others have a price, too. */
export const boughtRows = (columns: readonly Seen[], rows: readonly string[][]): LeftOut | null => {
  for (const [i, { name, type }] of columns.entries()) {
    if (type !== 'text' || !happened.test(plainName(name))) continue
    const said = new Set(rows.map(row => (row[i] ?? '').trim().toLowerCase()))
    const words = bought.filter(word => said.has(word))
    if (words.length > 0 && looked.some(word => said.has(word)))
      return {
        where: `lower(trim(${ident(name)})) in (${words.map(word => `'${word}'`).join(', ')})`,
        reason: 'nothing was bought',
        words: 'in which nothing was bought',
      }
  }
  return null
}

/** A cell, in small letters, that says its row adds up others. */
export const totalWord =
  /^(grand |sub)?totals?:?$|^totale?:?$|^total g[eé]n[eé]ral:?$|^(gesamt|zwischen)?summe:?$|^gesamt:?$|^totaal:?$|^suma:?$|^(合計|小計|総計|合计|总计|小计):?$/

/** Rows that say in place of an order, a product or a customer that they add up others, among rows that do not. */
export const totalRows = (
  mapped: Readonly<Record<string, string>>,
  columns: readonly Seen[],
  rows: readonly string[][],
): LeftOut | null => {
  for (const as of ['order_id', 'sku', 'title', 'customer_id', 'category']) {
    const at = columns.findIndex(one => one.name === mapped[as])
    if (at < 0) continue
    const said = new Set(rows.map(row => (row[at] ?? '').trim().toLowerCase()))
    const words = [...said].filter(word => totalWord.test(word))
    if (words.length > 0 && said.size > words.length)
      return {
        where: `lower(trim(${ident(mapped[as] ?? '')})) not in (${words.map(quote).join(', ')})`,
        reason: 'a row of totals',
        words: 'that add up others',
      }
  }
  return null
}
