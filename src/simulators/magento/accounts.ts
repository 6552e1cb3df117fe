import { addDays, type Day, dayNumber, daysBetween, later } from '#kernel/day.ts'
import type { Company } from '../company/company.ts'
import { unitOf } from '../company/draw.ts'
import { type Account, accountsOf, sellers } from '../company/people.ts'
import { instant, localDay } from '../company/stores.ts'
import { tradeOrdersOf } from '../company/trade.ts'
import { dayOfId, euros, idOn, marketOf, tradeRules, tradeShop } from '../company/trade-basket.ts'
import { tradeLivesOf } from '../company/trade-life.ts'
import { quoteDays, type TradeQuote, tradeQuotesOf } from '../company/trade-quotes.ts'
import { customerId, present, stamp } from './amounts.ts'
import { plainShelf } from './catalogue.ts'
import { boundsOf, type Row } from './criteria.ts'
import { groupOf, groups } from './documents.ts'
import type { Shelf } from './sales.ts'

const joined = (account: Account): number => instant(tradeShop.timezone, account.since, 0.3)

/** Somebody who asked to be forgotten is gone some weeks after the account joined. */
const forgottenAt = (company: Company, account: Account, buyer: number): number | null =>
  buyer > 0 && unitOf(company.seed, 410, account.index, buyer) < 0.08
    ? instant(
        tradeShop.timezone,
        addDays(company.until, Math.floor(40 * unitOf(company.seed, 410, account.index, buyer, 1)) - 10),
        0.5,
      )
    : null

const live = (company: Company, now: number) => accountsOf(company).filter(one => joined(one) <= now)

/** People who buy: every one belongs to a company. */
export const buyersOf = (company: Company, now: number) =>
  live(company, now).flatMap(account =>
    account.buyers.flatMap((person, buyer) => {
      const gone = forgottenAt(company, account, buyer)
      return gone !== null && gone <= now ? [] : [{ account, person, buyer }]
    }),
  )

function customers(company: Company, now: number) {
  return buyersOf(company, now).map(({ account, person, buyer }) => {
    const id = customerId({ account, buyer })
    const time = stamp(joined(account))
    const json = {
      id,
      group_id: groupOf(account),
      default_billing: String(id),
      default_shipping: String(id),
      created_at: time,
      updated_at: time,
      created_in: 'United Kingdom',
      email: person.email,
      firstname: person.first,
      lastname: person.last,
      store_id: account.country === 'IE' ? 2 : 1,
      website_id: 1,
      addresses: [
        {
          id,
          customer_id: id,
          country_id: account.country,
          street: [`${account.index + 1} Market Street`],
          company: account.name,
          telephone: '00000 000000',
          postcode: account.country === 'IE' ? 'D02 X285' : 'LS1 4AP',
          city: account.country === 'IE' ? 'Dublin' : 'Leeds',
          firstname: person.first,
          lastname: person.last,
          default_billing: true,
          default_shipping: true,
        },
      ],
      disable_auto_group_change: 0,
      extension_attributes: {
        company_attributes: {
          customer_id: id,
          company_id: account.index + 1,
          job_title: 'Buyer',
          status: 1,
          telephone: '',
        },
        is_subscribed: buyer % 2 === 0,
      },
    }
    const row: Row = {
      entity_id: id,
      email: person.email,
      created_at: time,
      updated_at: time,
      website_id: 1,
      group_id: groupOf(account),
    }
    return { row, json }
  })
}

const companies = (company: Company, now: number) =>
  live(company, now).map(account => ({
    row: { entity_id: account.index + 1, company_name: account.name, status: 1 } as Row,
    json: {
      id: account.index + 1,
      status: 1,
      company_name: account.name,
      legal_name: `${account.name} Ltd`,
      company_email: `accounts@${account.domain}`,
      street: [`${account.index + 1} Market Street`],
      city: account.country === 'IE' ? 'Dublin' : 'Leeds',
      country_id: account.country,
      postcode: account.country === 'IE' ? 'D02 X285' : 'LS1 4AP',
      telephone: '00000 000000',
      customer_group_id: groupOf(account),
      reject_reason: '',
      rejected_at: '',
      sales_representative_id: 2 + sellers.indexOf(account.owner as (typeof sellers)[number]),
      super_user_id: customerId({ account, buyer: 0 }),
      extension_attributes: { applicable_payment_method: 0, is_purchase_order_enabled: true },
    },
  }))

/** The longest that is taken to pay: terms of sixty days, and some that are late. */
const slowest = 100

/** What each company owes of what went on credit, in pence: invoiced, not paid by now. Most pay by their terms, some late. */
function owing(company: Company, now: number): ReadonlyMap<number, number> {
  const owed = new Map<number, number>()
  const today = localDay(tradeShop.timezone, now)
  for (const day of daysBetween(later(addDays(today, -slowest), company.start), today))
    for (const { order, invoices } of tradeLivesOf(company, day)) {
      if (order.payment !== 'companycredit') continue
      const { account } = order
      const late = unitOf(company.seed, 411, dayNumber(day), order.number)
      const days = account.termsDays + (late < 0.7 ? -3 : 30 * (late - 0.7))
      for (const { at, parts } of invoices) {
        if (at > now || at + days * 86_400_000 <= now) continue
        const sum = parts.reduce((all, one) => all + one.row - one.discount + one.tax, 0)
        owed.set(account.index, (owed.get(account.index) ?? 0) + sum)
      }
    }
  return owed
}

const credits = (company: Company, now: number, owed = owing(company, now)) =>
  live(company, now).map(account => ({
    row: { entity_id: account.index + 1, company_id: account.index + 1 } as Row,
    json: {
      id: account.index + 1,
      company_id: account.index + 1,
      credit_limit: account.creditLimit / 100,
      // Adobe Commerce writes what is owed below zero.
      balance: (owed.get(account.index) ?? 0) / -100 || 0,
      currency_code: 'GBP',
      exceed_limit: false,
      available_limit: (account.creditLimit - (owed.get(account.index) ?? 0)) / 100,
    },
  }))

/** A quote's cart as it stands; a cart that nobody bargains over is shown without. */
function cart(quote: TradeQuote, now: number) {
  const seen = quote.stages.filter(one => one.at <= now)
  const last = seen.at(-1)
  const { account, buyer } = quote
  const bargained = seen.some(one => one.stage === 'submitted_by_admin')
  const person = account.buyers[buyer]
  const rate = account.country === 'IE' ? euros(quote.day) : 1
  const money = (pence: number) => ({ own: Math.round(pence * rate) / 100, base: pence / 100 })
  const [asked, agreed] = [money(quote.asked), money(quote.agreed)]
  return {
    id: quote.id,
    created_at: stamp(quote.stages[0]?.at ?? 0),
    updated_at: stamp(last?.at ?? 0),
    is_active: last?.stage !== 'ordered',
    is_virtual: false,
    items_count: quote.lines.length,
    items_qty: quote.lines.reduce((sum, line) => sum + line.quantity, 0),
    items: quote.lines.map((line, n) => ({
      item_id: quote.id * 10 + n,
      sku: line.sku,
      qty: line.quantity,
      name: line.title,
      price: Math.round(line.price * rate) / 10_000,
      product_type: line.variant ? 'simple' : 'bundle',
      quote_id: String(quote.id),
    })),
    customer: {
      id: customerId({ account, buyer }),
      email: person?.email,
      firstname: person?.first,
      lastname: person?.last,
      store_id: account.country === 'IE' ? 2 : 1,
      website_id: 1,
      extension_attributes: { company_attributes: { company_id: account.index + 1 } },
    },
    currency: {
      base_currency_code: 'GBP',
      global_currency_code: 'GBP',
      store_currency_code: 'GBP',
      quote_currency_code: marketOf(account).currency,
      base_to_global_rate: 1,
      base_to_quote_rate: rate,
    },
    customer_is_guest: false,
    store_id: account.country === 'IE' ? 2 : 1,
    extension_attributes: {
      negotiable_quote: present({
        quote_id: quote.id,
        is_regular_quote: true,
        status: last?.stage,
        quote_name: quote.name,
        expiration_period: quote.expires,
        email_notification_status: 0,
        has_unconfirmed_changes: false,
        is_shipping_tax_changed: false,
        is_customer_price_changed: false,
        is_address_draft: false,
        notifications: 0,
        applied_rule_ids: '',
        deleted_sku: '',
        shipping_price: 0,
        negotiated_price_type: bargained ? 2 : 1,
        negotiated_price_value: bargained ? agreed.own : 0,
        creator_id: customerId({ account, buyer }),
        creator_type: 3,
        original_total_price: asked.own,
        base_original_total_price: asked.base,
        ...(bargained && {
          negotiated_total_price: agreed.own,
          base_negotiated_total_price: agreed.base,
        }),
      }),
    },
  }
}

/** People and companies, and what they bargain over. */
export function accountShelves(company: Company): Record<string, Shelf> {
  const plain = (id: string, list: readonly Record<string, unknown>[]) =>
    plainShelf(id, () => list.map(json => ({ row: json as Row, json })))
  /** With how often each rule was used by then. */
  const plainOf = (id: string, make: (used: (rule: number) => number) => Record<string, unknown>[]) =>
    plainShelf(id, now => {
      const uses = usesOfRules(company, now)
      return make(rule => uses.get(rule) ?? 0).map(json => ({ row: json as Row, json }))
    })
  const cartsOn = (day: Day, now: number) =>
    tradeQuotesOf(company, day).filter(one => (one.stages[0]?.at ?? 0) <= now)
  return {
    '/V1/customers/search': plainShelf('entity_id', now => customers(company, now)),
    '/V1/company/': plainShelf('entity_id', now => companies(company, now)),
    '/V1/companyCredits/': plainShelf('entity_id', now => credits(company, now)),
    '/V1/customerGroups/search': plain(
      'customer_group_id',
      [{ id: 1, code: 'General' }, ...groups].map(({ id, code }) => ({
        customer_group_id: id,
        id,
        code,
        tax_class_id: 3,
        tax_class_name: 'Retail Customer',
      })),
    ),
    '/V1/salesRules/search': plainOf('rule_id', used =>
      tradeRules.map(one => ({
        rule_id: one.id,
        name: one.name,
        store_labels: [],
        website_ids: [1],
        customer_group_ids: groups.map(group => group.id),
        uses_per_customer: 0,
        is_active: true,
        stop_rules_processing: false,
        is_advanced: true,
        sort_order: 0,
        simple_action: one.amount ? 'cart_fixed' : 'by_percent',
        discount_amount: one.amount ? one.amount / 100 : one.rate * 100,
        discount_step: 0,
        apply_to_shipping: one.freeShipping,
        times_used: used(one.id),
        is_rss: false,
        coupon_type: one.coupon ? 'SPECIFIC_COUPON' : 'NO_COUPON',
        use_auto_generation: false,
        uses_per_coupon: 0,
        simple_free_shipping: '0',
      })),
    ),
    '/V1/coupons/search': plainOf('coupon_id', used =>
      tradeRules
        .filter(one => one.coupon)
        .map(one => ({
          coupon_id: one.id,
          rule_id: one.id,
          code: one.coupon,
          times_used: used(one.id),
          is_primary: true,
          type: 0,
        })),
    ),
    '/V1/carts/search': {
      id: 'entity_id',
      *rows(criteria, now) {
        const { least } = boundsOf(criteria, 'updated_at')
        const from = later(company.start, least ? addDays(least.slice(0, 10), -quoteDays - 1) : company.start)
        const today = localDay(tradeShop.timezone, now)
        if (from <= today)
          for (const day of daysBetween(from, today))
            for (const quote of cartsOn(day, now)) {
              const { created_at, updated_at, store_id } = cart(quote, now)
              yield { entity_id: quote.id, created_at, updated_at, store_id }
            }
        // A cart left behind each day: nobody bargains over it.
        if (from <= today)
          for (const day of daysBetween(from, today))
            if (leftAt(day) <= now)
              yield {
                entity_id: idOn(company, day, left),
                created_at: stamp(leftAt(day)),
                updated_at: stamp(leftAt(day)),
                store_id: 1,
              }
      },
      show(row, now) {
        const id = Number(row.entity_id)
        if (id % 1000 === left + 1) return plainCart(id, leftAt(dayOfId(company, id)))
        const quote = cartsOn(dayOfId(company, id), now).find(one => one.id === id)
        if (!quote) return {}
        return cart(quote, now)
      },
    },
  }
}

/** Its number within the day. */
const left = 899
const leftAt = (day: Day): number => instant(tradeShop.timezone, day, 0.6)
const plainCart = (id: number, at: number) => ({
  id,
  created_at: stamp(at),
  updated_at: stamp(at),
  is_active: true,
  is_virtual: false,
  items: [],
  items_count: 0,
  items_qty: 0,
  customer: { email: '', firstname: '', lastname: '' },
  currency: { base_currency_code: 'GBP', quote_currency_code: 'GBP', base_to_quote_rate: 1 },
  customer_is_guest: true,
  store_id: 1,
  extension_attributes: {},
})

/** How often each price rule was used by the orders up to an instant. */
export function usesOfRules(company: Company, at: number): ReadonlyMap<number, number> {
  const uses = new Map<number, number>()
  for (const day of daysBetween(company.start, localDay(tradeShop.timezone, at)))
    for (const { rule, placedAt } of tradeOrdersOf(company, day))
      if (rule && placedAt <= at) uses.set(rule.id, (uses.get(rule.id) ?? 0) + 1)
  return uses
}
