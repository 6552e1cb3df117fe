import { addDays, type Day, dayCount, dayNumber, daysBetween, weekday, yearOf } from '#kernel/day.ts'
import { draw } from '#simulators/company/draw.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from './small-ledger.ts'
import { type WatchRoom, watchRoom } from './watch-room.ts'

/** A shop that is unlike most: its books by day, made from a seed, and what is wrong in it where something is. */
export interface OddShop {
  name: string
  seed: number
  from: Day
  until: Day
  stores: readonly StoreOf[]
  /** Products of it, dearest last; twelve of three categories when absent. */
  products?: readonly Product[]
  /** Sessions are not counted. */
  untracked?: boolean
  /** Nothing is wrong where absent. */
  planted?: Planted
  /** What else is booked on a day. */
  also?(day: Day, store: string): readonly Booked[]
}

export interface StoreOf {
  store: string
  /** Orders usual on a day: nothing where it is closed. */
  orders(day: Day): number
  currency?: string | ((day: Day) => string)
  timezone?: string
  /** Part of the orders that come back within two weeks. */
  returns?: number | ((day: Day) => number)
  /** Orders are of companies, each of a dozen. */
  accounts?: boolean
  /** Factor of all prices. */
  price?(day: Day): number
  /** Part of the orders that cost nothing. */
  free?: number
  /** Days after which its rows come. */
  late?: number
}

export interface Product {
  id: string
  category: string
  price: number
}

/** A row of the ledger that is no ordinary order: a correction, a large one. */
export interface Booked {
  kind?: 'sale' | 'adjustment' | 'reversal'
  gross?: number
  reversals?: number
  account?: string
  channel?: string
  product?: string
}

/** What is wrong, where (`*`: everywhere), and on which days. */
export interface Planted {
  what: 'payment' | 'device' | 'channel' | 'price' | 'stock'
  store: string
  from: Day
  to: Day
}

const usualProducts: readonly Product[] = ['Cups', 'Lamps', 'Rugs'].flatMap((category, c) =>
  Array.from({ length: 4 }, (_, n) => ({ id: `${category} ${n + 1}`, category, price: 12 + 9 * c + 7 * n })),
)
/** Where orders go, by what and from where they come; parts of a whole. */
const countries = { GB: 0.45, NL: 0.4, IE: 0.15 }
const channels = { 'Organic Search': 0.45, 'Paid Search': 0.35, Email: 0.2 }
const devices = { mobile: 0.6, desktop: 0.4 }
/** What planted faults are of: the orders of a country whose way to pay is down, the price of one category. */
export const plantedIn = {
  country: 'NL',
  channel: 'Paid Search',
  device: 'mobile',
  category: 'Lamps',
  product: 'Lamps 3',
} as const
const conversion = 0.04

const dayOfYear = (day: Day): number => dayCount(`${yearOf(day)}-01-01`, day)
/** A calm year with a busier end of it, as most shops have. */
export const season = (day: Day): number => 1 + 0.12 * Math.cos((2 * Math.PI * (dayOfYear(day) - 340)) / 365)
/** Weekends sell a little more. */
export const week = (day: Day): number => [0.95, 0.93, 0.95, 1, 1.05, 1.12, 1][weekday(day) - 1] ?? 1

const pickBy = (random: ReturnType<typeof draw>, parts: Readonly<Record<string, number>>): string =>
  Object.keys(parts)[random.weighted(Object.values(parts))] ?? ''

type Row = Record<string, unknown>

/** The books of a shop: rows of the ledger, of traffic, of products, and of the stock of what ran out. */
export function booksOf(shop: OddShop) {
  const products = shop.products ?? usualProducts
  const weights = products.map((_, n) => 1 / (n + 3))
  const sold: Row[] = []
  const traffic: Row[] = []
  let number = 0
  for (const day of daysBetween(shop.from, shop.until))
    for (const [nth, one] of shop.stores.entries()) {
      const random = draw(shop.seed, nth, dayNumber(day))
      const { store } = one
      const is = (what: Planted['what']) =>
        shop.planted?.what === what &&
        (shop.planted.store === '*' || shop.planted.store === store) &&
        day >= shop.planted.from &&
        day <= shop.planted.to
      const currency = typeof one.currency === 'function' ? one.currency(day) : (one.currency ?? 'GBP')
      const usual = one.orders(day) * Math.exp(0.07 * random.normal())
      const row = (more: Row) =>
        sold.push(lineRow({ day, store, currency, ordered_day: day, ...more } as never))
      for (const [channel, channelShare] of Object.entries(channels))
        for (const [device, deviceShare] of Object.entries(devices)) {
          const dead = is('channel') && channel === plantedIn.channel ? 0.05 : 1
          const visits = usual * channelShare * deviceShare * dead
          const broken = is('device') && device === plantedIn.device ? 0.25 : 1
          let completed = 0
          const wanted = random.poisson(visits)
          for (let n = wanted; n > 0; n--) {
            const country = pickBy(random, countries)
            if (!random.chance(broken)) continue
            if (is('payment') && country === plantedIn.country && random.chance(0.95)) continue
            const lines = random.chance(0.3) ? 2 : 1
            const order = `${store} ${++number}`
            const customer = one.accounts ? '' : `c${random.below(5000)}`
            const account = one.accounts ? `a${random.below(12)}` : ''
            const isFree = random.chance(one.free ?? 0)
            let bought = 0
            for (let l = 0; l < lines; l++) {
              const product = products[random.weighted(weights)] as Product
              if (is('stock') && product.id === plantedIn.product) continue
              const wrong = is('price') && product.category === plantedIn.category ? 0.7 : 1
              const gross = isFree ? 0 : product.price * wrong * (one.price?.(day) ?? 1)
              const same = {
                order_id: order,
                country,
                channel: 'online',
                customer_id: customer,
                account_id: account,
                product_id: product.id,
              }
              row({
                ...same,
                hour: 8 + random.below(14),
                gross: gross.toFixed(2),
                cost: (product.price * 0.4).toFixed(2),
                taxes: (gross * 0.2).toFixed(2),
                discounts: random.chance(0.15) ? (-gross * 0.1).toFixed(2) : 0,
              })
              bought++
              const back = addDays(day, 3 + random.below(11))
              const returns = typeof one.returns === 'function' ? one.returns(back) : (one.returns ?? 0.06)
              if (random.chance(returns) && back <= shop.until)
                row({ ...same, kind: 'reversal', day: back, reversals: (-gross).toFixed(2) })
            }
            if (bought > 0) completed++
          }
          if (shop.untracked) continue
          traffic.push({
            store,
            day,
            origin: 'ga4',
            channel,
            campaign: '',
            device,
            country: '',
            landing_page: '',
            sessions: random.poisson(visits / conversion),
            checkout_sessions: wanted + random.poisson(visits),
            completed_sessions: completed,
            transactions: completed,
            currency,
            quality: '',
          })
        }
      for (const { account, product, channel, ...money } of shop.also?.(day, store) ?? [])
        row({
          order_id: `${store} b${++number}`,
          country: 'GB',
          channel: channel ?? 'online',
          account_id: account ?? '',
          customer_id: account ? '' : `b${number}`,
          product_id: product ?? products[0]?.id ?? '',
          ...money,
        })
    }
  return {
    sold,
    traffic,
    products: shop.stores.flatMap(({ store, currency }) =>
      products.map(({ id, category, price }) => ({
        store,
        product_id: id,
        title: id,
        category,
        status: 'active',
        price,
        currency: typeof currency === 'string' ? currency : 'GBP',
      })),
    ),
    stock: stockOf(shop),
  }
}

/** Stock by day of the product that runs out. */
function stockOf({ planted, from, until, stores }: OddShop): Row[] {
  if (planted?.what !== 'stock') return []
  return stores.flatMap(({ store, currency }) =>
    daysBetween(from, until).map(day => {
      const units = day >= planted.from && day <= planted.to ? 0 : 50
      return {
        store,
        day,
        location: 'main',
        product_id: plantedIn.product,
        on_hand: units,
        available: units,
        incoming: 0,
        currency: typeof currency === 'string' ? currency : 'GBP',
      }
    }),
  )
}

/** Opens the shop: a room whose granary has its books, by the one road in. `until`: only what is known by the end of that day. */
export async function openShop(shop: OddShop): Promise<WatchRoom & { fill(until: Day): Promise<void> }> {
  const room = await watchRoom(
    shop.stores.map(({ store, currency, timezone }) => ({
      store,
      currency: typeof currency === 'function' ? currency(shop.until) : (currency ?? 'GBP'),
      ...(timezone && { timezone }),
    })),
  )
  const books = booksOf(shop)
  const lateness = new Map(shop.stores.map(one => [one.store, one.late ?? 0]))
  let filled = ''
  const put = (table: Parameters<typeof carryRows>[1]['table'], rows: Row[], id: string) =>
    carryRows(room, { id: `${table} ${id}`, table, rows: rows as never, source: 'test' })
  await put('products', books.products, 'all')
  await put(
    'exchange_rates',
    [
      ['EUR', 0.85],
      ['USD', 0.75],
    ].map(([base, rate]) => ({ base, quote: 'GBP', day: shop.from, rate })),
    'all',
  )
  return {
    ...room,
    async fill(until) {
      const isNew = (row: Row) => {
        const late = lateness.get(String(row.store)) ?? 0
        const known = addDays(String(row.day), late)
        return known > filled && known <= until
      }
      await put('sales_lines', books.sold.filter(isNew), until)
      await put('traffic_days', books.traffic.filter(isNew), until)
      await put('stock_days', books.stock.filter(isNew), until)
      filled = until
    },
  }
}
