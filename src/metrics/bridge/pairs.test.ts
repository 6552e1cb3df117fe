import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line } from '../../../test/small-ledger.ts'
import { createEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import type { AnswerRow } from '../query.ts'
import { bridge } from './bridge.ts'
import { crossable, pairsOf } from './pairs.ts'

/**
 * Made-up shops over two Mays, each with a cause planted where two values meet, in a random pair of eight dimensions: what
 * was sold there goes elsewhere, to the same value of the one and to the same value of the other alike, so that each of the
 * two sells as much as before and neither tells anything by itself. The rest is chance.
 */
const dimensions = [
  ...(['country', 'channel', 'discount_code', 'account'] as const),
  ...(['product', 'category', 'brand', 'vendor'] as const),
]
type Dimension = (typeof dimensions)[number]
/** What the product list says of a product is not crossed with it: the two meet where the product is. */
const isAgain = (a: Dimension, b: Dimension) =>
  [a, b].includes('product') && [a, b].some(one => ['category', 'brand', 'vendor'].includes(one))
const pairs = dimensions.flatMap((a, n) =>
  dimensions.slice(n + 1).flatMap(b => (isAgain(a, b) ? [] : [[a, b] as const])),
)
const [values, products, sold] = [6, 108, 3_600]
const kindsOf = (product: number) => {
  const [category, brand, nth] = [product % 6, Math.floor(product / 6) % 6, Math.floor(product / 36)]
  return { category, brand, vendor: (brand + 2 * nth) % 6 }
}
/** One product of each category sells a dozen times as much as another. */
const best = [0, 7, 14, 21, 28, 35]
type Sale = Record<Dimension | 'gross', number>
type Place = readonly (readonly [Dimension, number])[]

const shop = (seed: number) => {
  let state = seed * 7_919 + 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const any = (count: number) => Math.floor(random() * count)
  const one = (): Sale => {
    const product = random() < 0.4 ? (best[any(best.length)] ?? 0) : any(products)
    const own = { country: any(values), channel: any(values), discount_code: any(values) }
    const gross = Math.round(-5000 * Math.log(1 - random())) / 100
    return { ...own, account: any(values), product, ...kindsOf(product), gross }
  }
  const isAt = (sale: Sale, place: Place) => place.every(([dimension, value]) => sale[dimension] === value)
  const drawn = (until: (sale: Sale) => boolean) => {
    for (;;) {
      const sale = one()
      if (until(sale)) return sale
    }
  }
  const [before, after] = [0, 1].map(() => Array.from({ length: sold }, one)) as [Sale[], Sale[]]
  /** Fifty sales on either side are more than chance; a product that is most of them would be the cause. */
  const planted = (): Place => {
    for (;;) {
      const [a, b] = pairs[any(pairs.length)] ?? ['country', 'channel']
      const { [a]: x, [b]: y } = one()
      const place: Place = [
        [a, x],
        [b, y],
      ]
      const sides = [before, after].map(side => side.filter(sale => isAt(sale, place)))
      const most = (sales: Sale[]) =>
        Math.max(...[...Map.groupBy(sales, one => one.product).values()].map(own => own.length)) /
        sales.length
      const isProduct = a === 'product' || b === 'product'
      if (sides.every(side => side.length >= 50 && (isProduct || most(side) < 0.5))) return place
    }
  }
  const place = planted()
  const [[a, x], [b, y]] = place as [Place[number], Place[number]]
  const gone = after.filter(sale => isAt(sale, place)).length
  let [left, right] = [0, 0]
  const moved = after.flatMap(sale => {
    if (isAt(sale, place)) return []
    // As many as are gone come elsewhere at the one and elsewhere at the other, instead of as many of neither.
    if (sale[a] === x || sale[b] === y) return [sale]
    if (left < gone) {
      left += 1
      return [drawn(other => other[a] === x && other[b] !== y)]
    }
    if (right < gone) {
      right += 1
      return [drawn(other => other[b] === y && other[a] !== x)]
    }
    return [sale]
  })
  return { place, before, quiet: after, after: moved }
}

const seeds = Array.from({ length: 16 }, (_, n) => n + 1)
const shops = seeds.map(seed => ({ store: `shop${seed}`, ...shop(seed) }))
/** The same shops to which nothing happened. */
const quiet = shops.slice(0, 8).map(one => ({ ...one, store: `quiet-${one.store}`, after: one.quiet }))
const all = [...shops, ...quiet]
let granary: Warehouse
let engine: Engine

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  const lines = all.flatMap(({ store, before, after }) =>
    [before, after].flatMap((sales, side) =>
      sales.map((sale, n): Line => {
        const { country, channel, discount_code, account, product, gross } = sale
        return {
          ...{
            store,
            order_id: `${side}-${n}`,
            day: `${2025 + side}-05-${String(1 + (n % 28)).padStart(2, '0')}`,
          },
          ...{ country: `country ${country}`, channel: `channel ${channel}` },
          ...{ discount_code: `discount_code ${discount_code}`, account_id: `account ${account}` },
          ...{ product_id: `product ${product}`, gross },
        }
      }),
    ),
  )
  await deliverLines(granary, lines)
  await deliver(
    granary,
    'products',
    all.flatMap(({ store }) =>
      Array.from({ length: products }, (_, product) => ({
        ...{ store, product_id: `product ${product}`, parent_id: '', status: '', currency: 'GBP' },
        ...{ title: `product ${product}`, source: 'test' },
        ...Object.fromEntries(
          Object.entries(kindsOf(product)).map(([kind, value]) => [kind, `${kind} ${value}`]),
        ),
      })),
    ),
  )
  engine = createEngine({
    granary,
    world: async () => ({
      stores: all.map(({ store }) => ({
        ...{ store, name: store, currency: 'GBP', timezone: 'Europe/London', kind: 'b2b' as const },
      })),
      calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
      currency: 'GBP',
      events: [],
      targets: [],
      metrics: [],
      dimensions: [],
    }),
  })
}, 120_000)
afterAll(() => granary.close())

const causesOf = async (store: string) => {
  const { causes } = await bridge(
    engine,
    { metric: 'net_sales', from: '2026-05-01', to: '2026-05-28', compare: 'last_year', stores: [store] },
    { stores: 'all', now: new Date('2026-06-20T12:00:00Z') },
  )
  return causes
}
const words = (place: readonly string[]) => place.toSorted().join(' × ')

it.each(shops)(
  'a cause where two values meet is told first or nearly, though neither of them moved: $store',
  async ({ store, place }) => {
    const causes = await causesOf(store)
    const told = causes.map(({ where }) => words(where.map(one => one.value)))
    expect(told.slice(0, 3), told.join(', ')).toContain(words(place.map(one => one.join(' '))))
  },
  60_000,
)

it('where nothing happened hardly a pair is told: there are thousands that may move by chance', async () => {
  const told: number[] = []
  for (const { store } of quiet) {
    const causes = await causesOf(store)
    told.push(causes.filter(({ where }) => where.length > 1).length)
  }
  expect(told.reduce((sum, n) => sum + n, 0) / told.length).toBeLessThan(0.5)
}, 240_000)

describe('pairs are left out only where nothing can be told of them:', () => {
  const measure = { name: 'net_sales', before: 10_000, after: 10_000, worth: 1, each: 0 }
  const limits = { change: 100, size: 10_000, most: 5 }
  const row = (
    dimension: string,
    value: string,
    [before, after]: number[],
    [gross0, gross1]: number[] = [],
  ) =>
    ({
      [dimension]: value,
      net_sales: String(after),
      gross_sales: String(gross1 ?? after),
      compare: {
        last_year: {
          values: Object.fromEntries(
            Object.entries({ net_sales: before, gross_sales: gross0 ?? before }).map(([name, was]) => [
              name,
              { value: String(was), delta: null, ratio: null },
            ]),
          ),
        },
      },
    }) as AnswerRow
  const countries = [
    row('country', 'large', [900, 1100]),
    row('country', 'enough', [19, 22]),
    row('country', 'small', [10, 12]),
    row('country', 'gone', [60, 0]),
    // Where two values meet more may have been kept than at both of them together.
    row('country', 'returned', [5, -5], [60, 80]),
  ]

  it('values too small for any part of them to be told', () => {
    const large = crossable({ dimension: 'country', rows: countries }, 'last_year', measure, limits)
    expect(large).toEqual(['large', 'enough', 'gone', 'returned'])
    // Of a change this great what moved less than a twentieth of it is not told.
    const change = { ...limits, change: 1_000 }
    const told = crossable({ dimension: 'country', rows: countries }, 'last_year', measure, change)
    expect(told).toEqual(['large', 'gone', 'returned'])
  })

  it('people, dimensions of one value, and what a list says of each value of another', () => {
    const alone = (dimension: string, count = 3) => ({
      dimension,
      rows: Array.from({ length: count }, (_, n) => row(dimension, `${n}`, [900, 1100])),
      count,
      complete: true,
    })
    const all = ['customer', 'product', 'category', 'channel', 'customer_kind'].map(name => alone(name))
    const of = (orders: number) =>
      pairsOf([...all, alone('store', 1)], 'last_year', measure, limits, orders).map(({ by }) =>
        by.join(' × '),
      )
    const always = ['product × channel', 'category × channel', 'channel × customer_kind']
    expect(of(1_000)).toEqual([
      ...['product × channel', 'product × customer_kind', 'category × channel', 'category × customer_kind'],
      'channel × customer_kind',
    ])
    // Each line would have to find its order, of very many.
    expect(of(1_000_000)).toEqual(always)
  })
})
