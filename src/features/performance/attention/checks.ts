import type { StoreNames } from '#kernel/alert-words.ts'
import type { Found } from './find.ts'

/** What to look at first, by what was found: the order of a trading team's diagnosis. */
export function checkOf(
  { metric, kind, slice, direction }: Pick<Found, 'metric' | 'kind' | 'slice' | 'direction'>,
  doubt: string | null,
  stores: StoreNames = {},
): string {
  if (doubt) return 'Mend the data first: open Systems, read again, and see whether it is still there.'
  if (slice.product)
    return kind === 'silence'
      ? 'See whether it is in stock, published and priced; then call its supplier.'
      : 'See its stock, price, page and place in the category; then what replaced it.'
  if (metric === 'sessions' && slice.channel)
    return `See the campaigns of ${slice.channel}: budget, approvals, links, and what changed on the first day.`
  if (metric === 'sessions')
    return 'Open the site with a fresh browser and see whether the analytics tag fires.'
  if (metric === 'conversion_rate' || metric === 'checkout_completion')
    return `Place a test order${slice.device ? ` on a ${slice.device}` : ''}${slice.store ? ` in ${stores[slice.store] ?? slice.store}` : ''}: payment, delivery, codes, speed.`
  if (metric === 'price_before_discounts')
    return 'See which prices changed on that day, and whether on purpose; then what it did to units.'
  if (metric === 'asp') return 'See which prices or discounts changed on that day, and whether on purpose.'
  if (metric === 'return_rate')
    return 'Read the reasons of the returns, and of which product and delivery they are.'
  return direction === 'below'
    ? 'Place a test order, then go from traffic to conversion, price, stock and delivery.'
    : 'See what brought it, and whether stock and delivery can follow.'
}
