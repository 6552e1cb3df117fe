import { addDays, type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { draw, unitOf } from './draw.ts'
import { type Account, accountsOf } from './people.ts'
import { instant, localDay } from './stores.ts'
import { buys, idOn, linesOf, type TradeLine, tradeShop, urge } from './trade-basket.ts'

/** A price asked for and bargained over. */
export interface TradeQuote {
  /** Id of its cart in Magento. */
  id: number
  day: Day
  account: Account
  buyer: number
  name: string
  /** As agreed, at the end of the bargaining. */
  lines: readonly TradeLine[]
  /** Pence before and after it. */
  asked: number
  agreed: number
  /** Its stages by Magento's names, in the order of time. The last may be its end. */
  stages: readonly { at: number; stage: QuoteStage }[]
  orderedAt: number | null
  expires: Day
}

export type QuoteStage =
  | 'created'
  | 'processing_by_admin'
  | 'submitted_by_admin'
  | 'submitted_by_customer'
  | 'ordered'
  | 'declined'
  | 'expired'
  | 'closed'

const dayMs = 86_400_000
/** Nothing happens to a quote later than this after it was asked for. */
export const quoteDays = 45

const kept = new WeakMap<Company, Map<Day, readonly TradeQuote[]>>()

/** Every quote asked for on a day. */
export function tradeQuotesOf(company: Company, day: Day): readonly TradeQuote[] {
  if (day < company.start) return []
  const own = kept.get(company) ?? new Map<Day, readonly TradeQuote[]>()
  kept.set(company, own)
  const known = own.get(day)
  if (known) return known
  const made: TradeQuote[] = []
  for (const account of accountsOf(company)) {
    const wish = 1 - Math.exp(-urge(company, account, day) * 0.22)
    if (buys(company, account, day) && unitOf(company.seed, 404, dayNumber(day), account.index) < wish)
      made.push(make(company, account, day, made.length))
  }
  if (own.size >= 500) own.delete(own.keys().next().value ?? '')
  own.set(day, made)
  return made
}

/** Quotes that became an order on a day. */
export function quotesOrderedOn(company: Company, day: Day): TradeQuote[] {
  const found: TradeQuote[] = []
  for (let back = 0; back <= quoteDays; back++)
    for (const quote of tradeQuotesOf(company, addDays(day, -back)))
      if (quote.orderedAt !== null && localDay(tradeShop.timezone, quote.orderedAt) === day) found.push(quote)
  return found
}

function make(company: Company, account: Account, day: Day, number: number): TradeQuote {
  const chance = draw(company.seed, 405, dayNumber(day), account.index)
  const rebate = chance.between(0.88, 0.98)
  const lines = linesOf(company, account, day, rebate, chance)
  const agreed = lines.reduce((sum, line) => sum + line.row, 0)
  let at = instant(tradeShop.timezone, day, chance.between(0.35, 0.7))
  const stages: { at: number; stage: QuoteStage }[] = [{ at, stage: 'created' }]
  const next = (stage: QuoteStage, low: number, high: number) => {
    at = Math.floor((at + chance.between(low, high) * dayMs) / 1000) * 1000
    stages.push({ at, stage })
  }
  next('processing_by_admin', 0.05, 1.5)
  next('submitted_by_admin', 0.05, 2)
  if (chance.chance(0.3)) {
    next('submitted_by_customer', 0.2, 4)
    next('submitted_by_admin', 0.2, 2)
  }
  const luck = chance.unit()
  if (luck < 0.42) next('ordered', 0.2, 12)
  else if (luck < 0.55) next('declined', 0.5, 8)
  else if (luck < 0.65) next('closed', 0.5, 10)
  else if (luck < 0.9) next('expired', 20, 30)
  const last = stages.at(-1)
  return {
    id: idOn(company, day, number),
    day,
    account,
    buyer: chance.below(account.buyers.length),
    name: `${account.name} ${day}`,
    lines,
    asked: Math.round(agreed / rebate),
    agreed,
    stages,
    orderedAt: last?.stage === 'ordered' ? last.at : null,
    expires: addDays(day, 30),
  }
}
