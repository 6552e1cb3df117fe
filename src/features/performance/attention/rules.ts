import type { alertRules } from '#postgres/tables/watch.ts'

export type Rule = typeof alertRules.$inferSelect
type Sown = Omit<Rule, 'version' | 'updatedAt'>

const rule = (id: string, name: string, metric: string, by: string[], more: Partial<Sown> = {}): Sown => ({
  id,
  name,
  kind: 'change',
  metric,
  by,
  against: '',
  about: 'business',
  direction: 'bad',
  // Five standard deviations.
  score: 0.5,
  leastShare: 0.01,
  leastMoney: null,
  leastVolume: 1,
  persistence: 1,
  coolDown: 14,
  active: true,
  ...more,
})

/** What every company is watched for until it says otherwise. */
export const usualRules: readonly Sown[] = [
  rule('tracking', 'Analytics loses sessions', 'sessions', ['store'], {
    against: 'orders',
    about: 'data',
    leastVolume: 20,
  }),
  rule('company', 'Net sales of the company', 'net_sales', [], { persistence: 2, leastShare: 0.1 }),
  rule('net-sales', 'Net sales by store', 'net_sales', ['store'], { persistence: 2, leastShare: 0.05 }),
  rule('orders', 'Orders by store', 'orders', ['store'], { persistence: 2, leastShare: 0.05 }),
  rule('conversion', 'Conversion by store and device', 'conversion_rate', ['store', 'device'], {
    leastVolume: 20,
    persistence: 2,
  }),
  // Who has come to checkout wants to buy: a fault there is seen in a fraction of the visits that conversion needs.
  rule('checkout', 'Checkout completion by store and device', 'checkout_completion', ['store', 'device'], {
    // 3¾ standard deviations: it is watched in few slices, and a shut checkout costs more than a look in a season.
    score: 0.32,
    leastVolume: 3,
    persistence: 2,
  }),
  rule('traffic', 'Sessions by channel', 'sessions', ['store', 'channel'], {
    leastVolume: 20,
    persistence: 2,
  }),
  rule('units', 'Units of a product against its category', 'units_sold', ['category', 'product'], {
    leastVolume: 0.5,
    persistence: 3,
  }),
  rule('list-price', 'Prices by category, like for like', 'price_before_discounts', ['category'], {
    direction: 'any',
    // A price goes into the margin whole, a sale by a third or so: less of it matters as much.
    leastShare: 0.004,
    persistence: 5,
    leastVolume: 5,
  }),
  rule('returns', 'Returns by store', 'return_rate', ['store'], { persistence: 7, leastVolume: 5 }),
  // Four standard deviations, and at least half of it gone: a shop that fell silent cannot wait for tomorrow.
  rule('hours-orders', 'Orders by the hour', 'orders', ['store'], {
    kind: 'hours',
    score: 0.35,
    leastVolume: 8,
    persistence: 3,
    coolDown: 0,
  }),
  rule('hours-net-sales', 'Net sales by the hour', 'net_sales', ['store'], {
    kind: 'hours',
    score: 0.35,
    leastVolume: 8,
    persistence: 3,
    coolDown: 0,
  }),
  rule('limits', 'Net sales by week, control limits', 'net_sales', [], { kind: 'limits', leastShare: 0.05 }),
]

/** Ratios that a mix moves as much as what they are of: slices of them are watched by these parts, each at its own measure. */
export const likeForLike: Readonly<Record<string, string>> = {
  asp: 'product',
  price_before_discounts: 'product',
}

/** Weights that are counts of people's visits: a ratio to one of these is a part of them. */
export const countedIn: ReadonlySet<string> = new Set(['sessions', 'checkout_sessions'])

export { hourly, isHourly } from './rules/model.ts'
