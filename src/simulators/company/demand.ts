import { type Day, dateOf, dayNumber, monthOf, weekday, yearOf } from '#kernel/day.ts'
import { feasts } from '#kernel/feasts.ts'
import { type Company, dayIndex } from './company.ts'
import { draw } from './draw.ts'
import { promotionOn } from './facts.ts'
import type { StoreFacts } from './stores.ts'

/** Demand by month of the year around 1: gifts before Christmas, a garden spring, a thin January and August. */
const months = [0.82, 0.86, 0.92, 0.98, 1.02, 0.96, 0.9, 0.86, 0.95, 1.02, 1.2, 1.42]
/** Monday to Sunday. */
const weekdays = [1.06, 1.0, 0.98, 0.97, 0.93, 0.94, 1.12]

/** Between the middles of two months, so that the season does not jump on the first. */
const season = (day: Day): number => {
  const month = monthOf(day) - 1
  const into = (dateOf(day) - 15) / 30
  const other = (month + (into < 0 ? 11 : 1)) % 12
  const near = Math.abs(into)
  return (months[month] ?? 1) * (1 - near) + (months[other] ?? 1) * near
}

/** Days that move: the run-up to Black Friday and Mother's Day; and the quiet of Christmas. */
function moving(shop: StoreFacts, day: Day): number {
  const number = dayNumber(day)
  let factor = 1
  for (const feast of feasts(yearOf(day))) {
    const before = dayNumber(feast.from) - number
    if (feast.series === 'black_friday' && before > 0 && before <= 5) factor *= 1.15
    if (feast.series === shop.mothersDay && before > 0 && before <= 9) factor *= 1.22
  }
  const date = day.slice(5)
  return date >= '12-20' && date <= '12-26' ? factor * 0.55 : factor
}

/** How much is wanted of a shop on a day against an ordinary day of its first year, before conversion. */
export function demandOn(company: Company, shop: StoreFacts, day: Day): number {
  const years = dayIndex(company, day) / 365.25
  const noise = Math.exp(0.07 * draw(company.seed, 21, shop.index, dayNumber(day)).normal())
  const promotion = promotionOn(company.facts, day)
  return (
    (1 + shop.growth) ** years *
    season(day) *
    (weekdays[weekday(day) - 1] ?? 1) *
    moving(shop, day) *
    (promotion ? Math.sqrt(promotion.lift) : 1) *
    noise
  )
}
