import { type Day, dayNumber } from '#kernel/day.ts'
import type { Variant } from '../company/catalogue.ts'
import type { Company } from '../company/company.ts'
import { unitOf } from '../company/draw.ts'
import { within } from '../company/facts.ts'
import { localDay, type StoreFacts } from '../company/stores.ts'

export interface Stock {
  on_hand: number
  available: number
  committed: number
  incoming: number
}

/** Weeks from one replenishment to the next. */
const cycleDays = 28

/**
 * Stock of a variant in a shop at the end of a day: a month's demand that is sold down and filled up again, each variant
 * on its own day; nothing while the planted facts say that it is out.
 */
export function stockOf(
  { company, now }: { company: Company; now: number },
  shop: StoreFacts,
  variant: Variant,
  day: Day = localDay(shop.timezone, now),
): Stock {
  const out = company.facts.stockOuts.some(one => one.variant === variant.index && within(one, day))
  const month = Math.max(12, Math.round(shop.base * company.scale * variant.weight * 20))
  if (out) return { on_hand: 0, available: 0, committed: 0, incoming: month }
  const phase = Math.floor(unitOf(company.seed, 81, shop.index, variant.index) * cycleDays)
  const into = (dayNumber(day) + phase) % cycleDays
  const left = Math.round(month * (1.25 - into / cycleDays))
  const committed = Math.min(left, Math.round(month / cycleDays))
  return { on_hand: left, available: left - committed, committed, incoming: into > cycleDays - 8 ? month : 0 }
}
