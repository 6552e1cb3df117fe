import { plainName } from '#kernel/nearest.ts'
import type { TargetColumn } from './target.ts'

/** Words that make another thing of what they stand beside: a cart discount amount is no amount, a customer note no customer. */
const strangers =
  'discount rabatt remise rebate tax vat mwst steuer shipping postage versand freight fee gebuhr refund erstatt credit note comment phone method status type rate percent weight name satz taux aliquota tarief'.split(
    ' ',
  )
/** What a code or a text is not, though it is called after one: who made the product, how much the customer pays. */
const strangersOfNames =
  'vendor supplier manufacturer brand category amount currency price quantity count url image since segment gender city address rating'.split(
    ' ',
  )
const taxation = /(including|excluding|incl|excl|inc|ex)(tax|vat|mwst|gst)/
/** As the French write it: hors taxes, toutes taxes comprises. */
const inEnglish = (header: string) => header.replace(/\bHT$/i, 'ex tax').replace(/\bTTC$/i, 'inc tax')

/** What tells of a price, and how tax stands in it. */
const ofPrices = /price|total|amount|value|before|after|with|incl?|excl?|net|gross|less|rate|free|gift|wrap/

/** The words of a column, plain as headings are compared. */
const plainWords = new Map<TargetColumn, readonly string[]>()
const wordsOf = (column: TargetColumn): readonly string[] => {
  const known = plainWords.get(column) ?? column.names.split(/\s+/).map(plainName)
  plainWords.set(column, known)
  return known
}

/** What stands around the word itself and changes nothing of it: Order Total Amount is the total of an order. */
const around = [
  /^(order|cart|item|line|lineitem)|(amount|amt|value)$/g,
  /(amount|amt|value)$/g,
  /^(order|cart)/g,
]

/** How well a header fits the words of a column: 1 for its first word, less for later ones and for parts. */
export const likeness = (column: TargetColumn, friendly: string, header: string): number => {
  const whole = plainName(inEnglish(header))
  if (whole === '') return 0
  const words = wordsOf(column)
  if (whole === plainName(friendly)) return 1
  const place = words.indexOf(whole)
  if (place >= 0) return 0.98 - Math.min(place, 60) * 0.002
  // What stands in brackets, or the rate of a tax, says more of it: of two sums goods are told without tax, all that was charged with it.
  const bare = plainName(header.replaceAll(/\(.*?\)|\d+([.,]\d+)?\s?%/g, ''))
  const tax = taxation.exec(whole)?.[1]
  const meant =
    tax === undefined ? 0 : tax.startsWith('ex') !== /^(order_)?total$/.test(friendly) ? 0.02 : -0.02
  if (bare !== whole && (words.includes(bare) || bare === plainName(friendly))) return 0.85 + meant
  const plain = whole.replace(taxation, '')
  if (plain !== whole && plain !== '' && words.includes(plain)) return 0.8 + meant
  const others = column.strangers?.split(' ') ?? []
  const named = column.kind === 'code' || column.kind === 'text'
  const stripped = around.map(of => plain.replaceAll(of, ''))
  if (
    column.kind === 'number' &&
    stripped.some(one => one !== plain && words.includes(one)) &&
    !others.some(word => plain.includes(word))
  )
    return 0.75 + meant
  const part = words
    .filter(word => word.length > 4 && (plain.startsWith(word) || plain.endsWith(word)))
    .map(word => (plain.startsWith(word) ? plain.slice(word.length) : plain.slice(0, -word.length)))
  const other = (rest: string) =>
    // The number of a record, and no number of anything: Sales Record Number.
    (column.kind === 'number' && /(number|recordno|id)$/.test(plain) && !/numberof/.test(plain)) ||
    // Orders, not an order: how many there were.
    (named && rest === 's') ||
    others.some(word => (word.startsWith('=') ? `=${rest}` === word : rest.includes(word))) ||
    [...strangers, ...(named ? strangersOfNames : [])].some(
      word => plain.includes(word) && !column.names.includes(word),
    )
  if (part.some(rest => !other(rest))) return 0.6 + meant
  // A short word is only found where it stands by itself, at the end: Seller Collected Tax.
  const short = /^(.+[\s_.-])(\p{L}{3,4})$/u.exec(header)
  const last = short && column.kind === 'number' && words.includes(plainName(short[2] ?? ''))
  return last && !ofPrices.test(plainName(short[1] ?? '')) && !other(plainName(short[1] ?? '')) ? 0.6 : 0
}
