import { Decimal } from 'decimal.js'
import { exact } from '../money.ts'

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP })

/** One product, segment or channel of a comparison: quantities, prices in its own currency, rates into the reader's. */
export interface Item {
  key: string
  actual: Side | null
  plan: Side | null
}

export interface Side {
  quantity: string
  /** Amount in the item's currency; its price is amount ÷ quantity. */
  amount: string
  /** The same before what is taken off it (discounts, returns): where both sides have one, price and rate are told apart. */
  list?: string
  /** Reader's currency for one unit of the item's. */
  rate: string
}

export const effects = ['volume', 'mix', 'price', 'rate', 'currency', 'new', 'gone'] as const
export type Effect = (typeof effects)[number]

/** Effects in the reader's currency, to the cent; they add up to actual − plan, item by item and in all. */
export interface Variance {
  actual: string
  plan: string
  delta: string
  effects: Record<Effect, string>
  items: { key: string; delta: string; effects: Record<Effect, string> }[]
}

/**
 * Price, volume, mix, rate and currency with no residual. With q quantity, p price, f exchange rate, A actual, P plan, s
 * the item's share of the planned quantity of items that are on both sides:
 *
 *   volume   s (Qᴬ − Qᴾ) pᴾ fᴾ           as if the planned mix had held
 *   mix      (qᴬ − s Qᴬ) pᴾ fᴾ           more or less of it than the mix would have been
 *   price    (pᴬ − pᴾ) qᴬ fᴾ             where p = l k, list price l and share kept k are known on both sides:
 *   price    (lᴬ − lᴾ) kᴾ qᴬ fᴾ
 *   rate     (kᴬ − kᴾ) lᴬ qᴬ fᴾ          more or less of the list price kept after discounts and returns
 *   currency (fᴬ − fᴾ) qᴬ pᴬ
 *   new      all of an item that was not planned · gone: all of one that was and did not sell
 */
export function priceVolumeMix(items: readonly Item[], places = 2): Variance {
  const zero = new Exact(0)
  const of = (side: Side) => ({
    q: new Exact(exact(side.quantity)),
    a: new Exact(exact(side.amount)),
    l: side.list === undefined ? zero : new Exact(exact(side.list)),
    f: new Exact(exact(side.rate)),
  })
  const sold = (side: Side | null): side is Side => side !== null && !exact(side.quantity).isZero()
  const both = items.filter(item => sold(item.actual) && sold(item.plan))
  const total = (pick: 'actual' | 'plan') =>
    both.reduce((sum, item) => sum.plus(exact((item[pick] as Side).quantity)), zero)
  const [actualQuantity, planQuantity] = [total('actual'), total('plan')]
  const rows = items.map(item => {
    const own = Object.fromEntries(effects.map(effect => [effect, zero])) as Record<Effect, Decimal>
    const value = (side: Side | null) => (side ? of(side).a.times(of(side).f) : zero)
    if (sold(item.actual) && sold(item.plan)) {
      const [a, p] = [of(item.actual), of(item.plan)]
      const planPrice = p.a.div(p.q)
      // Where the planned quantities cancel out there is no mix to hold: all is the item's own volume.
      const expected = planQuantity.isZero() ? p.q : p.q.times(actualQuantity).div(planQuantity)
      own.volume = expected.minus(p.q).times(planPrice).times(p.f)
      own.mix = a.q.minus(expected).times(planPrice).times(p.f)
      const whole = a.a.minus(planPrice.times(a.q)).times(p.f)
      // Without a list price on both sides there is no telling price from rate: all of it is price.
      if (!a.l.isZero() && !p.l.isZero()) own.rate = a.a.minus(a.l.times(p.a).div(p.l)).times(p.f)
      own.price = whole.minus(own.rate)
      own.currency = a.a.times(a.f.minus(p.f))
    } else if (item.plan === null || !sold(item.plan)) {
      own.new = value(item.actual).minus(value(item.plan))
    } else own.gone = value(item.actual).minus(value(item.plan))
    return { key: item.key, own, actual: value(item.actual), plan: value(item.plan) }
  })
  // The whole is rounded once and shared among the items, and each item's change among its effects: both add up, and the
  // whole is what every other door says it is.
  const inCoins = (pick: 'actual' | 'plan') => {
    const values = rows.map(row => row[pick])
    const whole = values.reduce((all, value) => all.plus(value), zero)
    return roundedTo(whole.toDecimalPlaces(places), values, places)
  }
  const [actuals, plans] = [inCoins('actual'), inCoins('plan')]
  const printed = rows.map((row, n) => {
    const [actual, plan] = [actuals[n] ?? zero, plans[n] ?? zero]
    const delta = actual.minus(plan)
    const parts = roundedTo(
      delta,
      effects.map(effect => row.own[effect]),
      places,
    )
    return {
      key: row.key,
      delta,
      effects: Object.fromEntries(effects.map((effect, i) => [effect, parts[i] ?? zero])) as Record<
        Effect,
        Decimal
      >,
      actual,
      plan,
    }
  })
  const sum = (pick: (row: (typeof printed)[number]) => Decimal) =>
    printed.reduce((all, row) => all.plus(pick(row)), zero)
  const text = (value: Decimal) => value.toFixed(places).replace(/^-(0(\.0*)?)$/, '$1')
  const texts = (pick: (effect: Effect) => Decimal) =>
    Object.fromEntries(effects.map(effect => [effect, text(pick(effect))])) as Record<Effect, string>
  return {
    actual: text(sum(row => row.actual)),
    plan: text(sum(row => row.plan)),
    delta: text(sum(row => row.delta)),
    effects: texts(effect => sum(row => row.effects[effect])),
    items: printed.map(row => ({
      key: row.key,
      delta: text(row.delta),
      effects: texts(effect => row.effects[effect]),
    })),
  }
}

/** Parts rounded to `places` that add up to `whole`: what rounding leaves goes, coin by coin, to the largest remainders. */
export function roundedTo(whole: Decimal, parts: readonly Decimal[], places: number): Decimal[] {
  const coin = new Exact(10).pow(-places)
  const down = parts.map(part => new Exact(part).div(coin).floor().times(coin))
  let left = new Exact(whole)
    .minus(down.reduce((sum, part) => sum.plus(part), new Exact(0)))
    .div(coin)
    .round()
    .toNumber()
  // A part that is exactly nothing stays nothing while another can take the coin.
  const order = parts
    .map((part, index) => ({
      index,
      rest: new Exact(part).minus(down[index] as Decimal),
      none: part.isZero(),
    }))
    .sort((a, b) => Number(a.none) - Number(b.none) || b.rest.comparedTo(a.rest) || a.index - b.index)
  for (let n = 0; left !== 0 && order.length > 0; n = (n + 1) % order.length) {
    const at = (left > 0 ? order[n] : order[order.length - 1 - n])?.index ?? 0
    const step = left > 0 ? coin : coin.neg()
    down[at] = (down[at] as Decimal).plus(step)
    left -= Math.sign(left)
  }
  return down
}

/**
 * A change of something that is worked out from drivers, shared among them with no residual: each driver's part is its
 * mean effect over every order in which the drivers could have changed (Shapley). `worth(chosen)` is the value with
 * the chosen drivers as they are and the others as they were.
 */
export function shapley(count: number, worth: (chosen: readonly boolean[]) => string, places = 2): string[] {
  const all = 1 << count
  const values = Array.from(
    { length: all },
    (_, set) => new Exact(exact(worth(Array.from({ length: count }, (_, n) => (set & (1 << n)) !== 0)))),
  )
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
  const size = (set: number): number => (set === 0 ? 0 : (set & 1) + size(set >> 1))
  const parts = Array.from({ length: count }, (_, n) => {
    let part = new Exact(0)
    for (let set = 0; set < all; set += 1) {
      if (set & (1 << n)) continue
      const weight = factorial(size(set)) * factorial(count - size(set) - 1)
      part = part.plus((values[set | (1 << n)] as Decimal).minus(values[set] as Decimal).times(weight))
    }
    return part.div(factorial(count))
  })
  const whole = (values[all - 1] as Decimal)
    .toDecimalPlaces(places)
    .minus((values[0] as Decimal).toDecimalPlaces(places))
  return roundedTo(whole, parts, places).map(part => part.toFixed(places))
}

/** Whether a change is good for the business: by the line's good direction, so a cost over plan is unfavourable. */
export function favourable(
  delta: string,
  good: 'up' | 'down' | 'none',
): 'favourable' | 'unfavourable' | 'neutral' {
  const change = exact(delta)
  if (good === 'none' || change.isZero()) return 'neutral'
  return change.isPositive() === (good === 'up') ? 'favourable' : 'unfavourable'
}

/** What a cost would have been at the sales there were, and its change in two: for the sales, and for the rate. */
export interface Flexed {
  /** The base at the actual activity: base × actual activity ÷ base activity. */
  value: string
  /** Of the change, what the activity alone accounts for: flexed − base. */
  volume: string
  /** Of the change, what costs more or less for the same activity: actual − flexed. */
  rate: string
}

/**
 * A flexed budget: what was planned of a cost that follows an activity (goods sold follow sales), at the activity there was.
 * Volume and rate add up to the change; only the rate is anybody's doing. Amounts are decimal text, to four places. Null where
 * the base has no activity to be flexed from, or the actual none of its own.
 */
export function flexedTo(cost: { actual: string; base: string }, activity: typeof cost): Flexed | null {
  if (exact(activity.base).lte(0) || exact(activity.actual).lte(0)) return null
  const value = new Exact(exact(cost.base))
    .times(exact(activity.actual))
    .div(exact(activity.base))
    .toDecimalPlaces(4)
  return {
    value: value.toString(),
    volume: value.minus(exact(cost.base)).toString(),
    rate: new Exact(exact(cost.actual)).minus(value).toDecimalPlaces(4).toString(),
  }
}
