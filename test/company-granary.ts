import { addDays, type Day, daysBetween } from '#kernel/day.ts'
import { wallClock } from '#kernel/zone.ts'
import type { Company } from '#simulators/company/company.ts'
import { ledgerOf } from '#simulators/company/ledger.ts'
import { lifeOf, seen } from '#simulators/company/life.ts'
import { ordersOf } from '#simulators/company/order.ts'
import { productOf } from '#simulators/company/prices.ts'
import { midnight } from '#simulators/company/stores.ts'
import { trafficTruth } from '#simulators/company/traffic-truth.ts'
import { stockOf } from '#simulators/shopify/stock.ts'
import { type Carrying, carryRows } from '#sync/own-rows.ts'
import { lineRow } from './small-ledger.ts'

const coins = (amount: number): string => (amount / 100).toFixed(2)
const kinds = {
  sale: 'sale',
  edit: 'sale',
  shipping: 'shipping',
  reversal: 'reversal',
  adjustment: 'adjustment',
}

/**
 * Fills a granary from the company's own books, by no connector: sales, sessions, products, and the stock of what goes out
 * of stock. Quick enough for years of days.
 */
export async function fillFromCompany(to: Carrying, company: Company): Promise<void> {
  const at = midnight('UTC', addDays(company.until, 1)) + 12 * 3_600_000
  const days = daysBetween(company.start, company.until)
  const put = (table: Parameters<typeof carryRows>[1]['table'], rows: Record<string, unknown>[]) =>
    carryRows(to, { id: `company ${table}`, table, rows: rows as never, source: 'test' })
  await put(
    'sales_lines',
    days.flatMap(day => salesOn(company, day, at)),
  )
  await put('traffic_days', [...trafficRows(company, at)])
  await put(
    'products',
    company.shops.flatMap(shop => productsOf(company, shop.store, shop.currency)),
  )
  await put('stock_days', stockRows(company, days))
  await put('exchange_rates', [
    { base: 'USD', quote: 'GBP', day: company.start, rate: 1 / 1.3 },
    { base: 'EUR', quote: 'GBP', day: company.start, rate: 1 / 1.17 },
  ])
}

function salesOn(company: Company, day: Day, at: number): Record<string, unknown>[] {
  return company.shops.flatMap(shop =>
    ordersOf(company, shop, day).flatMap(order => {
      const life = order.test ? null : seen(lifeOf(company, order), at)
      if (!life) return []
      const same = {
        order_id: `${shop.store} ${day} ${order.number}`,
        store: shop.store,
        currency: shop.currency,
        ordered_day: day,
        country: order.market.country,
        channel: order.cell ? 'online' : 'pos',
        customer_id: order.customer ? `${order.customer.day} ${order.customer.number}` : '',
      }
      return ledgerOf(life).flatMap(entry => {
        const clock = wallClock(shop.timezone, entry.at)
        if (entry.giftCards !== 0 || clock.day > company.until) return []
        return [
          lineRow({
            ...same,
            kind: kinds[entry.kind],
            day: clock.day,
            hour: clock.hour,
            quantity: entry.quantity,
            gross: coins(entry.gross),
            discounts: coins(entry.discounts),
            reversals: coins(entry.reversals),
            shipping: coins(entry.shipping),
            taxes: coins(entry.taxes),
            cost: entry.cost === null ? null : entry.cost / 100,
            product_id: entry.line?.variant.sku ?? '',
          }),
        ]
      })
    }),
  )
}

function* trafficRows(company: Company, at: number): Generator<Record<string, unknown>> {
  const stores = new Map(company.shops.map(({ host, store }) => [host, store]))
  for (const { host, day, country, channel, device, currency, figures } of trafficTruth(company, at)) {
    const store = stores.get(host)
    if (store === undefined || day > company.until) continue
    yield {
      store,
      day,
      origin: 'ga4',
      channel,
      campaign: '',
      device,
      country,
      landing_page: '',
      currency,
      quality: '',
      ...figures,
    }
  }
}

const productsOf = (company: Company, store: string, currency: string) =>
  company.catalogue.variants.map(variant => {
    const product = productOf(company, variant)
    return {
      store,
      product_id: variant.sku,
      parent_id: product.handle,
      title: variant.title,
      category: product.category,
      brand: '',
      vendor: product.vendor,
      status: 'active',
      price: coins(variant.price),
      currency,
    }
  })

const stockRows = (company: Company, days: readonly Day[]) =>
  company.shops.flatMap(shop =>
    company.facts.stockOuts.flatMap(out =>
      days.map(day => {
        const variant = company.catalogue.variants[out.variant]
        if (!variant) throw new Error(`there is no variant ${out.variant}`)
        const { on_hand, available, incoming } = stockOf({ company, now: 0 }, shop, variant, day)
        return {
          store: shop.store,
          day,
          location: 'main',
          product_id: variant.sku,
          on_hand,
          available,
          incoming,
          unit_cost: null,
          currency: shop.currency,
        }
      }),
    ),
  )
