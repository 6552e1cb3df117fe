import type { CostBasis } from '../fact.ts'
import { ratedCosts } from '../world.ts'

/** Dimensions that several facts hold, as SQL over the columns of their source (f) and of the product list (p). */

export const day = { weekday: '@weekday' }

export const place = { store: 'f.store', currency: 'f.currency' }

/** What the product list says of a product. */
export const listed = {
  category: 'p.category',
  brand: 'p.brand',
  vendor: 'p.vendor',
  product_title: 'p.title',
}

export const product = { product: 'f.product_id', ...listed }

/** A channel in the words of who speaks of it: see `Fact.means`. */
export const soldThrough = { channel: 'where it was sold' }
export const broughtBy = { channel: 'what brought the visit' }

/** The title of what gave the discount: of a code the shop does not list the code itself. See `readsPromotions`. */
export const promotion = {
  promotion: `CASE WHEN coalesce(promo.title, '') = '' THEN f.discount_code ELSE promo.title END`,
}

export const sale = { ...place, country: 'f.country', channel: 'f.channel' }

/** Columns that costs are written into out of the company's rates; gaps are rows no rate speaks of. */
export const costColumns: Readonly<Record<string, string>> = Object.fromEntries(
  ratedCosts.flatMap(cost => [
    [cost, '@cost'],
    [`${cost}_gaps`, '@gap'],
  ]),
)

/** What costs follow, where a row counts its orders and units itself. */
export const counted: CostBasis = {
  orders: 'f.orders',
  units: 'f.units_sold',
  sales: '(f.gross + f.discounts)',
  returned: 'f.units_returned',
  reversals: '(0 - f.reversals)',
}

/** What was left of each product at the end of each day, over all locations, and the first location to say it at. */
export const shelves = `SELECT store, product_id, day, min(location) AS location, sum(coalesce(available, on_hand)) AS remaining
  FROM stock_days GROUP BY store, product_id, day`

/** A row is that which stands for its product on its day, see `shelves`. */
export const sameShelf =
  'j.store = f.store AND j.product_id = f.product_id AND j.day = f.day AND j.location = f.location'
