import { addDays, type Day, dayCount, later } from '#kernel/day.ts'
import type { Company } from '../company/company.ts'
import { dayPlan } from '../company/day-plan.ts'
import { changedAt, type Life, ledgerDays, lifeOf, seen, touchOf } from '../company/life.ts'
import { ordersOf } from '../company/order.ts'
import { localDay, type StoreFacts } from '../company/stores.ts'

/** Lives of whole days, made again from the seed when they are not at hand. So many are kept in all. */
const kept = 20_000
const books = new WeakMap<Company, { lives: Map<string, readonly Life[]>; count: number }>()

/** Whole lives of the orders placed on a day, past and to come. */
export function livesOf(company: Company, shop: StoreFacts, day: Day): readonly Life[] {
  if (day < company.start) return []
  const book = books.get(company) ?? { lives: new Map(), count: 0 }
  books.set(company, book)
  const key = `${shop.index} ${day}`
  const known = book.lives.get(key)
  if (known) return known
  const made = ordersOf(company, shop, day).map(order => lifeOf(company, order))
  for (const [oldest, lives] of book.lives) {
    if (book.count + made.length <= kept) break
    book.lives.delete(oldest)
    book.count -= lives.length
  }
  book.lives.set(key, made)
  book.count += made.length
  return made
}

/** How long after its day an order may still change, but for the touch that comes later. Imports come up to 20 days late. */
const busyDays = ledgerDays + 25
const touchedDays = 335
const dayMs = 86_400_000

export interface Span {
  /** ms; from at or after, to before. */
  from: number
  to: number
}

/** Orders as seen now that last changed within a span, day by day as placed. Deleted ones are not among them. */
export function* changed(company: Company, shop: StoreFacts, now: number, span: Span): Generator<Life> {
  const to = Math.min(span.to, now + 1)
  const last = localDay(shop.timezone, to)
  const first = span.from < 0 ? company.start : localDay(shop.timezone, Math.max(0, span.from))
  const busy = later(addDays(first, -busyDays), company.start)
  const fits = (life: Life): Life | null => {
    const known = seen(life, now)
    if (!known) return null
    const at = changedAt(known)
    return at >= span.from && at < to ? known : null
  }
  for (let day = later(addDays(first, -touchedDays), company.start); day < busy; day = addDays(day, 1))
    for (const number of touched(company, shop, day, { from: span.from, to })) {
      const life = livesOf(company, shop, day)[number]
      const known = life && fits(life)
      if (known) yield known
    }
  for (let day = busy; day <= last; day = addDays(day, 1))
    for (const life of livesOf(company, shop, day)) {
      const known = fits(life)
      if (known) yield known
    }
}

/** Orders of a long past day that are touched within a span: found without making the orders. */
function touched(company: Company, shop: StoreFacts, day: Day, { from, to }: Span): number[] {
  const { orders } = dayPlan(company, shop, day)
  const begin = Date.parse(`${day}T00:00:00Z`)
  const found: number[] = []
  for (let number = 0; number < orders; number++) {
    const touch = touchOf(company, shop.index, day, number)
    // The exact instant depends on when the order came in: a day of the zone, up to twenty of the import.
    if (touch !== null && begin + touch < to + dayMs && begin + touch + 22 * dayMs >= from) found.push(number)
  }
  return found
}

/** One order as seen now; null when it is not (yet, or any more). */
export function orderAt(
  company: Company,
  shop: StoreFacts,
  now: number,
  { day, number }: { day: Day; number: number },
): Life | null {
  if (dayCount(company.start, day) < 1 || day > localDay(shop.timezone, now)) return null
  const life = livesOf(company, shop, day)[number]
  return life ? seen(life, now) : null
}

/** Orders deleted within a span, with when. */
export function* deleted(
  company: Company,
  shop: StoreFacts,
  now: number,
  span: Span,
): Generator<{ life: Life; at: number }> {
  const to = Math.min(span.to, now + 1)
  const first = later(addDays(localDay(shop.timezone, Math.max(0, span.from)), -80), company.start)
  for (let day = first; day <= localDay(shop.timezone, to); day = addDays(day, 1))
    for (const life of livesOf(company, shop, day))
      if (life.deletedAt !== null && life.deletedAt >= span.from && life.deletedAt < to)
        yield { life, at: life.deletedAt }
}
